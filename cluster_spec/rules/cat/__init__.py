"""Rules of the catalogue: parts whose values agree with each other and have a source."""
