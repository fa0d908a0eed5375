"""Thirty-two float64 (or uint64) lanes as one value, or eight: straight arithmetic that compiles to vector instructions.

LLVM's own loop vectoriser gives up silently on loops over many rows of one array; a vector type cannot. Every
operation is IEEE exact or an explicit fused multiply-add, so that the bits do not depend on the vector width of the
machine. With NUMBA_DISABLE_JIT=1 a lane value is a NumPy array and the same source runs (fma then rounds twice).
"""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

from .layout import LANES
from .layout import NARROW as _NARROW
from .space import data_pointer

WIDTH, NARROW = LANES, _NARROW

_F64 = ir.DoubleType()
_I64 = ir.IntType(64)


class FloatLanes(types.Type):  # type: ignore[misc]
    """Numba type of float64 lanes."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.vector = ir.VectorType(_F64, width)
        super().__init__(name=f"FloatLanes({width})")


class WordLanes(types.Type):  # type: ignore[misc]
    """Numba type of uint64 lanes."""

    def __init__(self) -> None:
        super().__init__(name="WordLanes")


FLOATS = FloatLanes(WIDTH)
NARROWS = FloatLanes(NARROW)
FOLDED = NARROWS
"""What `fold` gives, a row of eight numbers of the scratch."""
WORDS = WordLanes()
_FLOAT_VECTOR = FLOATS.vector
_WORD_VECTOR = ir.VectorType(_I64, WIDTH)


@register_model(FloatLanes)
class _FloatModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, fe_type.vector)


@register_model(WordLanes)
class _WordModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, _WORD_VECTOR)


def _splat(builder: Any, value: Any, vector: Any) -> Any:
    zero = ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), value, zero)
    return builder.shuffle_vector(
        one,
        ir.Constant(vector, ir.Undefined),
        ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count),
    )


def _as_floats(lanes: FloatLanes) -> Callable[..., Any]:
    def convert(context: Any, builder: Any, value: Any, kind: Any) -> Any:
        if kind == lanes:
            return value
        return _splat(builder, context.cast(builder, value, kind, types.float64), lanes.vector)

    return convert


def _widest(kinds: Any) -> FloatLanes:
    """The lanes among some types (one width only; the rest are scalars)."""
    found = {kind for kind in kinds if isinstance(kind, FloatLanes)}
    if len(found) > 1:
        raise TypingError("lanes of different widths in one operation")
    return found.pop() if found else FLOATS


def _as_words(context: Any, builder: Any, value: Any, kind: Any) -> Any:
    if kind == WORDS:
        return value
    return _splat(builder, context.cast(builder, value, kind, types.uint64), _WORD_VECTOR)


def _operator(symbol: Any, float_build: str | None, word_build: str | None) -> None:
    """Teach numba one binary operator on lanes (with scalars broadcast)."""

    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            for lanes, build in ((FLOATS, float_build), (NARROWS, float_build), (WORDS, word_build)):
                if build and lanes in args and all(a == lanes or isinstance(a, types.Number) for a in args):
                    return signature(lanes, *args)
            return None

    infer_global(symbol)(Template)

    def lowering(build: str) -> Any:
        def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            to_lanes = _as_words if sig.return_type == WORDS else _as_floats(sig.return_type)
            a, b = (to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True))
            return getattr(builder, build)(a, b)

        return lower

    for lanes, build in ((FloatLanes, float_build), (WordLanes, word_build)):
        if build:
            for pair in ((lanes, lanes), (lanes, types.Number), (types.Number, lanes)):
                lower_builtin(symbol, *pair)(lowering(build))


for _plain, _in_place, *_builds in (
    (operator.add, operator.iadd, "fadd", "add"),
    (operator.sub, operator.isub, "fsub", "sub"),
    (operator.mul, operator.imul, "fmul", "mul"),
):
    _operator(_plain, *_builds)
    _operator(_in_place, *_builds)
_operator(operator.truediv, "fdiv", None)
_operator(operator.xor, None, "xor")
_operator(operator.and_, None, "and_")
_operator(operator.or_, None, "or_")
_operator(operator.rshift, None, "lshr")
_operator(operator.lshift, None, "shl")


@infer_global(operator.neg)
class _Negative(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(args[0], *args) if isinstance(args[0], FloatLanes) else None


@lower_builtin(operator.neg, FloatLanes)
def _negative(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.fneg(args[0])


def widened(context: Any, builder: Any, value: Any, kind: Any, lanes: FloatLanes) -> Any:
    """A value as lanes: a scalar on each of them."""
    return _as_floats(lanes)(context, builder, value, kind)


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


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, vector: Any) -> Any:
    data = data_pointer(context, builder, array_type, array)
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _load(lanes: Any, vector: Any) -> Callable[..., Any]:
    def typed(typing: Any, array: Any, index: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            offset = context.cast(builder, args[1], sig.args[1], types.intp)
            return builder.load(_pointer(context, builder, sig.args[0], args[0], offset, vector), align=8)

        return lanes(array, index), build

    return typed


def _store(to_lanes: Any) -> Callable[..., Any]:
    def typed(typing: Any, array: Any, index: Any, value: Any) -> Any:
        def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            offset = context.cast(builder, args[1], sig.args[1], types.intp)
            lanes = to_lanes(context, builder, args[2], sig.args[2])
            builder.store(lanes, _pointer(context, builder, sig.args[0], args[0], offset, lanes.type), align=8)
            return context.get_dummy_value()

        return types.void(array, index, value), build

    return typed


def _elementwise(name: str, arity: int) -> Callable[..., Any]:
    """An LLVM intrinsic on lanes; scalar arguments are broadcast."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        lanes = sig.return_type
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(lanes.vector, [lanes.vector] * arity), f"llvm.{name}.v{lanes.width}f64"
        )
        to_lanes = _as_floats(lanes)
        return builder.call(function, [to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True)])

    return build


