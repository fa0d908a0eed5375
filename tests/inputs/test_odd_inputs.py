"""What is legal and seldom meant gets one note each, by file and key; what is usual gets none."""

import json
from pathlib import Path

import hand_worked
import pytest
from hand_worked import INTEREST, PRINCIPAL, RESIDUAL
from handed import Capture
from shipped import ROOT, loaded

from stress.cli import exit_code
from stress.inputs.job import ScenarioCase
from stress.inputs.job.remarks import notes_of
from stress.inputs.pool.plans import Floating
from stress.inputs.scenario import Shock
from stress.inputs.scenario.short_rate import ShortRate
from stress.look_alike import look_alike

TEMPLATES = ROOT / "stress/templates"

DEAL = {
    "a coupon of 40%": ("coupon = 0.045", "coupon = 0.45", 'notes["B"].coupon', "is 45% a year"),
    "a fee of 20%": ("rate = 0.01\n", "rate = 0.2\n", 'fees["servicer"].rate', "20% of the pool a year, 1.67% a month"),
    "a pool sold at once": ("pool_factor = 0.05", "pool_factor = 0.95", "clean_up.pool_factor", "below 95%"),
    "a trigger that trips while all is well": (
        'denominator = "cut_off"             # or "cut_off_plus_purchases", "current_pool"\nbreach = "above"',
        'breach = "below"',
        'triggers["cumulative default"].breach',
        'it trips while cumulative_default is below the limit, which is when the deal does well; "above" is usual',
    ),
    "a spread trigger on the wrong side": (
        'breach = "below"\nthresholds = [{ limit = -0.02 }]',
        'breach = "above"\nthresholds = [{ limit = 0.02 }]',
        'triggers["excess spread"].breach',
        '"below" is usual',
    ),
    "a falling limit": (
        "{ from_month = 7, limit = 0.06 }",
        "{ from_month = 7, limit = 0.01 }",
        'triggers["cumulative default"].thresholds',
        "the limit falls to 0.01 in month 7",
    ),
    "a fee paid twice": (
        '  { step = "cover_defaults" },\n  { step = "top_up"',
        '  { step = "pay_fee", fee = "servicer" },\n  { step = "cover_defaults" },\n  { step = "top_up"',
        "priority.revolving[5] (pay_fee)",
        "pays nothing: step 2 has paid the same from the same accounts",
    ),
    "interest paid twice": (
        '  { step = "cover_defaults" },\n  { step = "top_up"',
        '  { step = "pay_interest", note = "B" },\n  { step = "cover_defaults" },\n  { step = "top_up"',
        "priority.revolving[5] (pay_interest)",
        "pays nothing: step 4",
    ),
    "junior interest first": (
        '  { step = "pay_interest", note = "A", source = ["income", "reserve", "principal"] },\n'
        '  { step = "pay_interest", note = "B", source = ["income", "reserve"] },\n',
        '  { step = "pay_interest", note = "B", source = ["income", "reserve"] },\n'
        '  { step = "pay_interest", note = "A", source = ["income", "reserve", "principal"] },\n',
        "priority.revolving[4] (pay_interest)",
        "A gets its interest after B",
    ),
    "junior principal first": (
        'notes = ["A", "B"], source = ["principal", "income"]',
        'notes = ["B", "A"], source = ["principal", "income"]',
        "priority.amortization[7] (pay_principal)",
        "A gets its principal after B",
    ),
    "a schedule that rises": (
        'notes = ["A", "B"], source = ["principal", "income"]',
        'notes = ["A", "B"], to_balance = [[13, 1e8], [14, 2e8], [15, 0.0]], source = ["principal", "income"]',
        "priority.amortization[7].to_balance",
        "rises",
    ),
    "a look-alike letter": ('"servicer"', '"tru\u0455tee"', 'fees["tru\u0455tee"]', "U+0455 cyrillic small letter dze"),
    "upper and lower case": ('"servicer"', '"Trustee"', 'fees["Trustee"]', "upper and lower case alone"),
}

