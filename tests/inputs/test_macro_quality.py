"""A macro path through a satellite makes the quality of what is bought, month by month, for life."""

from pathlib import Path
from typing import Any

import hand_worked
import pytest
from hand_worked import same
from handed import Capture
from shipped import SCENARIOS

from stress.cli import exit_code
from stress.errors import ConfigError
from stress.inputs.files.expand import cases_of_file
from stress.inputs.files.parse import parse
from stress.inputs.scenario import Shock
from stress.inputs.scenario.project import horizon_of

LOG_OF_2_25 = 0.8109302162163288
SATELLITE = f"""kind = "satellite"
version = 1
name = "s"
link = "logit"
per_year = 12
annualised = false
[[terms]]
variable = "Unemployment rate"
coefficient = {LOG_OF_2_25}
"""
TABLE = "Date,Unemployment rate\n2021-12,5\n2022-01,6\n2022-02,5\n2022-03,4\n2022-04,5\n"
USE = '[[satellites]]\nfile = "s.toml"\ntarget = "new_default_odds"\n'
SCENARIO = """kind = "scenario"
version = 1
name = "m"
[macro]
tables = [{ file = "path.csv" }]
start = "2022-01"
after_end = "hold"
"""
BUYS = {
    "revolving_months": 2,
    "purchase": "each_step",
    "priority": {"revolving": [*hand_worked.INTEREST, *hand_worked.RESIDUAL]},
}
VAR = f'var = "{(SCENARIOS / "vars/us_unemployment_growth.toml").as_posix()}"\n'


def written(folder: Path, uses: str = USE, satellite: str = SATELLITE, head: str = "") -> Path:
    (folder / "path.csv").write_text(TABLE)
    (folder / "s.toml").write_text(satellite)
    (folder / "m.toml").write_text(head + SCENARIO + uses)
    return folder / "m.toml"


def shocks(file: Path, deal: Any) -> tuple[Shock, ...]:
    (case,) = cases_of_file(file, parse(file), horizon=horizon_of(deal.closing_date, deal.legal_maturity_months))
    return case.shocks


def test_what_is_bought_keeps_the_multiple_of_its_month(tmp_path: Path) -> None:
    """Odds times 2.25 in month 1, at 6% of unemployment, 1 in month 2, at 5%: 1000 loses 100 and pays 180, which buys
    at 20% a month; 720 and 180 lose 72 and 36 and pay 158.40, which buys at 10%. 4% in month 3 moves nothing."""
    deal = hand_worked.deal(**BUYS)
    (shock,) = moves = shocks(written(tmp_path), deal)
    assert (shock.target, shock.how) == ("new_default_odds", "multiply")
    assert [value for _, value in shock.by_month] == pytest.approx([2.25, 1.0, 1 / 2.25, 1.0])
    data = hand_worked.run(deal, hand_worked.pool(0.1), shocks=moves)
    same(data, "purchases", None, 180.0, 158.4, 0.0)
    same(data, "defaults", None, 100.0, 72.0 + 36.0, 0.1 * (518.4 + 158.4) + 0.2 * 115.2)


def test_it_acts_beside_what_moves_all_by_the_calendar(tmp_path: Path) -> None:
    """Odds of all are 2.25 to 9 in month 1, 1 to 9 in month 2; of what month 1 bought 2.25 to 9 then."""
    deal = hand_worked.deal(**BUYS)
    file = written(tmp_path, USE + USE.replace("new_default", "default"))
    data = hand_worked.run(deal, hand_worked.pool(0.1), shocks=shocks(file, deal))
    same(data, "defaults", None, 200.0, 64.0 + 0.2 * 160.0)


def test_a_rate_a_year_multiplies_odds_a_month(tmp_path: Path) -> None:
    """4% a year is odds of 1 in 24; times 2.25 they are 0.09375: the odds of a twelfth of each rate are what counts."""
    text = SATELLITE.replace("annualised = false", "annualised = true")
    (shock,) = shocks(written(tmp_path, USE + "base_rate = 0.04\n", text), hand_worked.deal(**BUYS))
    low, high = 0.04 / 12.0, 0.09375 / 1.09375 / 12.0
    assert shock.by_month[0][1] == pytest.approx(high / (1.0 - high) / (low / (1.0 - low)), rel=1e-9)


@pytest.mark.parametrize(
    ("uses", "satellite", "said"),
    [
        (USE, SATELLITE.replace("logit", "linear"), "new_default_odds is a multiplier: needs a satellite with link"),
        (USE + "residual_rho = true\n", SATELLITE, "residual_rho belongs to a satellite of default_odds"),
        (USE, SATELLITE.replace("logit", "probit"), "base_rate is missing"),
    ],
)
def test_a_satellite_that_makes_no_quality_is_refused(tmp_path: Path, uses: str, satellite: str, said: str) -> None:
    file = written(tmp_path, uses, satellite)
    with pytest.raises(ConfigError, match=said):
        cases_of_file(file, parse(file))


@pytest.mark.parametrize("where", ["its own", "extended", "combined", "of a level"])
def test_drawn_macro_variables_are_refused_by_check_and_run(tmp_path: Path, capsys: Capture, where: str) -> None:
    """Quality is the same on every path: the file that draws may make it in no file that it stands on either."""
    other = 'kind = "scenario"\nversion = 1\nname = "drawn"\n'
    both, file = USE + USE.replace("new_default", "default"), tmp_path / "m.toml"
    if where == "its own":
        written(tmp_path, both, head=VAR)
    elif where == "of a level":
        written(tmp_path, '[[levels]]\nname = "bad"\n' + both.replace("[[sat", "[[levels.sat"), head=VAR)
    else:
        written(tmp_path, both)
        file = tmp_path / "drawn.toml"
        random = (SCENARIOS / "fed2025_severely_adverse_random.toml").as_posix()
        stands = f'extends = "m.toml"\n{VAR}' if where == "extended" else f'combine = ["m.toml", "{random}"]\n'
        file.write_text(other + stands)
    job = tmp_path / "job.toml"
    deal, pool = ((SCENARIOS / f"{name}").as_posix() for name in ("deals/baitiao-24m.toml", "pools/baitiao.toml"))
    job.write_text(
        f'kind = "job"\nversion = 1\nname = "j"\ndeal = "{deal}"\npool = "{pool}"\n'
        f'scenarios = ["{file.name}"]\npaths = 32\nseed = 1\n'
    )
    for command in (["check", str(file)], ["check", str(job)], ["run", str(job), "--out", str(tmp_path / "out")]):
        assert exit_code(command) == 2
        message = " ".join(capsys.readouterr().err.split())
        assert f"{file}: satellites: new_default_odds: what is bought keeps its quality for life" in message