def _select(predicate: str) -> Callable[..., Any]:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        to_lanes = _as_floats(sig.return_type)
        a, b, yes, no = (to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True))
        return builder.select(builder.fcmp_ordered(predicate, a, b), yes, no)

    return build


@intrinsic
def _load_floats(typing, array, index):  # type: ignore[no-untyped-def]
    return _load(FLOATS, _FLOAT_VECTOR)(typing, array, index)


@intrinsic
def _load_narrow(typing, array, index):  # type: ignore[no-untyped-def]
    return _load(NARROWS, NARROWS.vector)(typing, array, index)


@intrinsic
def _load_like(typing, array, index, like):  # type: ignore[no-untyped-def]
    lanes = like if isinstance(like, FloatLanes) else FLOATS
    return lanes(array, index, like), _load(lanes, lanes.vector)(typing, array, index)[1]


@intrinsic
def _load_words(typing, array, index):  # type: ignore[no-untyped-def]
    return _load(WORDS, _WORD_VECTOR)(typing, array, index)


@intrinsic
def _store_floats(typing, array, index, value):  # type: ignore[no-untyped-def]
    return _store(_as_floats(_widest([value])))(typing, array, index, value)


@intrinsic
def _store_narrow(typing, array, index, value):  # type: ignore[no-untyped-def]
    return _store(_as_floats(NARROWS))(typing, array, index, value)


@intrinsic
def _store_words(typing, array, index, value):  # type: ignore[no-untyped-def]
    return _store(_as_words)(typing, array, index, value)


@intrinsic
def _fma(typing, a, b, c):  # type: ignore[no-untyped-def]
    return _widest([a, b, c])(a, b, c), _elementwise("fma", 3)


@intrinsic
def _root(typing, a):  # type: ignore[no-untyped-def]
    return _widest([a])(a), _elementwise("sqrt", 1)


@intrinsic
def _floor(typing, a):  # type: ignore[no-untyped-def]
    return _widest([a])(a), _elementwise("floor", 1)


@intrinsic
def _where_less(typing, a, b, yes, no):  # type: ignore[no-untyped-def]
    return _widest([a, b, yes, no])(a, b, yes, no), _select("<")


