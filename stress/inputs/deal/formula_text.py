"""The text of a formula as a tree: numbers, names, + - * /, comparisons, and, or, not, functions."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable
from typing import NamedTuple

LONGEST, DEEPEST = 500, 12
"""Characters of a formula, and brackets within brackets."""
LARGEST = 1e15
KEPT = 4096
"""Formulas whose trees are kept: the rules of a deal read each of its formulas a hundred times."""
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+)
    |(?P<name>[^\W\d]\w*)
    |(?P<quoted>"[^"]*"|'[^']*')
    |(?P<sign><=|>=|[-+*/<>(),.\[\]]))""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and",), ("not",), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
"""Operators from the one that binds least."""


class Node(NamedTuple):
    """A part of a formula."""

    does: str
    """`number`, `name`, `call`, or the sign of an operator."""
    at: int
    """Where in the text it stands, from 1."""
    value: float = 0.0
    name: str = ""
    """Of a quantity or a function."""
    of: str = ""
    """What the quantity is of: `A` in note.A."""
    parts: tuple[Node, ...] = ()


class Token(NamedTuple):
    """A word of the text."""

    kind: str
    text: str
    at: int


class FormulaError(ValueError):
    """A formula that cannot be read, with the place."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(f"at character {at}: {reason}" if at else reason)


@functools.lru_cache(maxsize=KEPT)
def parse(text: str) -> Node:
    """The tree of a formula. Raises FormulaError with the place and what was expected there."""
    if len(text) > LONGEST:
        raise FormulaError(0, f"has {len(text)} characters: at most {LONGEST}")
    reader = _Reader(_tokens(text), len(text) + 1)
    tree = reader.level(0)
    rest = reader.next()
    if rest.kind != "end":
        raise FormulaError(rest.at, f"expected an operator, found {rest.text!r}")
    return tree


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            bad = len(text) - len(text[at:].lstrip())
            raise FormulaError(bad + 1, f"{_shown(text[bad])} has no meaning here{_hint(text[bad:])}")
        tokens.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        at = match.end()
    return tokens


def _shown(character: str) -> str:
    return repr(character) if character.isprintable() else f"U+{ord(character):04X}"


def _hint(rest: str) -> str:
    if rest[0] == "%":
        return "; write a share: 0.05 for 5%"
    if rest[0] == "=":
        return "; compare by <, <=, > or >="
    if rest[0].isdecimal():
        return "; write numbers with the digits 0 to 9"
    return "; a power is written as a product" if rest[0] == "^" else ""


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[Token], end: int) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0
        self.end = Token("end", "the end", end)

    def next(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self.end

    def take(self, *texts: str) -> Token | None:
        token = self.next()
        if token.kind in ("sign", "name") and token.text in texts:
            self.place += 1
            return token
        return None

    def expect(self, text: str) -> None:
        if self.take(text) is None:
            raise FormulaError(self.next().at, f"expected {text!r}, found {_spelled(self.next())}")

    def level(self, number: int) -> Node:
        """Operators of one level and all that bind more."""
        if number == len(_LEVELS):
            return self.signed()
        if _LEVELS[number] == ("not",):
            return self.negated(number)
        left = self.level(number + 1)
        while (sign := self.take(*_LEVELS[number])) is not None:
            left = Node(sign.text, sign.at, parts=(left, self.level(number + 1)))
            if sign.text in _LEVELS[3] and self.next().text in _LEVELS[3]:
                raise FormulaError(self.next().at, "compare two values at a time: a < b and b < c")
        return left

    def negated(self, number: int) -> Node:
        sign = self.take("not")
        if sign is None:
            return self.level(number + 1)
        return Node("not", sign.at, parts=(self.deeper(lambda: self.negated(number)),))

    def signed(self) -> Node:
        sign = self.take("-")
        if sign is None:
            return self.atom()
        part = self.deeper(self.signed)
        return Node("-", sign.at, parts=(Node("number", sign.at), part))

    def deeper(self, read: object) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise FormulaError(self.next().at, f"brackets within brackets: at most {DEEPEST} deep")
        node: Node = read()  # type: ignore[operator]
        self.depth -= 1
        return node

    def atom(self) -> Node:
        token = self.next()
        if self.take("(") is not None:
            inner = self.deeper(lambda: self.level(0))
            self.expect(")")
            return inner
        if token.kind == "number":
            self.place += 1
            number = float(token.text.replace("_", ""))
            if number > LARGEST:
                raise FormulaError(token.at, f"{token.text}: at most {LARGEST:g}")
            return Node("number", token.at, value=number)
        if token.kind == "name" and token.text not in ("and", "or", "not"):
            self.place += 1
            return self.named(token)
        raise FormulaError(token.at, f"expected a quantity or a number, found {_spelled(token)}")

    def named(self, token: Token) -> Node:
        """A function, a quantity, or one of something."""
        if self.take("(") is not None:
            parts = [self.deeper(lambda: self.level(0))]
            while self.take(",") is not None:
                parts.append(self.deeper(lambda: self.level(0)))
            self.expect(")")
            return Node("call", token.at, name=token.text, parts=tuple(parts))
        if self.take(".") is not None:
            return Node("name", token.at, name=token.text, of=self.word("name"))
        if self.take("[") is not None:
            of = self.word("quoted")[1:-1]
            self.expect("]")
            return Node("name", token.at, name=token.text, of=of)
        return Node("name", token.at, name=token.text)

    def word(self, kind: str) -> str:
        token = self.next()
        if token.kind != kind:
            wanted = "a name" if kind == "name" else "a name in quotes"
            raise FormulaError(token.at, f"expected {wanted}, found {_spelled(token)}")
        self.place += 1
        return token.text


def _spelled(token: Token) -> str:
    return token.text if token.kind == "end" else repr(token.text)


def number_of(tree: Node) -> float | None:
    """What numbers alone come to, by + - * and /; None where a formula looks at anything.

    >>> number_of(parse("-0.03 / 12")), number_of(parse("0.03 * pool"))
    (-0.0025, None)
    """
    if tree.does == "number":
        return tree.value
    parts = [number_of(part) for part in tree.parts]
    if tree.does not in _ARITHMETIC or len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    return _ARITHMETIC[tree.does](parts[0], parts[1])


def _over(a: float, b: float) -> float:
    """Formulas, in `kernels`: 0 where the divisor is within 1e-9 of 0, held within 1e9 of 0."""
    return 0.0 if abs(b) < 1e-9 else min(1e9, max(-1e9, a / b))


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _over,
}
