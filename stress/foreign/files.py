"""An imported deal as files: deal, pool, scenario and job, with what could not be carried at the head of the job."""

from __future__ import annotations

import json
from typing import Any

import tomlkit

from stress.foreign.absbox import Imported
from stress.tape.pool import pool_to_toml


def files_of(imported: Imported, source: str) -> dict[str, str]:
    """File name -> text."""
    deal: dict[str, Any] = {"kind": "deal", "version": 1}
    deal |= imported.deal.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    deal["currency"] = imported.deal.currency
    head = "".join(
        f"# {line}\n" for line in (f"From {source}. Not carried:", *(f"- {omitted}" for omitted in imported.left))
    )
    name = json.dumps(imported.deal.name, ensure_ascii=False)
    return {
        "deal.toml": tomlkit.dumps(deal),
        "pool.toml": pool_to_toml(imported.pool, f"From {source}."),
        "scenario.toml": '# As the files stand: no shock.\nkind = "scenario"\nversion = 1\nname = "base"\n'
        f"source = {json.dumps(f'the deal in {source}', ensure_ascii=False)}\n",
        "job.toml": f'{head}kind = "job"\nversion = 1\nname = {name}\ndeal = "deal.toml"\npool = "pool.toml"\n'
        'scenarios = ["scenario.toml"]\npaths = 20_000\nseed = 1\nclock = "payment_date"\n',
    }
