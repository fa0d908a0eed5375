"""Seeded mutants of the shipped input files: what a careless or hostile hand would write."""
