"""The published contract as data: compile, load, compare."""
