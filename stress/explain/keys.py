"""The reference of keys, read from the models: unit, what is allowed, default, meaning and an example of each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from stress.errors import ConfigError
from stress.explain.allowed import allowed_of, unit_of
from stress.explain.formula_keys import SAYS, formula_rows
from stress.explain.key_examples import example
from stress.explain.meant import MEANT, meant_by
from stress.explain.targets import MEANING, ways
from stress.explain.targets import example as example_shock
from stress.inputs.files.parse import KINDS
from stress.inputs.text.schema import Schema, alternatives, root_of
from stress.spelling import suggest


class Key(NamedTuple):
    """One key of an input file."""

    key: str
    unit: str
    allowed: str
    default: str
    """`required` where there is none."""
    meaning: str
    example: str
    """A line of TOML; of a command its line."""


class KeyTable(NamedTuple):
    """The keys of one table of a file."""

    where: str
    """Where the table stands: `pool`, `pool: segments[]`, `deal: priority.PHASE[], step = "pay_fee"`."""
    model: str
    """The model in `stress.inputs` that it is read by; `Step` for what all steps share."""
    says: str
    keys: tuple[Key, ...]


def key_tables(kind: str) -> list[KeyTable]:
    """The tables of one kind of file, in the order of the model; of one part of it where `kind` is `pool.segments`.

    `deal.quantities` is a key: its row alone. Another word finds the keys and the commands that it is about (`meant`),
    then the keys of all files that tell of it. Raises ConfigError for what is no kind, part or key, and told nowhere.

    >>> [table.where for table in key_tables("pool.supply")]
    ['pool: supply']
    >>> [(table.where, key.key) for table in key_tables("deal.coupon") for key in table.keys]
    [('deal: notes[]', 'coupon')]
    """
    name, _, part = kind.partition(".")
    if name not in KINDS:
        if tables := _about(kind):
            return tables
        raise ConfigError(
            f"--keys {kind}: must be one of {', '.join(KINDS)}, or a word that a key tells of"
            f"{suggest(kind, [*KINDS, *(word for meant in MEANT for word in meant.words)])}"
        )
    tables = _all_tables(name)
    if not part:
        return tables
    parts = [table.where.partition(": ")[2].split("[")[0].split(".")[0].split(",")[0] for table in tables]
    chosen = [table for table, first in zip(tables, parts, strict=True) if first == part]
    chosen = chosen or _only(tables, lambda key: part in (key.key, key.key.partition(".")[0]))
    if not chosen:
        known = list(dict.fromkeys(first for first in parts if first))
        hint = suggest(part, known) or f"; there is {', '.join(known)}"
        raise ConfigError(f"--keys {kind}: a {name} has no table or key {part!r}{hint}")
    return chosen


def _all_tables(name: str) -> list[KeyTable]:
    root = root_of(KINDS[name])
    more = {"scenario": [_targets()], "deal": [_formulas()]}
    return list(_tables(root, root, name, set())) + more.get(name, [])


def _about(word: str) -> list[KeyTable]:
    """The keys and the commands that a word of the field is about, then what else tells of it, each row once."""
    meant, told = meant_by(_plain(word)), _telling(word)
    if meant is None:
        return told
    tables = [table for address in meant.keys for table in addressed(address)]
    rows = tuple(Key(_name(line), "", "", "", says, line) for line, says in meant.commands)
    tables += [KeyTable("commands", "Command", "Commands that answer it.", rows)] if rows else []
    by_place: dict[str, KeyTable] = {}
    for table in (*tables, *told):
        there = by_place.setdefault(table.where, table)
        more = tuple(row for row in table.keys if row not in there.keys)
        by_place[table.where] = there._replace(keys=there.keys + more)
    return list(by_place.values())


def _name(line: str) -> str:
    """The command of a command line: `stress calibrate losses`."""
    return re.split(r" (?:--|\S*\.)", line)[0]


def addressed(address: str) -> list[KeyTable]:
    """What stands at KIND.KEY, KIND.TABLE or KIND.TABLE.KEY, a step of a priority being a table by its name."""
    kind, name, *rest = address.split(".")
    tables, key = _all_tables(kind), ".".join(rest)

    def wanted(row: Key) -> bool:
        first, _, of = row.key.partition(".")
        return key in ("", row.key) or (first == key and of.isupper())

    if within := [table for table in tables if ": " in table.where and re.findall(r"\w+", table.where)[-1] == name]:
        return _only(within, wanted)
    return _only([table for table in tables if table.where == kind], lambda row: row.key == name)


def _telling(word: str) -> list[KeyTable]:
    """Of all kinds of files the keys, and whole tables below them, of which a word of that beginning is said."""
    begins = re.compile(rf"\b{re.escape(_plain(word))}")

    def tells(*words: str) -> bool:
        return begins.search(_plain(" ".join(words))) is not None

    tables = [table for name in KINDS for table in _all_tables(name)]
    whole = {table.model for table in tables if ": " in table.where and tells(table.where, table.says)}
    return [
        part
        for table in tables
        for part in ([table] if table.model in whole else _only([table], lambda k: tells(k.key, k.allowed, k.meaning)))
    ]


def _plain(text: str) -> str:
    """Small letters, `clean_up` and `clean-up` as `clean up`."""
    return re.sub("[_-]", " ", text.lower())


def _only(tables: Sequence[KeyTable], wanted: Callable[[Key], bool]) -> list[KeyTable]:
    """Tables with the wanted keys alone; those that have none are left out."""
    chosen = [table._replace(keys=tuple(key for key in table.keys if wanted(key))) for table in tables]
    return [table for table in chosen if table.keys]


def as_markdown(tables: Sequence[KeyTable]) -> str:
    """The tables as Markdown."""
    return "\n".join(line for table in tables for line in _markdown(table))


def as_comments(tables: Sequence[KeyTable]) -> str:
    """The tables as comments of a TOML file: every key with its example, allowed values and meaning."""
    lines = []
    for table in tables:
        lines += ["#", f"# {table.where}: {table.says}"]
        for key in table.keys:
            facts = "; ".join(word for word in (key.unit, key.allowed, key.default) if word)
            lines += [f"#   {key.example}", f"#       {key.meaning} ({facts})"]
    return "\n".join(lines) + "\n"


def _markdown(table: KeyTable) -> Iterator[str]:
    yield f"## {table.where}\n\n{table.says}\n"
    yield "| key | unit | allowed | default | meaning | example |\n|---|---|---|---|---|---|"
    for key in table.keys:
        cells = (f"`{key.key}`", key.unit, key.allowed, key.default, key.meaning, f"`{key.example}`")
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _targets() -> KeyTable:
    """What a shock of a scenario can move."""
    keys = tuple(
        Key(target, "", ways(target), "not moved", meaning, f"shock = {example_shock(target)}")
        for target, meaning in MEANING.items()
    )
    return KeyTable("scenario: targets", "Target", "What a shock can move, by `target`.", keys)


def _formulas() -> KeyTable:
    """What formulas of a deal can look at."""
    keys = tuple(Key(row.name, row.unit, row.allowed, "", row.words, row.example) for row in formula_rows())
    return KeyTable("deal: formulas", "Formula", SAYS, keys)


def _tables(root: Schema, schema: Schema, where: str, titles: set[str]) -> Iterator[KeyTable]:
    """A table and all that stand in it; a model that stands in several places once."""
    if schema["title"] in titles:
        return
    titles.add(schema["title"])
    keys = tuple(_key(root, schema, key) for key in schema["properties"])
    yield KeyTable(where, schema["title"], _sentence(schema.get("description", "")), keys)
    for key, value in schema["properties"].items():
        for branch in alternatives(root, value):
            yield from _within(root, branch, where + ("." if ": " in where else ": ") + key, titles)


def _within(root: Schema, schema: Schema, where: str, titles: set[str]) -> Iterator[KeyTable]:
    """Tables below a key: itself, the entries of a list or of an open table, each kind of a union."""
    if "_mapping" in schema:
        yield from _kinds(root, schema, where, titles)
    elif "properties" in schema:
        yield from _tables(root, schema, where, titles)
    elif isinstance(schema.get("items"), dict):
        for item in alternatives(root, schema["items"]):
            yield from _within(root, item, f"{where}[]", titles)
    elif isinstance(schema.get("additionalProperties"), dict):
        for item in alternatives(root, schema["additionalProperties"]):
            yield from _within(root, item, f"{where}.{'PHASE' if 'propertyNames' in schema else 'NAME'}", titles)


def _kinds(root: Schema, schema: Schema, where: str, titles: set[str]) -> Iterator[KeyTable]:
    """Members of a union told apart by a key: what all share once, then what each has of its own."""
    tag = schema["discriminator"]["propertyName"]
    members = {word: root["$defs"][ref.rsplit("/", 1)[1]] for word, ref in schema["_mapping"].items()}
    first = next(iter(members.values()))
    shared = [key for key in first["properties"] if all(key in m["properties"] for m in members.values())]
    common = tuple(_key(root, first, key) for key in shared if key != tag)
    yield KeyTable(f"{where}, every {tag}", tag.capitalize(), "What each may say beside its own keys.", common)
    for word, member in members.items():
        own = {key: value for key, value in member["properties"].items() if key not in shared or key == tag}
        yield from _tables(root, {**member, "properties": own}, f'{where}, {tag} = "{word}"', titles)
    yield from _tables_of(root, [first["properties"][key] for key in shared], where, shared, titles)


def _tables_of(
    root: Schema, values: Sequence[Schema], where: str, keys: Sequence[str], titles: set[str]
) -> Iterator[KeyTable]:
    for key, value in zip(keys, values, strict=True):
        for branch in alternatives(root, value):
            yield from _within(root, branch, f"{where}.{key}", titles)


def _key(root: Schema, schema: Schema, key: str) -> Key:
    value = schema["properties"][key]
    options = alternatives(root, value)
    required = key in schema.get("required", ())
    given = value.get("default")
    default = "required" if required else "left out" if given in (None, "", [], {}) else toml(given)
    units = [unit for option in options if (unit := unit_of(root, option))]
    shown = example(schema["title"], key, root, options, given)
    meaning = next((option["description"] for option in options if "description" in option), "")
    return Key(
        key,
        units[0] if units else "",
        " or ".join(dict.fromkeys(word for option in options if (word := allowed_of(root, option)))),
        default,
        _sentence(value.get("description", meaning)),
        f"{key} = {toml(shown)}",
    )


def _sentence(text: str) -> str:
    """A docstring on one line, to its first blank line."""
    return " ".join(text.split("\n\n")[0].split())


def toml(value: Any) -> str:
    """A value as it stands after the equals sign; tables inline, dates bare."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_bare(key)} = {toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        dated = len(value) == 10 and value[4] == value[7] == "-"
        return value if dated else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        return f"{value:_}"
    return f"{value:.12g}" if value % 1 else f"{value:_.1f}"


def _bare(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)
