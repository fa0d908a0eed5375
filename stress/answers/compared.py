"""Equality of answers that hold arrays and Datasets: whether all they say is the same, in one word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")


def compared(kind: type[T]) -> type[T]:
    """A NamedTuple of arrays whose `==` is True or False; a tuple's own raises where an array has several elements."""
    kind.__eq__ = same  # type: ignore[method-assign]
    kind.__ne__ = lambda self, other: not same(self, other)  # type: ignore[method-assign]
    return kind


def same(one: Any, other: Any) -> bool:
    """Whether two values are of one kind and say the same; what is not a number is the same as what is not one."""
    if hasattr(one, "equals") or hasattr(other, "equals"):  # of xarray
        return type(one) is type(other) and bool(one.equals(other))
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        a, b = np.asarray(one), np.asarray(other)
        return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc")
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, (tuple, list)) or isinstance(other, (tuple, list)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) or bool(one != one and other != other)
