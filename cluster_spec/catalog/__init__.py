"""What hardware is: part files, the store that opens those a cluster names, and their data."""
