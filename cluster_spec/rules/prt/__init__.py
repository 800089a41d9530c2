"""Ports and plugs: what is used once, what fits, what speaks the same."""
