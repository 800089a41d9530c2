"""Rules of redundancy: what one failure takes down."""
