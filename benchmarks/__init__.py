"""How fast the engine is, against plain NumPy and plain numba versions of the same model (`python -m benchmarks`)."""
