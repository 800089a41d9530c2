"""Rules of racks: units, faces and places on the floor."""