def _choose(first_less: bool) -> Callable[..., Any]:
    """The smaller of two, or the larger: the second where it is not less."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        to_lanes = _as_floats(sig.return_type)
        a, b = (to_lanes(context, builder, v, k) for v, k in zip(args, sig.args, strict=True))
        less = builder.fcmp_ordered("<", a, b)
        return builder.select(less, a, b) if first_less else builder.select(less, b, a)

    return build


@intrinsic
def _smaller(typing, a, b):  # type: ignore[no-untyped-def]
    return _widest([a, b])(a, b), _choose(True)


@intrinsic
def _larger(typing, a, b):  # type: ignore[no-untyped-def]
    return _widest([a, b])(a, b), _choose(False)


def _splatting(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return _as_floats(sig.return_type)(context, builder, args[0], sig.args[0])


@intrinsic
def _splat_float(typing, a):  # type: ignore[no-untyped-def]
    return FLOATS(a), _splatting


@intrinsic
def _splat_narrow(typing, a):  # type: ignore[no-untyped-def]
    return NARROWS(a), _splatting


@intrinsic
def _splat_word(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _as_words(context, builder, args[0], sig.args[0])

    return WORDS(a), build


@intrinsic
def _float_bits(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _WORD_VECTOR)

    return WORDS(a), build


@intrinsic
def _bits_float(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(args[0], _FLOAT_VECTOR)

    return FLOATS(a), build


@intrinsic
def _anywhere(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        width = ir.IntType(sig.args[0].width)
        above = builder.fcmp_ordered(">", args[0], ir.Constant(sig.args[0].vector, [0.0] * width.width))
        return builder.icmp_unsigned("!=", builder.bitcast(above, width), ir.Constant(width, 0))

    return types.boolean(a), build


@intrinsic
def _total(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        value = _halved(builder, args[0], sig.args[0].width, 1)
        return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))

    return types.float64(a), build


@intrinsic
def _fold(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _halved(builder, args[0], sig.args[0].width, NARROW)

    return NARROWS(a), build


def _halved(builder: Any, value: Any, width: int, until: int) -> Any:
    """The lower half of the lanes plus the upper, again and again."""
    while width > until:
        width //= 2
        value = builder.fadd(*_halves(builder, value, width))
    return value


def _halves(builder: Any, value: Any, width: int) -> tuple[Any, Any]:
    """Lanes below a width, and as many from there on."""
    index = ir.VectorType(ir.IntType(32), width)
    low = builder.shuffle_vector(value, value, ir.Constant(index, list(range(width))))
    return low, builder.shuffle_vector(value, value, ir.Constant(index, list(range(width, 2 * width))))


@intrinsic
def _first(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.extract_element(args[0], ir.Constant(ir.IntType(32), 0))

    return types.float64(a), build


@intrinsic
def _worst(typing, a):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        """As words without their sign: the order of numbers, and what is none above them all."""
        width = sig.args[0].width
        words = ir.VectorType(_I64, width)
        value = builder.and_(builder.bitcast(args[0], words), ir.Constant(words, [2**63 - 1] * width))
        while width > 1:
            width //= 2
            low, high = _halves(builder, value, width)
            value = builder.select(builder.icmp_signed(">", low, high), low, high)
        return builder.bitcast(builder.extract_element(value, ir.Constant(ir.IntType(32), 0)), _F64)

    return types.float64(a), build


def _numbered(lanes: Any, vector: Any) -> Callable[..., Any]:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return ir.Constant(vector, list(range(WIDTH)))

    return lambda typing: (lanes(), build)


@intrinsic
def _lane_numbers(typing):  # type: ignore[no-untyped-def]
    return _numbered(FLOATS, _FLOAT_VECTOR)(typing)


@intrinsic
def _lane_words(typing):  # type: ignore[no-untyped-def]
    return _numbered(WORDS, _WORD_VECTOR)(typing)


@intrinsic
def _add_each(typing, counts, at, bins, amount):  # type: ignore[no-untyped-def]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        first = context.cast(builder, args[1], sig.args[1], types.intp)
        base = builder.gep(data_pointer(context, builder, sig.args[0], args[0]), [first])
        places, amounts = (builder.alloca(_WORD_VECTOR) for _ in range(2))
        for value, place in zip(args[2:], (places, amounts), strict=True):
            builder.store(builder.fptosi(value, _WORD_VECTOR), place)
        places, amounts = (builder.bitcast(p, _I64.as_pointer()) for p in (places, amounts))
        for lane in range(WIDTH):
            place = builder.gep(base, [builder.load(builder.gep(places, [_I64(lane)]))])
            builder.store(builder.add(builder.load(place), builder.load(builder.gep(amounts, [_I64(lane)]))), place)
        return context.get_dummy_value()

    return types.void(counts, at, bins, amount), build


def _twin_add_each(counts: Any, at: int, bins: Any, amount: Any) -> None:
    np.add.at(counts, at + bins.astype(np.int64), amount.astype(np.int64))


def _twin_total(a: Any) -> float:
    while len(a) > 1:
        a = a[: len(a) // 2] + a[len(a) // 2 :]
    return float(a[0])


def _twin_store(array: Any, index: int, value: Any) -> None:
    array[index : index + np.size(value) if np.size(value) > 1 else index + WIDTH] = value


def _twin_store_narrow(array: Any, index: int, value: Any) -> None:
    array[index : index + NARROW] = value


def _twin_load(array: Any, index: int) -> Any:
    return array[index : index + WIDTH].copy()


def _twin_load_narrow(array: Any, index: int) -> Any:
    return array[index : index + NARROW].copy()


def _twin_load_like(array: Any, index: int, like: Any) -> Any:
    return array[index : index + (len(like) if np.ndim(like) else WIDTH)].copy()


if config.DISABLE_JIT:
    load, load_words, store, store_words = _twin_load, _twin_load, _twin_store, _twin_store
    load_narrow, store_narrow, load_like = _twin_load_narrow, _twin_store_narrow, _twin_load_like

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

    total, add_each = _twin_total, _twin_add_each
else:
    load, load_words, store, store_words = _load_floats, _load_words, _store_floats, _store_words
    load_narrow, store_narrow, load_like = _load_narrow, _store_narrow, _load_like
    fma, root, floor, where_less, smaller, larger = _fma, _root, _floor, _where_less, _smaller, _larger
    splat, splat_narrow, splat_word = _splat_float, _splat_narrow, _splat_word
    float_bits, bits_float = _float_bits, _bits_float
    total, anywhere, fold, add_each = _total, _anywhere, _fold, _add_each
    first, worst, lane_numbers, lane_words = _first, _worst, _lane_numbers, _lane_words
