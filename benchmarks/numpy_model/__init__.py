"""The full model in vectorised NumPy: month by month, arrays over (segment, path), written from the accounting page.

It shares with the engine the month's inputs (`stress.assemble`) and the encoded contract, and no computation: rates
come from scipy's normal distribution, rates of return from the real payment dates.
"""

from benchmarks.numpy_model.model import simulate
from benchmarks.numpy_model.tables import Tables, tables_of

__all__ = ["Tables", "simulate", "tables_of"]
