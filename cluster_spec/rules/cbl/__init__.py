"""Cables: long enough, short enough, labelled."""
