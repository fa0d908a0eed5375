"""Mutants of TOML files: one key or value changed, or the file's text damaged."""

import copy
import math
import string
from collections.abc import Callable
from random import Random
from typing import Any

import tomli

from mutants.mutant import Date, Mutant, containers, leaves, literal, put, toml

HOSTILE = (
    *("../../etc/passwd", "/etc/passwd", "..", "C:\\x", "http://example.org/a.toml", "a\x00b", "x" * 10_000),
    *("=1+1", "<script>alert(1)</script>", "$(id)", "\x1b[2J", "a\nb", "\u202etxt", "{{ 7 * 7 }}", "%s%n", "'; --"),
)


def mutant_of(text: str, rng: Random) -> Mutant:
    """One mutant of a file; the same for the same generator."""
    while True:
        kind = rng.choice(sorted(KINDS))
        mutant = KINDS[kind](text, rng)
        if mutant is not None and mutant.content != text.encode():
            return mutant


def changed(
    kind: str, text: str, rng: Random, wanted: Callable[[Any], bool], new: Callable[[Any], Any]
) -> Mutant | None:
    """The file with one of the wanted values replaced."""
    document = tomli.loads(text)
    places = [(place, value) for place, value in leaves(document) if wanted(value)]
    if not places:
        return None
    place, value = rng.choice(places)
    now = new(value)
    put(document, place, now)
    return Mutant(kind, toml(document).encode(), place, value, now)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_date(value: Any) -> bool:
    return hasattr(value, "isoformat")


def drop_key(text: str, rng: Random) -> Mutant | None:
    document = tomli.loads(text)
    place, table = rng.choice([(p, t) for p, t in containers(document, dict) if t])
    name = rng.choice(list(table))
    was = table.pop(name)
    return Mutant("drop a key", toml(document).encode(), (*place, name), was)


def rename_key(text: str, rng: Random) -> Mutant | None:
    """A slip of the finger in a key."""
    document = tomli.loads(text)
    place, table = rng.choice([(p, t) for p, t in containers(document, dict) if t])
    name = rng.choice(list(table))
    i = rng.randrange(len(name))
    slips = [
        name[:i] + name[i + 1 :],
        name[:i] + rng.choice(string.ascii_lowercase) + name[i:],
        name.upper(),
        f"{name} ",
    ]
    new = rng.choice([slip for slip in slips if slip not in table] or [name + "x"])
    renamed = {new if k == name else k: v for k, v in table.items()}
    if place:
        put(document, place, renamed)
    else:
        document = renamed
    return Mutant("rename a key", toml(document).encode(), (*place, name), name, new)


def duplicate_key(text: str, rng: Random) -> Mutant | None:
    document = tomli.loads(text)
    name = rng.choice(list(document))
    return Mutant("give a key twice", (toml(document) + f"{name} = {literal(document[name])}\n").encode(), (name,))


def swap_type(text: str, rng: Random) -> Mutant | None:
    def other(value: Any) -> Any:
        choices: list[Any] = [{}, [], [value], {"value": value}, not value if isinstance(value, bool) else True]
        if is_date(value):
            choices += [value.isoformat(), value.year]
        elif is_text(value):
            choices += [0, 1.5]
        elif isinstance(value, bool):
            choices += [int(value), str(value).lower()]
        elif is_number(value):
            choices += [str(value), f"{value}%", value + 0.5, float(value), f"{value:,}"]
            choices += [int(value)] if value == int(value) else []
        return rng.choice([c for c in choices if type(c) is not type(value) or c != value])

    return changed("swap a type", text, rng, lambda _: True, other)


def scale(kind: str, factor: float) -> Callable[[str, Random], Mutant | None]:
    """A number multiplied: percent for a fraction, thousands for units."""

    def scaled(text: str, rng: Random) -> Mutant | None:
        def new(value: Any) -> Any:
            big = value * factor
            return int(big) if isinstance(value, int) and factor >= 1 else float(f"{big:.12g}")

        return changed(kind, text, rng, lambda v: is_number(v) and v != 0, new)

    return scaled


def set_number(kind: str, *values: float) -> Callable[[str, Random], Mutant | None]:
    """A number replaced by one that is hardly meant."""
    return lambda text, rng: changed(kind, text, rng, is_number, lambda _: rng.choice(values))


def negate(text: str, rng: Random) -> Mutant | None:
    return changed("turn a sign", text, rng, lambda v: is_number(v) and v != 0, lambda v: -v)


def percent_of_fraction(text: str, rng: Random) -> Mutant | None:
    """A fraction written as a percent."""
    return changed(
        "percent for a fraction",
        text,
        rng,
        lambda v: isinstance(v, float) and 0.0 < v < 1.0,
        lambda v: float(f"{100.0 * v:.12g}"),
    )


