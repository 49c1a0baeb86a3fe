"""HTTP in front of the rules. With `control`, the only package that imports Flask."""
