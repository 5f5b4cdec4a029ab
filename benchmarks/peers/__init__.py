"""Other people's engines on the same weights and inputs: independent witnesses of src.equations."""
