"""Claims: the headlines of a cluster against what it is made of."""
