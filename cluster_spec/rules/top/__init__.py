"""Rules of topology: what the links of a fabric do and do not join."""