def wrong_date(text: str, rng: Random) -> Mutant | None:
    wrong = ("2020-02-30", "2020-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "1970-01-01", "2020-06-30T12:00:00")
    wrong = (*wrong, "2020-06-30T12:00:00Z", "07:30:00", '"30/06/2020"', '"June 2020"', "2020-6-30", "20200630")
    return changed("a wrong date", text, rng, is_date, lambda _: Date(rng.choice(wrong)))


def other_text(text: str, rng: Random) -> Mutant | None:
    """A word, a name or a reference that is not there."""

    def new(value: str) -> str:
        i = rng.randrange(len(value) + 1)
        return rng.choice(
            [value[:i] + rng.choice("xqz") + value[i:], value.swapcase(), "", value + " ", value[: i - 1]]
        )

    return changed("a wrong word", text, rng, lambda v: is_text(v) and len(v) < 60, new)


def hostile_text(text: str, rng: Random) -> Mutant | None:
    """Text that means something to a shell, a spreadsheet, a page, a terminal or a file system."""
    return changed("hostile text", text, rng, is_text, lambda _: rng.choice(HOSTILE))


def drop_item(text: str, rng: Random) -> Mutant | None:
    return in_list("drop an entry", text, rng, lambda items, i: items.pop(i))


def repeat_item(text: str, rng: Random) -> Mutant | None:
    return in_list("repeat an entry", text, rng, lambda items, i: items.insert(i, copy.deepcopy(items[i])))


def reverse_list(text: str, rng: Random) -> Mutant | None:
    return in_list("reverse a list", text, rng, lambda items, _: items.reverse())


def in_list(kind: str, text: str, rng: Random, change: Callable[[list[Any], int], Any]) -> Mutant | None:
    document = tomli.loads(text)
    lists = [(place, items) for place, items in containers(document, list) if items]
    if not lists:
        return None
    place, items = rng.choice(lists)
    was, i = copy.deepcopy(items), rng.randrange(len(items))
    change(items, i)
    return Mutant(kind, toml(document).encode(), place, was, items) if items != was else None


def swap_values(text: str, rng: Random) -> Mutant | None:
    """Two numbers of a table in each other's place."""
    document = tomli.loads(text)
    tables = [(p, t, [k for k in t if is_number(t[k])]) for p, t in containers(document, dict)]
    tables = [(p, t, names) for p, t, names in tables if len(names) > 1]
    if not tables:
        return None
    place, table, names = rng.choice(tables)
    a, b = rng.sample(names, 2)
    if table[a] == table[b]:
        return None
    was = {a: table[a], b: table[b]}
    table[a], table[b] = table[b], table[a]
    return Mutant("swap two numbers", toml(document).encode(), (*place, a), was, {a: table[a], b: table[b]})


def nest(text: str, rng: Random) -> Mutant | None:
    depth = rng.choice((3, 20, 500, 5_000))
    document = tomli.loads(text)
    place, value = rng.choice(list(leaves(document)))
    put(document, place, Date("[" * depth + literal(value) + "]" * depth))
    return Mutant("nest deeply", toml(document).encode(), place, value, f"{depth} lists")


def truncate(text: str, rng: Random) -> Mutant | None:
    raw = text.encode()
    end = rng.randrange(len(raw))
    return Mutant("truncate the file", raw[:end], (), len(raw), end)


def encode_otherwise(text: str, rng: Random) -> Mutant | None:
    how = rng.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "cp1252", "latin-1", "gb18030", "cp037")
    )
    name = text.replace('name = "', 'name = "Zürich ', 1)
    return Mutant("encode otherwise", name.encode(how, "replace"), (), "utf-8", how)


def insert_byte(text: str, rng: Random) -> Mutant | None:
    raw = text.encode()
    i, byte = rng.randrange(len(raw)), rng.choice((0, 7, 8, 27, 127, 128, 192, 255))
    return Mutant("insert a control byte", raw[:i] + bytes([byte]) + raw[i:], (), i, byte)


def flip_bytes(text: str, rng: Random) -> Mutant | None:
    raw = bytearray(text.encode())
    places = [i for i in range(len(raw)) if raw[i] > 32]
    for i in rng.sample(places, 3):
        raw[i] = rng.choice(b'0123456789.-+=[]{}"#,xeE_')
    return Mutant("flip three bytes", bytes(raw))


KINDS: dict[str, Callable[[str, Random], Mutant | None]] = {
    "drop a key": drop_key,
    "rename a key": rename_key,
    "give a key twice": duplicate_key,
    "swap a type": swap_type,
    "percent for a fraction": percent_of_fraction,
    "a thousand times": scale("a thousand times", 1000.0),
    "a twelfth": scale("a twelfth", 1.0 / 12.0),
    "turn a sign": negate,
    "a huge number": set_number("a huge number", 1e18, 1e300, 2**63, 10**30, 1.7976931348623157e308),
    "a tiny number": set_number("a tiny number", 0, 0.0, -0.0, 5e-324, 1e-300),
    "not finite": set_number("not finite", math.inf, -math.inf, math.nan),
    "a wrong date": wrong_date,
    "a wrong word": other_text,
    "hostile text": hostile_text,
    "drop an entry": drop_item,
    "repeat an entry": repeat_item,
    "reverse a list": reverse_list,
    "swap two numbers": swap_values,
    "nest deeply": nest,
    "truncate the file": truncate,
    "encode otherwise": encode_otherwise,
    "insert a control byte": insert_byte,
    "flip three bytes": flip_bytes,
}
"""Every way of changing a file, by its name in words."""
