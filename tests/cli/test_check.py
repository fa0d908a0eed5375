"""Hostile and careless input files: one message that names file and key, quickly, and never a traceback."""

import os
import re
from pathlib import Path

import pytest
from handed import Capture, Patch
from shipped import ROOT

from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.load import load
from stress.inputs.text.read import MAX_BYTES

DEAL = (ROOT / "stress/templates/deal.toml").read_text(encoding="utf-8")
POOL = (ROOT / "stress/templates/pool.toml").read_text(encoding="utf-8")
SCENARIO = (ROOT / "stress/templates/scenario.toml").read_text(encoding="utf-8")
JOB = (ROOT / "stress/templates/job.toml").read_text(encoding="utf-8")
BOOK = (ROOT / "stress/templates/book.toml").read_text(encoding="utf-8")
RULES = (ROOT / "scenarios/rules/basel-stc.toml").read_text(encoding="utf-8")
UNCERTAIN = (ROOT / "scenarios/jobs/baitiao-24m-uncertain.toml").read_text(encoding="utf-8")


def edited(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


FIRST_STEP = '[\n  { step = "pay_fee"'
HEAD = 'kind = "scenario"\nversion = 1\nname = "x"\n'

BYTES = {
    "empty": (b"", ["kind is missing"]),
    "byte-order mark": (b"\xef\xbb\xbf" + SCENARIO.encode(), ["byte-order mark", "UTF-8"]),
    "UTF-16": (SCENARIO.encode("utf-16"), ["UTF-16", "UTF-8"]),
    "Latin-1": ((HEAD + 'source = "Zürich"').encode("latin-1"), ["not UTF-8", "line 4", "0xfc"]),
    "binary": (bytes(range(256)) * 10, ["not UTF-8"]),
    "NUL bytes": (b"\x00" * 100, ["not valid TOML"]),
    "too large": (b"# " + b"x" * MAX_BYTES, ["larger than 4 MB"]),
    "YAML": (b"kind: deal\nversion: 1\n", ["not valid TOML", "line 1", "key = value"]),
    "JSON": (b'{"kind": "deal"}', ["not valid TOML"]),
    "percent sign": (HEAD.encode() + b"probability = 5%", ["not valid TOML", "line 4", "fraction"]),
    "Python truth": (HEAD.encode() + b"x = True", ["line 4", "true and false"]),
    "unquoted text": (b"kind = deal", ["line 1", "quotes"]),
    "a date with points": (HEAD.encode() + b"x = 10.04.2026", ["line 4", "a date is written 2026-04-10"]),
    "a date without zeros": (HEAD.encode() + b"x = 2026-4-1", ["line 4", "a date is written 2026-04-10"]),
    "Chinese key without quotes": ((HEAD + "x = { 储备 = 5.0 }").encode(), ["line 4", "other letters", "quotes"]),
    "key given twice": (HEAD.encode() + b'name = "y"\n', ["line 4"]),
    "unclosed quote": (b'kind = "deal\nversion = 1', ["line 1"]),
    "a million brackets": (b"a = " + b"[" * 1_000_000, ["nested too deeply"]),
    "deep tables": (HEAD.encode() + b"x = " + b"{a=" * 50 + b"1" + b"}" * 50, ["nested too deeply"]),
    "long dotted key": (b".".join([b"a"] * 200_000) + b" = 1", ["nested too deeply"]),
    "infinity": (HEAD.encode() + b"probability = inf", ["probability = inf", "finite"]),
    "not a number": (HEAD.encode() + b'shocks = [{ target = "rho", set = nan }]', ["shocks[1].set = nan", "finite"]),
    "huge integer": (HEAD.encode() + b"probability = 1" + b"0" * 100, ["probability", "integer"]),
    "integer of 5000 digits": (HEAD.encode() + b"probability = " + b"9" * 5000, ["not valid TOML"]),
    "hexadecimal bomb": (HEAD.encode() + b"probability = 0x" + b"f" * 100_000, ["probability", "integer"]),
    "too many values": (HEAD.encode() + b"x = [" + b"1," * 250_000 + b"]", ["more than 100,000 values"]),
    "terminal escape in a key": (HEAD.encode() + b'"\\u001b[2Jx" = 1', ["no such key"]),
    "kind unknown": (b'kind = "dael"\nversion = 1', ['kind = "dael"', "did you mean deal"]),
    "kind a number": (b"kind = 3\nversion = 1", ["kind = 3", '"deal"']),
    "no version": (b'kind = "deal"', ["version is missing"]),
    "version of the future": (b'kind = "deal"\nversion = 2', ["version = 2", "must be 1"]),
    "version true": (b'kind = "deal"\nversion = true', ["version = true"]),
    "name a path": (SCENARIO.replace('"NAME"', '"../../etc"').encode(), ["name", "slash"]),
    "name dots": (SCENARIO.replace('"NAME"', '".."').encode(), ["name", "dot"]),
    "name empty": (SCENARIO.replace('"NAME"', '""').encode(), ["name", "empty"]),
    "name with a line break": (SCENARIO.replace('"NAME"', '"a\\nb"').encode(), ["name"]),
}

TEXTS = {
    "misspelt key": (edited(DEAL, "payment_day", "payment_dya"), ["payment_dya", "did you mean payment_day"]),
    "misspelt key in a note": (
        edited(DEAL, "coupon = 0.030", "cupon = 0.030"),
        ['notes["A"].cupon', "did you mean coupon"],
    ),
    "missing key": (edited(DEAL, "legal_maturity_months = 36", ""), ["legal_maturity_months", "missing"]),
    "percent for a share": (edited(DEAL, "share = 0.80", "share = 80"), ['notes["A"].share = 80', "did you mean 0.8?"]),
    "percent for a coupon": (edited(DEAL, "0.045", "4.5"), ['notes["B"].coupon = 4.5', "did you mean 0.045?"]),
    "percent for a risk weight": (
        edited(RULES, "floor = 0.15", "floor = 15.0"),
        ["floor = 15.0", "did you mean 0.15?"],
    ),
    "percent for a price": (edited(BOOK, "price = 0.99 ", "price = 99 "), ["price = 99", "did you mean 0.99?"]),
    "a percent sign": (edited(DEAL, "0.045", '"4.5%"'), ['notes["B"].coupon = "4.5%"', "write a fraction: 0.045\n"]),
    "a percent sign behind no number": (edited(DEAL, "0.045", '"4.5 p%"'), ['"4.5 p%": must be a number', "below 1\n"]),
    "half a month": (
        edited(DEAL, "revolving_months = 1", "revolving_months = 1.5 # "),
        ["revolving_months = 1.5", "must be a whole number from 0 to 120\n"],
    ),
    "a level that is neither number nor table": (
        edited(DEAL, "revolving_months", 'indices = { lpr = "x" }\nrevolving_months'),
        ['indices.lpr = "x": must be a number above -0.5 and below 1 or a table: { ... }\n'],
    ),
    "a comma in a number": (
        edited(DEAL, "0.045", "0,045"),
        ["a number has no comma", "decimals after a point: 0.05\n"],
    ),
    "commas between thousands": (edited(POOL, "rho = 0.023", "rho = 1,000"), ["a number has no comma: 500000000 or"]),
    "a month for a date": (
        edited(DEAL, "closing_date = 2", "closing_date = 2020-01 # 2"),
        ["a date is written 2026-04-10"],
    ),
    "a day that is none": (
        edited(DEAL, "closing_date = 2", "closing_date = 2025-02-30 # 2"),
        ["there is no such day\n"],
    ),
    "a key that stands twice": (
        edited(DEAL, "payment_day = 20", "payment_day = 20\npayment_day = 20"),
        ["the key or the table stands twice"],
    ),
    "a quote that is not closed": (
        edited(DEAL, 'currency = "', 'source = "ours\ncurrency = "'),
        ["the closing quote is missing"],
    ),
    "backslashes in a path": (
        edited(JOB, 'pool = "', 'pool = "C:\\data\\'),
        ["write / in the place of \\, or single quotes"],
    ),
    "a text for a list": (
        edited(JOB, "scenarios = [", 'scenarios = "base.toml" # ['),
        ['must be a list: ["base.toml"]\n'],
    ),
    "what a day count means": (
        edited(DEAL, 'day_count = "ACT/365F"', 'day_count = "actual/360"'),
        ["did you mean ACT/360?"],
    ),
    "a key of a table that may be a list": (
        edited(POOL, "roll_m1 = 0.", "roll_m1 = 30 # 0."),
        ["wrong.toml: ladder.roll_m1 = 30: must be a number from 0 to 1; a fraction, not a percent"],
    ),
    "a key of one of several tables": (
        edited(DEAL, "revolving_months", 'indices = { lpr = { file = "x.csv", percent = 3 } }\nrevolving_months'),
        ["wrong.toml: indices.lpr.percent = 3: must be true or false\n"],
    ),
    "a percent for a level that may be a table": (
        edited(DEAL, "revolving_months", "indices = { lpr = 3.5 }\nrevolving_months"),
        ["below 1 or a table: { ... }; a fraction, not a percent: did you mean 0.035?\n"],
    ),
    "a percent sign for a level that may be a table": (
        edited(DEAL, "revolving_months", 'indices = { lpr = "3.5%" }\nrevolving_months'),
        [
            'indices.lpr = "3.5%"',
            "must be a number above -0.5 and below 1 or a table: { ... }; write a fraction: 0.035\n",
        ],
    ),
    "a misspelt word where a number may stand": (
        edited(POOL, 'factor_start = "stationary"', 'factor_start = "stationery"'),
        ['factor_start = "stationery": must be "stationary" or a number from -6 to 6; did you mean stationary?\n'],
    ),
    "a phase that is none": (
        edited(DEAL, "[priority]", "[priority]\namortisation = 1"),
        ["priority.amortisation: no such key: one of revolving, amortization, ", "did you mean amortization?\n"],
    ),
    "a point of a curve without its value": (
        edited(SCENARIO, "shocks = []", "short_rate = { mean_reversion = 0.5, volatility = 0.01, forward = [[1]] }"),
        ["short_rate.forward[1][2]: is missing"],
    ),
    "no hint for a whole number": (edited(DEAL, "payment_day = 20", "payment_day = 200"), ["from 1 to 28\n"]),
    "rules of another age": (edited(RULES, "2023-01-01", "0001-01-01"), ["date = 0001-01-01", "between 1980 and 2200"]),
    "no supervisory parameter": (
        edited(RULES, "\np = 0.5", "\np = 5e-324"),
        ["standardised.p = 5e-324", "from 0.01 to 2"],
    ),
    "a twin asked for twice": (
        edited(UNCERTAIN, '["baseline"]', '["baseline", "baseline"]').replace('"../', f'"{ROOT}/scenarios/'),
        ["predictive.scenarios: 'baseline' is named more than once"],
    ),
    "a twin of no scenario": (
        edited(UNCERTAIN, '["baseline"]', '["baselin"]').replace('"../', f'"{ROOT}/scenarios/'),
        ["predictive.scenarios: the job has no scenario 'baselin': one of baseline, ", "did you mean baseline"],
    ),
    "quoted number": (edited(DEAL, "share = 0.80", 'share = "0.80"'), ['notes["A"].share', "without quotes"]),
    "quoted percent": (edited(DEAL, "share = 0.80", 'share = "80%"'), ['notes["A"].share', "fraction: 0.8"]),
    "whole number with a point": (
        edited(DEAL, "payment_day = 20", "payment_day = 20.0"),
        ["payment_day = 20.0", "whole number"],
    ),
    "day out of range": (edited(DEAL, "payment_day = 20", "payment_day = 31"), ["payment_day = 31", "from 1 to 28"]),
    "date as text": (edited(DEAL, "2025-12-31", '"end of 2025"'), ["closing_date", "2019-12-31"]),
    "impossible date": (edited(DEAL, "2025-12-31", "2025-02-30"), ["not valid TOML", "line"]),
    "date with a time": (edited(DEAL, "2025-12-31", "2025-12-31T12:00:00"), ["closing_date"]),
    "small currency": (edited(DEAL, '"EUR"', '"eur"'), ["currency", "three capitals"]),
    "unknown step": (edited(DEAL, FIRST_STEP, '[\n  { step = "pay_fees"'), ["priority.revolving[1]", "mean pay_fee"]),
    "step without a kind": (edited(DEAL, FIRST_STEP + ", ", "[\n  { "), ["priority.revolving[1]", "step is missing"]),
    "unknown phase": (
        edited(DEAL, "event_of_default = [", "event_of_defualt = ["),
        ["event_of_defualt", "did you mean event_of_default"],
    ),
    "unknown observable": (
        edited(DEAL, '"excess_spread_3m"', '"excess_spread_3"'),
        ['triggers["excess spread"].observable', "did you mean"],
    ),
    "text for a truth value": (
        edited(DEAL, "residual = true", 'residual = "yes"'),
        ['notes["equity"].residual', "true or false"],
    ),
    "a table for a list": (edited(DEAL, 'accounts = ["reserve"]', "accounts = { reserve = 1 }"), ["accounts", "list"]),
    "no notes": ('kind = "deal"\nversion = 1\nname = "x"\nnotes = []\n', ["notes", "at least 1"]),
    "shares of segments": (edited(POOL, "share = 0.6", "share = 0.7"), ["segments.share", "sum to 1", "1.1"]),
    "shares of plans": (edited(POOL, "share = 0.30", "share = 0.20"), ["plans.share", "sum to 1"]),
    "neither plans nor rate": (
        'kind = "pool"\nversion = 1\nname = "x"\ncurrency = "EUR"\nbalance = 1.0\n'
        'segments = [{ name = "a", share = 1.0, entry_rate = 0.01 }]\ndependence = { rho = 0.1, phi = 0.9 }',
        ["plans", "payment_rate"],
    ),
    "negative balance": (edited(POOL, "500_000_000.0", "-5.0"), ["balance = -5.0", "from 0.001"]),
    "balance zero": (edited(POOL, "500_000_000.0", "0"), ["balance = 0", "from 0.001"]),
    "rho as a percent": (edited(POOL, "rho = 0.023", "rho = 2.3"), ["dependence.rho = 2.3", "did you mean 0.023?"]),
    "correlations impossible": (
        edited(
            POOL,
            "correlation_prepayment = 0.3",
            "correlation_prepayment = 0.9\ncorrelation_recovery = 0.9\ncorrelation_prepayment_recovery = -0.9",
        ),
        ["dependence", "positive definite"],
    ),
    "factor start a word": (edited(POOL, '"stationary"', '"calm"'), ["dependence.factor_start", "stationary"]),
    "limit on no segment": (
        edited(POOL, '"near prime" = 0.5', '"subprime" = 0.5'),
        ["segment_limit", "subprime", "near prime"],
    ),
    "segments named alike": (edited(POOL, 'name = "near prime"', 'name = "prime"'), ["segment names"]),
    "unknown target": (edited(SCENARIO, '"default_odds"', '"defualt_odds"'), ["target", "did you mean default_odds"]),
    "two moves": (edited(SCENARIO, "multiply = 1.5 }", "multiply = 1.5, add = 0.1 }"), ["default_odds", "exactly one"]),
    "no move": (edited(SCENARIO, ", multiply = 1.5 }", " }"), ["default_odds", "exactly one"]),
    "a multiple of nothing": (
        HEAD + 'shocks = [{ target = "heterogeneity", multiply = 2.0 }]',
        ["heterogeneity", "use set"],
    ),
    "a share above one": (
        HEAD + 'shocks = [{ target = "fee_free_share", add = 10.0 }]',
        ["fee_free_share", "did you mean 0.1?"],
    ),
    "months in reverse": (
        HEAD + 'shocks = [{ target = "yield", multiply = 0.9, from_month = 7, to_month = 3 }]',
        ["to_month = 3"],
    ),
    "points out of order": (
        HEAD + 'shocks = [{ target = "yield", how = "multiply", by_month = [[5, 1.0], [2, 0.9]] }]',
        ["must increase"],
    ),
    "segments of a pool-wide input": (
        HEAD + 'shocks = [{ target = "yield", multiply = 0.9, segments = ["a"] }]',
        ["yield", "no segments"],
    ),
    "month zero": (
        HEAD + 'shocks = [{ target = "yield", multiply = 0.9, from_month = 0 }]',
        ["from_month = 0", "from 1 to 360"],
    ),
    "negative seed": (edited(JOB, "seed = 1", "seed = -1"), ["seed = -1"]),
    "no paths": (edited(JOB, "paths = 20_000", "paths = 0"), ["paths = 0", "from 1 to"]),
    "unknown clock": (edited(JOB, 'clock = "monthly"', 'clock = "weekly"'), ["clock", "monthly, daily, payment_date"]),
    "no scenarios": (edited(JOB, 'scenarios = ["scenario.toml"]', "scenarios = []"), ["scenarios", "at least 1"]),
    "a number for a scenario": (
        edited(JOB, '["scenario.toml"]', "[3]"),
        ["scenarios[1] = 3", "text in quotes", "table"],
    ),
    "a file that is not there": (JOB, ["deal", "no such file"]),
    "an address for a file": (edited(JOB, '"deal.toml"', '"http://example.org/deal.toml"'), ["deal", "local file"]),
    "a folder for a file": (edited(JOB, '"deal.toml"', '"."'), ["deal", "directory"]),
    "a NUL in a file name": (edited(JOB, '"deal.toml"', '"a\\u0000b"'), ["deal", "must name a file"]),
}

ALL = {**BYTES, **{name: (text.encode(), said) for name, (text, said) in TEXTS.items()}}


@pytest.mark.parametrize("name", ALL)
def test_a_wrong_file_is_refused_by_one_message_that_names_it(name: str, tmp_path: Path, capsys: Capture) -> None:
    content, said = ALL[name]
    path = tmp_path / "wrong.toml"
    path.write_bytes(content)
    code = exit_code(["check", str(path)])
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert "wrong.toml" in err
    assert "Traceback" not in err
    assert "pydantic" not in err
    assert "\x1b" not in err
    for words in said:
        assert words in err


def test_many_faults_are_listed_in_one_message(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(DEAL.replace("coupon = 0.030", "coupon = 3").replace("payment_day = 20", "payment_day = 0"))
    with pytest.raises(ConfigError, match="2 things are wrong") as error:
        load(path)
    assert "payment_day = 0" in str(error.value)
    assert "did you mean 0.03?" in str(error.value)


def test_a_list_is_not_called_empty_for_its_wrong_entries(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(re.sub(r"share = [\d.]+", "share = 3", POOL))
    with pytest.raises(ConfigError, match=r"\.share = 3") as error:
        load(path)
    assert "must have at least" not in str(error.value)


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(ConfigError, match="not a regular file"):
            load(path)


def test_a_folder_and_a_file_name_almost_right_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a directory"):
        load(tmp_path)
    (tmp_path / "baseline.toml").write_text(HEAD)
    with pytest.raises(ConfigError, match=r"no such file; did you mean .*baseline\.toml"):
        load(tmp_path / "basline.toml")


def test_an_unreadable_file_is_told(tmp_path: Path, monkeypatch: Patch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "x.toml"
    path.write_text(HEAD)
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ConfigError, match="Permission denied"):
        load(path)
