"""Mutants of our own sources: how many of them the tests kill. `python -m mutation --help`, with tests/ on the path."""
