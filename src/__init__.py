"""Gated recurrent networks: reference implementations that the chapters import.

`src.equations` is NumPy alone; `src.modules` and `src.models` are PyTorch; `src.tasks`
makes or reads the data; `src.training` trains; `src.figures` draws. Imports point from the
bottom of this list to the top, and this module imports none of them.
"""
