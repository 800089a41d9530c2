"""Rules of identity: names, serials, ports and cables that are what they say, once."""
