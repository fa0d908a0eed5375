"""Lanes as NumPy arrays, where NUMBA_DISABLE_JIT=1: the same words, and the same source runs (fma then rounds twice)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .lane_types import NARROW, WIDTH


def add_each(counts: Any, at: int, bins: Any, amount: Any) -> None:
    """Add each lane's amount to its count."""
    np.add.at(counts, at + bins.astype(np.int64), amount.astype(np.int64))


def total(a: Any) -> float:
    """The sum over lanes, halves added to halves."""
    while len(a) > 1:
        a = a[: len(a) // 2] + a[len(a) // 2 :]
    return float(a[0])


def store(array: Any, index: int, value: Any) -> None:
    """Store a row."""
    array[index : index + np.size(value) if np.size(value) > 1 else index + WIDTH] = value


def store_narrow(array: Any, index: int, value: Any) -> None:
    """Store a narrow row."""
    array[index : index + NARROW] = value


def load(array: Any, index: int) -> Any:
    """Load a row."""
    return array[index : index + WIDTH].copy()


def load_narrow(array: Any, index: int) -> Any:
    """Load a narrow row."""
    return array[index : index + NARROW].copy()


def load_like(array: Any, index: int, like: Any) -> Any:
    """Load as many lanes as another value has."""
    return array[index : index + (len(like) if np.ndim(like) else WIDTH)].copy()


def fma(a: Any, b: Any, c: Any) -> Any:
    """a b + c (rounded twice without a compiler)."""
    return a * b + c


def root(a: Any) -> Any:
    """Square root."""
    return np.sqrt(a)


def floor(a: Any) -> Any:
    """Largest integer not above."""
    return np.floor(a)


def where_less(a: Any, b: Any, yes: Any, no: Any) -> Any:
    """`yes` where a < b, else `no` (also where either is not a number)."""
    return np.where(np.less(a, b), yes, no) + np.zeros(max(np.size(x) for x in (a, b, yes, no)))


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two; b where either is not a number."""
    return where_less(a, b, a, b)


def larger(a: Any, b: Any) -> Any:
    """The larger of two; a where either is not a number."""
    return where_less(a, b, b, a)


def splat(a: float) -> Any:
    """The same number on all lanes."""
    return np.full(WIDTH, a, np.float64)


def splat_narrow(a: float) -> Any:
    """The same number on the lanes of a narrow value."""
    return np.full(NARROW, a, np.float64)


def splat_word(a: int) -> Any:
    """The same word on all lanes."""
    return np.full(WIDTH, a, np.uint64)


def float_bits(a: Any) -> Any:
    """The bits of floats as words."""
    return a.view(np.uint64)


def bits_float(a: Any) -> Any:
    """Words as the bits of floats."""
    return a.view(np.float64)


def anywhere(a: Any) -> bool:
    """Whether any lane is above zero."""
    return bool((np.asarray(a) > 0.0).any())


def fold(a: Any) -> Any:
    """Eight lanes, each the sum of four."""
    half = a[:16] + a[16:]
    return half[:8] + half[8:]


def first(a: Any) -> float:
    """The first lane's number."""
    return float(a[0])


def worst(a: Any) -> float:
    """The largest size of any lane's number; what is none is above all."""
    return float(np.abs(a).max())


def lane_numbers() -> Any:
    """0, 1, 2, ...: each lane's place."""
    return np.arange(WIDTH, dtype=np.float64)


def lane_words() -> Any:
    """The same as words."""
    return np.arange(WIDTH, dtype=np.uint64)


load_words, store_words = load, store
