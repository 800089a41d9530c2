"""Rules of management: everything that can be managed is reached."""
