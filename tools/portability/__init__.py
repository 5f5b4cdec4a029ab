"""Would the book show the same on another computer? `python -m tools.portability`."""
