"""What every input file shares: strict frozen models and units in the types."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema

from stress.errors import ConfigError
from stress.inputs.text.characters import NAME_PATTERN, TEXT_PATTERN, TITLE_PATTERN
from stress.inputs.text.docstrings import docstrings_of
from stress.inputs.text.messages import message
from stress.inputs.text.nested import with_parts
from stress.inputs.text.percents import CORRELATION, NO_PERCENT
from stress.inputs.text.shown import html_of, line_of

Fraction = Annotated[float, Field(ge=0.0, le=1.0, json_schema_extra={"unit": "share"})]
"""A share between 0 and 1. A percent is refused: write 0.05, not 5."""

AnnualRate = Annotated[float, Field(gt=-0.5, lt=1.0, json_schema_extra={"unit": "a year"})]
"""A rate per annum as a fraction: 0.054 is 5.4%."""

MonthlyRate = Annotated[float, Field(ge=0.0, lt=1.0, json_schema_extra={"unit": "a month"})]
"""A probability or share a month, as a fraction."""

Correlation = Annotated[float, Field(gt=-1.0, lt=1.0, json_schema_extra={"unit": CORRELATION})]

AssetCorrelation = Annotated[float, Field(ge=0.0, lt=1.0, json_schema_extra={"unit": CORRELATION})]
"""Of the latent variables of two borrowers."""

Persistence = Annotated[float, Field(ge=0.0, lt=1.0, json_schema_extra={"unit": "a month", NO_PERCENT: True})]
"""Correlation of a factor with itself a month before."""

Money = Annotated[float, Field(ge=0.0, le=1e15, json_schema_extra={"unit": "currency"})]
Month = Annotated[int, Field(ge=1, le=360, json_schema_extra={"unit": "month"})]
"""A month counted from closing: month 1 is the first collection period."""

LONGEST_NAME = 80
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=NAME_PATTERN)]
"""A short printable name; no slash, backslash, colon, leading dot or outer blanks: it may become a folder."""

Title = Annotated[str, Field(min_length=1, max_length=80, pattern=TITLE_PATTERN)]
"""The name of a deal or a pool as its documents write it: slash and colon too (`stress.file_names` escapes them)."""

LONGEST_TEXT = 4000
Text = Annotated[str, Field(max_length=LONGEST_TEXT, pattern=TEXT_PATTERN)]
"""Free text: any printable characters, line breaks and tabs; nothing that moves a cursor or turns the writing."""


_OF_PYDANTIC = frozenset(dir(BaseModel))


class Strict(BaseModel):
    """A frozen model that refuses unknown keys, lax conversions and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """With the docstring below each field: the sources are read where it is asked, for that takes long."""
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for key, text in docstrings_of(cls).items():
            properties[key].setdefault("description", text)
        return schema

    def but(self, **changes: Any) -> Self:
        """The same with other values of some keys, held against every rule that a file is held against.

        `part__key` is a key of a part, of a list of parts `list__NAME__key` (in `**{...}` where a name has blanks).
        Numbers, arrays and dates of NumPy and pandas are taken, the rows of a DataFrame as lists.
        Raises ConfigError with the key, the value and what is allowed.

        >>> job.deal.notes[0].but(coupon=0.06).coupon
        0.06
        >>> other = job.but(pool__dependence__rho=0.2, deal__notes__A__coupon=0.06)
        >>> other.pool.dependence.rho, other.deal.notes[0].coupon
        (0.2, 0.06)
        """
        given = {key: getattr(self, key) for key in self.model_fields_set} | with_parts(self, self._where(), changes)
        document = {key: json.loads(json.dumps(value, default=self._in_a_file(key))) for key, value in given.items()}
        try:
            return self.model_validate_json(json.dumps(document))
        except ValidationError as error:
            raise ConfigError(message(self._where(), type(self), document, error)) from None

    def __setattr__(self, key: str, value: Any) -> None:
        raise ConfigError(f"{self._where()}: is frozen: {type(self).__name__.lower()}.but({key}=...) gives another one")

    def __delattr__(self, key: str) -> None:
        raise ConfigError(f"{self._where()}: is frozen: nothing can be taken out of it")

    def __hash__(self) -> int:
        """Of all that it says, so that equal inputs are one key of a table or a cache."""
        return hash((type(self), _as_key(self.__dict__)))

    def __dir__(self) -> list[str]:
        """What is ours: pydantic has thirty names of its own, with which rules can be passed by."""
        return [name for name in super().__dir__() if name.startswith("_") or name not in _OF_PYDANTIC]

    def _repr_html_(self) -> str:
        return html_of(self)

    def _in_a_file(self, key: str) -> Callable[[Any], Any]:
        """How a file has a value of a key: a model as its table, a date as its text, numbers of NumPy as plain ones."""

        def written(value: Any) -> Any:
            if isinstance(value, BaseModel):
                return {name: getattr(value, name) for name in value.model_fields_set}
            if isinstance(value, datetime.datetime) and value.time() == datetime.time():  # a Timestamp of pandas
                return value.date().isoformat()
            if isinstance(value, datetime.date):
                return value.isoformat()
            if hasattr(value, "itertuples"):
                return [list(row) for row in value.itertuples(index=False)]
            if hasattr(value, "tolist"):
                return value.tolist()
            raise ConfigError(f"{self._where()}: {key}: a {type(value).__name__} is not a value that a file can hold")

        return written

    def _where(self) -> str:
        """What a message calls it: `note 'A'`."""
        name = getattr(self, "name", None)
        return type(self).__name__.lower() + (f" {name!r}" if name else "")


class Whole(Strict):
    """An input with a name and parts, printed in one line."""

    def __repr__(self) -> str:
        return line_of(self)

    __str__ = __repr__


class Document(Whole):
    """The head of every input file."""

    version: Literal[1]
    """Version of the format of the file."""
    name: Name
    """What tables, folders and messages call it."""
    source: Text = ""
    """Where the facts come from."""
    illustrative: tuple[Text, ...] = ()
    """What in this file is illustrative: ours, not a published fact."""


def _as_key(value: Any) -> Any:
    """A value that hashes alike where it is equal: tables in any order of their keys."""
    if isinstance(value, dict):
        return frozenset((key, _as_key(inner)) for key, inner in value.items())
    return tuple(map(_as_key, value)) if isinstance(value, (tuple, list)) else value
