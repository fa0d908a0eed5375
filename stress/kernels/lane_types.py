"""What a value of lanes is to numba and LLVM, how wide, and how it comes from a number or from memory."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir
from numba import config, types
from numba.core.errors import TypingError
from numba.extending import models, register_model

from .layout import LANES
from .layout import NARROW as FOLDED_WIDTH


def _is_wide() -> bool:
    """Whether there are 32 registers of 512 bits, in which a row takes four; of 16 registers of 256 bits it takes eight."""
    features = config.CPU_FEATURES
    return "+avx512f" in features if features else bool(binding.get_host_cpu_features().get("avx512f", False))


WIDTH = LANES
NARROW, HALF = (FOLDED_WIDTH, LANES) if config.DISABLE_JIT or _is_wide() else (4, 16)
"""How much of a row is worked on at a time where many values are at work, so that they stay in registers. Same bits."""
PART = LANES if config.DISABLE_JIT else NARROW
"""The same of a whole memory (`records.part`)."""

F64 = ir.DoubleType()
I64 = ir.IntType(64)


class FloatLanes(types.Type):  # type: ignore[misc]
    """Numba type of float64 lanes."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.vector = ir.VectorType(F64, width)
        super().__init__(name=f"FloatLanes({width})")


class WordLanes(types.Type):  # type: ignore[misc]
    """Numba type of uint64 lanes."""

    def __init__(self) -> None:
        super().__init__(name="WordLanes")


FLOATS = FloatLanes(WIDTH)
NARROWS = FloatLanes(NARROW)
HALVES = FloatLanes(HALF)
FOLDED = FloatLanes(FOLDED_WIDTH)
"""What `fold` gives, a row of eight numbers of the scratch."""
WORDS = WordLanes()
FLOAT_VECTOR = FLOATS.vector
WORD_VECTOR = ir.VectorType(I64, WIDTH)


@register_model(FloatLanes)
class _FloatModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, fe_type.vector)


@register_model(WordLanes)
class _WordModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, WORD_VECTOR)


def _splat(builder: Any, value: Any, vector: Any) -> Any:
    zero = ir.Constant(ir.IntType(32), 0)
    lane = builder.insert_element(ir.Constant(vector, ir.Undefined), value, zero)
    return builder.shuffle_vector(
        lane,
        ir.Constant(vector, ir.Undefined),
        ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count),
    )


def as_floats(lanes: FloatLanes) -> Callable[..., Any]:
    """How a value of a type becomes lanes: a number stands on each of them."""

    def convert(context: Any, builder: Any, value: Any, kind: Any) -> Any:
        if kind == lanes:
            return value
        return _splat(builder, context.cast(builder, value, kind, types.float64), lanes.vector)

    return convert


def widest(kinds: Any) -> FloatLanes:
    """The lanes among some types (one width only; the rest are scalars)."""
    wide = {kind for kind in kinds if isinstance(kind, FloatLanes)}
    if len(wide) > 1:
        raise TypingError("lanes of different widths in one operation")
    return wide.pop() if wide else FLOATS


def as_words(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    """A value as lanes of words."""
    if kind == WORDS:
        return value
    return _splat(builder, context.cast(builder, value, kind, types.uint64), WORD_VECTOR)


def widened(context: Any, builder: Any, value: Any, kind: Any, lanes: FloatLanes) -> Any:
    """A value as lanes: a scalar on each of them."""
    return as_floats(lanes)(context, builder, value, kind)


def load_from(builder: Any, address: Any, lanes: FloatLanes) -> Any:
    """The lanes that begin at the address of a number."""
    return builder.load(builder.bitcast(address, lanes.vector.as_pointer()), align=8)


def store_to(builder: Any, address: Any, value: Any, lanes: FloatLanes) -> None:
    """Store lanes from the address of a number on."""
    builder.store(value, builder.bitcast(address, lanes.vector.as_pointer()), align=8)


def load_number(builder: Any, address: Any) -> Any:
    """A number of its own at its address."""
    return builder.load(address)


def store_number(builder: Any, address: Any, value: Any) -> None:
    """Store it."""
    builder.store(value, address)
