"""Thirty-two float64 (or uint64) lanes as one value, or part of them: straight arithmetic that compiles to vector instructions.

LLVM's own loop vectoriser gives up silently on loops over many rows of one array; a vector type cannot. Every
operation is IEEE exact or an explicit fused multiply-add, so that the bits do not depend on the vector width of the
machine. With NUMBA_DISABLE_JIT=1 a lane value is a NumPy array and the same source runs (fma then rounds twice).
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from numba import config

from . import lane_operators  # noqa: F401  (it teaches numba the operators)
from .lane_types import (  # noqa: F401
    FLOATS,
    FOLDED,
    HALF,
    HALVES,
    NARROW,
    NARROWS,
    PART,
    WIDTH,
    load_from,
    load_number,
    store_number,
    store_to,
    widened,
)

if config.DISABLE_JIT:
    from .plain_lanes import (
        add_each,
        anywhere,
        bits_float,
        first,
        float_bits,
        floor,
        fma,
        fold,
        lane_numbers,
        lane_words,
        larger,
        load,
        load_like,
        load_narrow,
        load_words,
        root,
        smaller,
        splat,
        splat_narrow,
        splat_word,
        store,
        store_narrow,
        store_words,
        total,
        where_less,
        worst,
    )
else:
    from .across_lanes import (  # noqa: F401
        add_each,
        anywhere,
        first,
        fold,
        lane_numbers,
        lane_words,
        total,
        worst,
    )
    from .lane_arithmetic import (  # noqa: F401
        bits_float,
        float_bits,
        floor,
        fma,
        larger,
        load,
        load_like,
        load_narrow,
        load_words,
        root,
        smaller,
        splat,
        splat_narrow,
        splat_word,
        store,
        store_narrow,
        store_words,
        where_less,
    )
