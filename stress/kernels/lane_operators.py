"""The operators + - * / and those of words, on lanes and on lanes with numbers."""

# mypy: ignore-errors
# (numba's extension points are untyped)

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin

from .lane_types import FLOATS, FOLDED, HALVES, NARROWS, WORDS, FloatLanes, WordLanes, as_floats, as_words


def _operator(symbol: Any, float_build: str | None, word_build: str | None) -> None:
    """Teach numba one binary operator on lanes (with scalars broadcast)."""

    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: Any, kws: Any) -> Any:
            for lanes in (FLOATS, HALVES, FOLDED, NARROWS, WORDS):
                build = word_build if lanes == WORDS else float_build
                if build and lanes in args and all(a == lanes or isinstance(a, types.Number) for a in args):
                    return signature(lanes, *args)
            return None

    infer_global(symbol)(Template)

    def lowering(build: str) -> Any:
        def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            to_lanes = as_words if sig.return_type == WORDS else as_floats(sig.return_type)
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
