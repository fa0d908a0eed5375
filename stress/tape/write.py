"""A pool as the text of its TOML file; what stands at its default is left out."""

from __future__ import annotations

from stress.inputs.pool import Pool
from stress.inputs.text.write import text_of


def pool_to_toml(pool: Pool, comment: str = "") -> str:
    """The pool file, `stress check` accepts it."""
    document = pool.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return text_of(document | {key: getattr(pool, key) for key in ("version", "kind", "currency", "balance")}, comment)
