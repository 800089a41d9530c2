"""Rules of InfiniBand and other fabrics with a subnet manager."""
