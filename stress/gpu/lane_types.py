"""What a value of lanes is on a GPU: one number or word a thread."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import types
from numba.extending import models, register_model

_F64, _I64 = ir.DoubleType(), ir.IntType(64)


class FloatLanes(types.Type):
    """Numba type of one float64 a thread; `folded`: it counts on the first eight lanes."""

    def __init__(self, folded: bool) -> None:
        self.folded = folded
        super().__init__(name=f"FloatLanes(folded={folded})")


class WordLanes(types.Type):
    """Numba type of one uint64 a thread."""

    def __init__(self) -> None:
        super().__init__(name="WordLanes")


FLOATS = NARROWS = HALVES = FloatLanes(folded=False)
FOLDED = FloatLanes(folded=True)
WORDS = WordLanes()


@register_model(FloatLanes)
class _FloatModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _F64)


@register_model(WordLanes)
class _WordModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _I64)


def as_floats(lanes: FloatLanes) -> Callable[..., Any]:
    """How a value of a type becomes a float64 of each thread."""
    return widened


def widened(context: Any, builder: Any, value: Any, kind: Any, lanes: Any = FLOATS) -> Any:
    """A value as a float64 of each thread."""
    return value if isinstance(kind, FloatLanes) else context.cast(builder, value, kind, types.float64)


def as_words(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """A value as a word of each thread."""
    return value if kind == WORDS else context.cast(builder, value, kind, types.uint64)
