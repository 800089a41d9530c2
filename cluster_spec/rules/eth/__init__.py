"""Rules of Ethernet and IP: prefixes and addresses."""
