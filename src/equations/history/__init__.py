"""The cells before today's: the memory blocks of 1997 and 2000, and peepholes."""
