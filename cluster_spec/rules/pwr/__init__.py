"""Rules of power: what feeds carry, what places allow, and where cords go."""
