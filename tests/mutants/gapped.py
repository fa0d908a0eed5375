"""Shipped tables without a row for every period: each with the command or the file that reads it, and what it reads."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mutants import judge
from mutants.mutant import Mutant
from mutants.tables import rows_of
from stress.analysis.loading import load
from stress.cli import cli
from stress.errors import StressError

DATA = "scenarios/data/"
DEAL, INDEXED = "scenarios/deals/card-master-trust.toml", "scenarios/deals/indexed.toml"
JOB, OF_INDEX = "scenarios/jobs/card-master-trust.toml", "scenarios/jobs/indexed.toml"
"""A shipped deal and its job, and those whose index is a table of decisions."""


class Gapped(NamedTuple):
    """How a table is read."""

    columns: frozenset[str]
    """Those whose values are used; what stands in others means nothing."""
    read: Callable[[Path], object]
    """Given the folder of all files. Raises what a user would see."""


def _command(text: str) -> Callable[[Path], object]:
    words = text.split()

    def read(folder: Path) -> None:
        cli.main(
            [str(folder / word) if word.startswith(DATA) else word for word in [*words, "-q"]], standalone_mode=False
        )

    return read


def _file(name: str) -> Callable[[Path], object]:
    return lambda folder: load(folder / name)


def _late(unit: str) -> list[str]:
    return [f"late_{k}_{unit}" for k in range(1, 7)]


CITI = f"{DATA}card_trusts/citi_master_trust_"
AMEX = f"{DATA}card_trusts/amex_issuance_trust_charge_cards.csv"
CLUB = f"{DATA}lendingclub/36m_2015_by_payments.csv"
UCI = f"{DATA}uci_cards/transitions_2005.csv"
LPR = f"{DATA}china/pboc_lpr_changes_2019_2025-01.csv"
_MONTHLY = _file("scenarios/reports/citi-master-trust.toml")
_STOCKS = _command(f"calibrate rolls {CITI}monthly.csv --current current_usd")


def _both(folder: Path) -> None:
    _MONTHLY(folder)
    _STOCKS(folder)


def _columns(text: str, *more: str) -> frozenset[str]:
    return frozenset((*text.split(), *more))


_OF_AMEX = """
period_end principal_begin_usd principal_end_usd new_principal_usd principal_collections_usd gross_default_usd
finance_charge_collections_usd late_31_60_usd late_61_90_usd
"""
_OF_CLUB = """
loans principal payments_made charged_off_loans charged_off_principal net_recoveries fully_paid_loans prepaid_principal
"""
_OF_MONTHLY = "due_period_end credit_loss_pct principal_begin_usd principal_end_usd current_usd"
_BY_AGE = "--default charged_off_loans --size loans --exits fully_paid_loans --stages 2"
TABLES = {
    AMEX: Gapped(_columns(_OF_AMEX), _file("scenarios/reports/amex-charge-cards.toml")),
    f"{CITI}monthly.csv": Gapped(_columns(_OF_MONTHLY, *_late("usd")), _both),
    f"{CITI}annual.csv": Gapped(
        _columns("period gross_charge_offs_kusd", *_late("kusd")),
        _command(f"calibrate rolls {CITI}annual.csv --loss gross_charge_offs_kusd"),
    ),
    CLUB: Gapped(_columns(_OF_CLUB), _command(f"calibrate vintage {CLUB} {_BY_AGE}")),
    UCI: Gapped(
        _columns("from_month from_status to_status accounts"), _command(f"calibrate rolls {UCI} --amount accounts")
    ),
    LPR: Gapped(_columns("date lpr_1y_pct"), _file(OF_INDEX)),
}


def with_index(folder: Path) -> None:
    """Write the deal whose index is the table of decisions, and its job."""
    deal, job = ((folder / name).read_text(encoding="utf-8") for name in (DEAL, JOB))
    level = "indices = { sofr_1m = 0.043 }"
    assert level in deal
    table = f'{{ file = "../../{LPR}", column = "lpr_1y_pct", percent = true }}'
    (folder / INDEXED).write_text(deal.replace(level, f"indices = {{ sofr_1m = {table} }}"), encoding="utf-8")
    assert "deals/card-master-trust.toml" in job
    (folder / OF_INDEX).write_text(job.replace("deals/card-master-trust.toml", "deals/indexed.toml"), encoding="utf-8")


class Told(NamedTuple):
    """What reading came to."""

    said: str
    crash: str


def read(folder: Path, name: str, content: bytes) -> Told:
    """Replace a table, read it, and put it back."""
    path = folder / name
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        TABLES[name].read(folder)
    except StressError as error:
        return Told(str(error), "")
    except Exception as error:
        return Told("", f"{type(error).__name__}: {error}")
    finally:
        path.write_bytes(before)
    return Told("", "")


ORDER = {"swap rows"}
"""What changes nothing: these tables may stand in any order."""


def legal(name: str, text: str, mutant: Mutant) -> bool:
    """Whether a mutant may be accepted: what is read is as it was, or means something legal."""
    if mutant.kind in ORDER or _values(name, text) == _values(name, mutant.content.decode("latin-1")):
        return True
    column = mutant.place[1] if len(mutant.place) == 2 else ""
    if column and column not in TABLES[name].columns and mutant.kind != "a wrong heading":
        return True
    if mutant.kind == "a percent in a cell" and (name == LPR or not float(mutant.was or 0)):
        return True  # percents are what its column holds; a nought is one of both
    return judge.legal(name, text, mutant)


def _values(name: str, text: str) -> list[list[str]]:
    """The cells of the columns that are read."""
    rows = rows_of(text)
    read_ = [k for k, head in enumerate(rows[0]) if head in TABLES[name].columns]
    return [[row[k] for k in read_ if k < len(row)] for row in rows]
