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


def same(left: Any, right: Any) -> bool:
    """Whether two values are of one kind and say the same; what is not a number is the same as what is not one."""
    if hasattr(left, "equals") or hasattr(right, "equals"):  # of xarray
        return type(left) is type(right) and bool(left.equals(right))
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        a, b = np.asarray(left), np.asarray(right)
        return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc" and b.dtype.kind in "fc")
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, (tuple, list)) or isinstance(right, (tuple, list)):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) or bool(left != left and right != right)