POOL = {
    "a year's prepayment": (
        "prepayment = 0.01 ",
        "prepayment = 0.5 ",
        'segments["prime"].prepayment',
        "0.5 a month is 99.98% a year; if 0.5 is a year's rate, write 0.05613",
    ),
    "a percent that enters arrears": (
        "entry_rate = 0.010 ",
        "entry_rate = 0.8 ",
        'segments["prime"].entry_rate',
        "0.8: 80% of what pays enters M1 every month; if it is a percent, write 0.008",
    ),
    "a year's fee": (
        "monthly_fee = 0.009",
        "monthly_fee = 0.09",
        'segments["near prime"].monthly_fee',
        "108% of original principal a year; if it is a year's fee, write 0.0075",
    ),
    "a fee of plans on cards": (
        "plans = [\n  { term = 3, share = 0.30 },\n  { term = 6, share = 0.40 },\n  { term = 12, share = 0.30 },\n]",
        "payment_rate = { monthly = 0.15, annual_yield = 0.18 }",
        'segments["prime"].monthly_fee',
        "0.006 is charged on plans alone: cards earn payment_rate.annual_yield = 0.18",
    ),
    "a year's correlation": (
        "rho = 0.023 ",
        "rho = 0.23 ",
        "dependence.rho",
        "0.23 is the correlation of one month, and months last (phi = 0.9736)",
    ),
    "limits of 0": (
        '{ "near prime" = 0.5 }',
        '{ "near prime" = 0.0, prime = 0.0 }',
        "eligibility.segment_limit",
        "nothing can ever be bought",
    ),
    "limits that leave cash over": (
        '{ "near prime" = 0.5 }',
        '{ "near prime" = 0.2, prime = 0.6 }',
        "eligibility.segment_limit",
        "sum to 0.8",
    ),
    "a multiple beside unlimited": (
        "multiple = 1.2 ",
        "unlimited = true\nmultiple = 1.2 ",
        "supply.multiple",
        "1.2 is ignored",
    ),
    "a no-break space": (
        "[supply]",
        '[[segments]]\nname = "near\u00a0prime"\nshare = 0.0\nentry_rate = 0.01\n\n[supply]',
        'segments["near\u00a0prime"]',
        "it has U+00A0 no-break space where the other has U+0020 space",
    ),
    "a static default of another pool": (
        "entry_rate = 0.035\n",
        "entry_rate = 0.035\nstatic_default = 0.002\n",
        'segments["near prime"].static_default',
        "0.002, but entry_rate = 0.035 gives a new cohort a cumulative default of 0.0",
    ),
    "a plan that nobody has": (
        "{ term = 12, share = 0.30 }",
        "{ term = 12, share = 0.30 }, { term = 24, share = 0.0 }",
        "plans[4].share",
        "no receivable has a term of 24 months",
    ),
}

SCENARIO = {
    "a percentage as a multiple": (
        "multiply = 3.0",
        "multiply = 300.0",
        "shock 1 on default_odds",
        "multiplies by 300; if 300% of the base is meant, write 3",
    ),
    "two contradictory moves": (
        "shocks = []",
        'shocks = [{ target = "rho", set = 0.1 }, { target = "rho", set = 0.2, from_month = 4, to_month = 9 }]',
        "shock 2 on rho",
        "sets it, so that shock 1 (set) on the same input moves nothing in months 4 to 9",
    ),
    "a set after a multiple": (
        "shocks = []",
        'shocks = [{ target = "recovery", multiply = 0.5 }, { target = "recovery", set = 0.1 }]',
        "shock 2 on recovery",
        "shock 1 (multiply) on the same input moves nothing",
    ),
    "a probability of one level": (
        'name = "moderate"\n',
        'name = "moderate"\nprobability = 1.0\n',
        "probability",
        "is given to NAME_moderate and not to NAME_base, NAME_severe: the mixture leaves the latter out",
    ),
    "two equal levels": (
        'name = "moderate"\n',
        'name = "calm"\n[[levels]]\nname = "moderate"\n',
        "",
        "moves the same as NAME_base, so both give the same figures",
    ),
}

