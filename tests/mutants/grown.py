"""Documents grown from the grammar: a shipped file in which some tables or keys are made anew from the models' schemas.

A mutant turns one leaf; what is grown is whole: a step with all its keys, a trigger, a ladder of five buckets, a swap's
two legs. Numbers are ends, inner points and rounds of what is allowed; names are mostly those of the file itself.
"""

import copy
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any

import tomli

from mutants.mutant import Date, Mutant, Place, at, containers, leaves, put, toml
from stress.inputs.files.parse import KINDS
from stress.inputs.text.schema import Schema, alternatives, root_of, schemas_at

DEEPEST = 6
QUANTITIES = ("pool", "notes", "month", "defaults", "excess_spread", "pool.cut_off", "index.LPR", "nothing", "1e400")
FORMS = ("{0} + {1}", "{0} * {1}", "({0}) / ({1})", "max({0}, {1})", "mean({0}, {2})", "if({0} > {1}, {0}, {1})",
         "not {0}", "{0} and {1}", "-({0})", "{0} ** {1}", "({0}")  # fmt: skip
WORDS = ("income", "principal", "A", "x", "é", "", "a/b", "=1+1", "2025 Q1", "0 to 1.5 in 12, 1.5 for 24")


class Grammar:
    """Values that a kind of file allows, one after another."""

    def __init__(self, kind: str, document: dict[str, Any], rng: Random) -> None:
        self.root = root_of(KINDS[kind])
        self.rng = rng
        self.used: Counter[str] = Counter()
        """`model.key` -> how often it was grown."""
        self.names = [value for place, value in leaves(document) if place[-1] == "name" and isinstance(value, str)]

    def value(self, schema: Schema, depth: int = 0) -> Any:
        """A value of a schema, mostly allowed by it."""
        chosen = self.rng.choice(alternatives(self.root, schema))
        if "_mapping" in chosen:
            key = chosen["discriminator"]["propertyName"]
            word = self.rng.choice(sorted(chosen["_mapping"]))
            return {key: word, **self._table({"$ref": chosen["_mapping"][word]}, depth, {key})}
        if "const" in chosen:
            return chosen["const"]
        if "enum" in chosen:
            return self.rng.choice(chosen["enum"])
        match chosen.get("type"):
            case "object":
                return self._table(chosen, depth, set())
            case "array":
                return self._list(chosen, depth)
            case "number" | "integer":
                return self._number(chosen)
            case "boolean":
                return self.rng.random() < 0.5
            case "null":
                return self.names[0] if self.names else 0
        return self._text(chosen)

    def _table(self, schema: Schema, depth: int, given: set[str]) -> dict[str, Any]:
        [schema] = alternatives(self.root, schema)
        table = {}
        for key, inner in schema.get("properties", {}).items():
            needed = key in schema.get("required", ())
            if key not in given and (needed or self.rng.random() < 0.35 / (1 + depth)):
                self.used[f"{schema.get('title', '')}.{key}"] += 1
                table[key] = self.value(inner, depth + 1)
        if isinstance(more := schema.get("additionalProperties"), dict):
            words = schema.get("propertyNames", {}).get("enum") or self.names or WORDS
            table |= {str(self.rng.choice(words)): self.value(more, depth + 1) for _ in range(self.rng.randint(0, 2))}
        return table

    def _list(self, schema: Schema, depth: int) -> list[Any]:
        least, most = schema.get("minItems", 0), schema.get("maxItems", 6)
        size = min(most, least + self.rng.randint(0, 3)) if depth < DEEPEST else least
        if "prefixItems" in schema:
            return [self.value(item, depth + 1) for item in schema["prefixItems"]]
        return [self.value(schema.get("items", {}), depth + 1) for _ in range(size)]

    def _number(self, schema: Schema) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum", -10.0))
        high = schema.get("maximum", schema.get("exclusiveMaximum", 1e6))
        inner = low + (min(high, low + 100.0) - low) * self.rng.random() ** 3
        number = self.rng.choice([low, high, inner, inner, inner, round(inner, 2)])
        return round(number) if schema["type"] == "integer" else float(number)

    def _text(self, schema: Schema) -> str:
        if schema.get("format") == "date":
            return Date(f"{self.rng.randint(2019, 2026)}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}")
        if self.names and self.rng.random() < 0.6:
            return self.rng.choice(self.names)
        return self._formula(2) if self.rng.random() < 0.5 else self.rng.choice(WORDS)

    def _formula(self, deep: int) -> str:
        """A formula, of one unit or of several."""
        rng = self.rng
        name = rng.choice(self.names) if self.names else "A"
        if deep == 0 or rng.random() < 0.3:
            return rng.choice([*QUANTITIES, f"{rng.uniform(-1.0, 2.0):.3f}", f'note["{name}"]', f"tripped.{name}"])
        left, right = self._formula(deep - 1), self._formula(deep - 1)
        return rng.choice(FORMS).format(left, right, rng.randint(0, 13))


def keys_of(kinds: Iterable[str]) -> set[str]:
    """`model.key` of all that files of these kinds may say, but what they are and in which version."""
    keys = set()
    for kind in kinds:
        root = root_of(KINDS[kind])
        for schema in (root, *root.get("$defs", {}).values()):
            keys |= {f"{schema.get('title', '')}.{key}" for key in schema.get("properties", {})}
    return {key for key in keys if key.split(".")[1] not in ("kind", "version")}


def grown(text: str, rng: Random, used: Counter[str] | None = None) -> Mutant:
    """One to three keys of a shipped file made anew, or put in where they were left out."""
    document = tomli.loads(text)
    before = copy.deepcopy(document)
    grammar = Grammar(document["kind"], document, rng)
    place: Place = ()
    for _ in range(rng.randint(1, 3)):
        place = _changed(document, grammar, rng) or place
    if used is not None:
        used.update(grammar.used)
    was = at(before, place) if _has(before, place) else None
    return Mutant("grown from the grammar", toml(document).encode(), place, was, at(document, place))


def _changed(document: dict[str, Any], grammar: Grammar, rng: Random) -> Place:
    """Make a key of some table of a document anew; its place, or none where the table has no schema."""
    tables = [where for where, _ in containers(document, dict)]
    where = () if rng.random() < 0.4 else rng.choice(tables)
    model = KINDS[document["kind"]]
    table = at(document, where)
    schemas = [part for part in schemas_at(model, _tagged(document, where)) if "properties" in part]
    if not schemas:
        return ()
    schema = rng.choice(schemas)
    key = rng.choice(sorted(set(schema["properties"]) - {"kind", "version"}))
    if not table.keys() <= schema["properties"].keys():
        return ()
    grammar.used[f"{schema.get('title', '')}.{key}"] += 1
    put(document, (*where, key), grammar.value(schema["properties"][key], len(where)))
    return (*where, key)


def _tagged(document: dict[str, Any], where: Place) -> list[str | int]:
    """A place with the word that tells the kinds of a union apart, as pydantic's locations have it."""
    tagged: list[str | int] = []
    here: Any = document
    for part in where:
        here = here[part]
        tagged.append(part)
        if isinstance(here, dict) and isinstance(here.get("step"), str):
            tagged.append(here["step"])
    return tagged


def _has(document: Any, place: Place) -> bool:
    try:
        at(document, place)
    except (LookupError, TypeError):
        return False
    return True
