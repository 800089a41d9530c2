"""Secrets that have no place in a manifest."""
