"""mockgc."""