JOB = {
    "an opening account as large as the pool": (
        "deal.toml",
        "reserve = 5_000_000.0",
        "reserve = 500_000_000.0",
        "deal.opening_cash.reserve",
        "500,000,000 is 100% of the pool's balance",
    ),
    "no supply": (
        "pool.toml",
        "multiple = 1.2",
        "multiple = 0.0",
        "pool.supply.multiple",
        "the originator offers nothing",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in TEMPLATES.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def noted(file: Path, capsys: Capture) -> list[dict[str, str]]:
    """What `check` notes of a file that it calls right."""
    assert exit_code(["check", "--json", "--no-base-case", str(file)]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    notes: list[dict[str, str]] = line["notes"]
    return notes


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("part", "case"),
    [(part, case) for part, cases in (("deal", DEAL), ("pool", POOL), ("scenario", SCENARIO)) for case in cases],
)
def test_what_is_seldom_meant_is_noted_by_file_and_key(part: str, case: str, folder: Path, capsys: Capture) -> None:
    old, new, key, says = {"deal": DEAL, "pool": POOL, "scenario": SCENARIO}[part][case]
    file = folder / f"{part}.toml"
    edit(file, old, new)
    notes = noted(file, capsys)
    assert [note for note in notes if note["key"] == key and says in note["says"] and note["file"] == str(file)], notes


@pytest.mark.parametrize("case", list(JOB))
def test_what_only_deal_and_pool_together_show_is_noted(case: str, folder: Path, capsys: Capture) -> None:
    name, old, new, key, says = JOB[case]
    edit(folder / name, old, new)
    (note,) = [note for note in noted(folder / "job.toml", capsys) if note["key"] == key]
    assert says in note["says"]


@pytest.mark.parametrize("kind", ["deal", "pool", "scenario", "job"])
def test_a_template_has_no_note(kind: str, folder: Path, capsys: Capture) -> None:
    assert noted(folder / f"{kind}.toml", capsys) == []


def test_no_shipped_pool_or_scenario_has_a_note(capsys: Capture) -> None:
    for file in (*(ROOT / "scenarios/pools").glob("*.toml"), *(ROOT / "scenarios").glob("*.toml")):
        assert noted(file, capsys) == [], file


def test_a_note_names_the_file_of_its_part(folder: Path, capsys: Capture) -> None:
    edit(folder / "deal.toml", "coupon = 0.045", "coupon = 0.45")
    edit(folder / "pool.toml", "monthly_fee = 0.009", "monthly_fee = 0.09")
    edit(
        folder / "scenario.toml",
        "shocks = []",
        'shocks = [{ target = "rho", set = 0.1 }, { target = "rho", set = 0.2 }]',
    )
    files = {Path(note["file"]).name for note in noted(folder / "job.toml", capsys)}
    assert files == {"deal.toml", "pool.toml", "scenario.toml"}


def test_cards_of_another_unit_or_with_keys_of_plans_are_noted() -> None:
    segment = {"name": "all", "share": 1.0, "entry_rate": 0.01, "monthly_fee": 0.01}
    more = {"cash_rate": 0.3, "eligibility": {"months_before_legal_maturity": 1}, "segments": [segment]}
    said = {note.key: note.says for note in notes_of(hand_worked.job(hand_worked.deal(), hand_worked.pool(**more)))}
    assert said["cash_rate"] == "0.3 is 30% a year on idle cash"
    assert "is charged on plans alone: cards earn" in said['segments["all"].monthly_fee']
    assert "cards have no term" in said["eligibility.months_before_legal_maturity"]
    assert "payment_rate.annual_yield" not in said
    high = hand_worked.job(hand_worked.deal(), hand_worked.pool(annual_yield=0.9))
    assert "payment_rate.annual_yield: 0.9 is 90% a year" in " ".join(map(str, notes_of(high)))


def test_a_residual_note_that_is_paid_before_interest_is_noted() -> None:
    early, late = {**RESIDUAL[0], "source": ["income"]}, {**INTEREST[1], "source": ["income", "principal"]}
    deal = hand_worked.deal([INTEREST[0], early, late, *PRINCIPAL, *RESIDUAL])
    said = " ".join(map(str, notes_of(hand_worked.job(deal))))
    assert "priority.amortization[2] (pay_residual): takes all that is left before B has had its interest" in said
    assert "takes all that is left before" not in " ".join(map(str, notes_of(hand_worked.job(hand_worked.deal()))))


def test_scenarios_whose_names_look_alike_are_noted() -> None:
    moves = {"bad": Shock(target="default_odds", multiply=2.0), "b\u0430d": Shock(target="rho", set=0.2)}
    cases = tuple(ScenarioCase(name=name, shocks=(shock,)) for name, shock in moves.items())
    job = hand_worked.job(hand_worked.deal()).model_copy(update={"scenarios": cases})
    assert any("is hard to tell from bad" in note.says for note in notes_of(job))


def test_loans_that_float_under_a_random_rate_are_told_that_they_follow_its_curve() -> None:
    job = loaded(ROOT / "scenarios/jobs/baitiao-24m.toml")
    rate = ShortRate(mean_reversion=0.5, volatility=0.01, forward=((1, 0.03),))
    cases = (ScenarioCase(name="drawn", short_rate=rate), ScenarioCase(name="still"))
    plans = [plan.model_copy(update={"floating": Floating(index="lpr", margin=0.0)}) for plan in job.pool.plans]
    floats = job.model_copy(update={"scenarios": cases, "pool": job.pool.model_copy(update={"plans": tuple(plans)})})
    says = "loans that float follow the forward curve of short_rate, not its path"
    assert [note.key for note in notes_of(floats) if note.says.startswith(says)] == ["scenario drawn"]
    fixed = job.model_copy(update={"scenarios": cases})
    assert not any(says in str(note) for note in notes_of(fixed))


def test_a_fee_with_a_cap_may_be_paid_again_further_down(folder: Path, capsys: Capture) -> None:
    """A senior fee up to a cap, the rest after interest: usual, so not noted."""
    edit(folder / "deal.toml", 'fee = "servicer" }', 'fee = "servicer", cap = 1000.0 }')
    again = '  { step = "pay_fee", fee = "servicer" },\n  { step = "cover_defaults" },\n  { step = "top_up"'
    edit(folder / "deal.toml", '  { step = "cover_defaults" },\n  { step = "top_up"', again)
    assert noted(folder / "deal.toml", capsys) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A", "\u0391"),
        ("caf\u00e9", "cafe\u0301"),
        ("class A", "class\u00a0A"),
        ("A-1", "A\u20131"),
        ("A1", "Al"),
        ("reserve", "Reserve"),
        ("B0", "BO"),
        ("\uff21", "A"),
    ],
)
def test_names_that_look_alike_are_told(first: str, second: str) -> None:
    assert [pair[:2] for pair in look_alike([first, "else", second])] == [(first, second)]


