"""The pure core: vocabulary, rules and errors. Imports the standard library only; does no I/O and reads no clock."""