@pytest.mark.parametrize(("first", "second"), [("A", "B"), ("A-1", "A-2"), ("mail", "mall"), ("\u4e00", "\u4e8c")])
def test_names_that_differ_are_not(first: str, second: str) -> None:
    assert list(look_alike([first, second])) == []


def test_every_shipped_job_has_true_notes_alone() -> None:
    """A job lags purchases as long as its idle-cash trigger waits, a deal is issued late, notes stand below a pool by a
    yield supplement, accounts hold what is not drawn or spent yet, other series are schedules: all on purpose."""
    models = {file.stem: loaded(file) for file in (ROOT / "scenarios/jobs").glob("*.toml")}
    jobs = [(name, job) for name, model in models.items() for job in getattr(model, "jobs", (model,))]
    assert {(name, note.key) for name, job in jobs for note in notes_of(job)} == {
        ("auto-2021-a", "deal.notes"),
        ("baitiao-24m-daily", "scenario revolving_operations_severe"),
        ("baitiao-24m-followed", "state"),
        ("baitiao-24m-mid-life", "state"),
        ("card-trust-2005-1", "trust.series"),
        ("card-trust-2006-1", "trust.series"),
        ("microcredit-late-issue", "first_payment_date"),
        ("platform-prefunded", "deal.opening_cash.prefunding"),
        ("warehouse-baitiao", "deal.opening_cash.undrawn"),
    }


def test_a_name_that_only_looks_like_the_right_one_is_told_by_its_letter(folder: Path, capsys: Capture) -> None:
    edit(folder / "deal.toml", 'notes = ["A", "B"], source', 'notes = ["\u0410", "B"], source')
    assert exit_code(["check", str(folder / "deal.toml")]) == 2
    said = capsys.readouterr().err
    assert "looks like 'A', but it has U+0410 cyrillic capital letter a where the other has U+0041" in said
