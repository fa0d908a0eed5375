"""What a deal looks at by month, in the files of `stress cashflows`: its own quantities and its triggers."""

import csv
import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from handed import Capture
from shipped import JOBS, loaded

import stress
from stress.analysis.monthly_flows import VECTORS, cash_flows, mean_flows
from stress.cli import exit_code
from stress.inputs.deal.terms import Threshold, Trigger
from stress.inputs.job import Job
from stress.report import flows, workbook


@pytest.fixture(scope="module")
def job() -> Job:
    return loaded(JOBS / "baitiao-24m.toml")


def test_files_have_the_deals_own_quantities_and_its_triggers_as_a_replay_has_them(
    tmp_path: Path, capsys: Capture
) -> None:
    table, book = tmp_path / "f.csv", tmp_path / "f.xlsx"
    ask = ["cashflows", str(JOBS / "warehouse-baitiao.toml"), "--csv", str(table), "--xlsx", str(book), "--json"]
    assert exit_code([*ask, "--path", "7"]) == 0
    said = json.loads(capsys.readouterr().out)
    trace = stress.replay(loaded(JOBS / "warehouse-baitiao.toml"), path=7)
    rows, sheets = list(csv.DictReader(table.read_text().splitlines())), openpyxl.load_workbook(book)
    asked = (("quantities", "quantity", ("quantity_value",)),
             ("triggers", "trigger", ("trigger_value", "trigger_limit", "tripped")))  # fmt: skip
    for title, dim, names in asked:
        assert list(said[title]) == trace[dim].values.tolist()
        heads = [str(cell.value).removesuffix(", CNY") for cell in sheets[title.capitalize()][1]]
        for label in said[title]:
            for name in names:
                wanted = [x if np.isfinite(x) else None for x in trace[name].sel({dim: label}).values.tolist()]
                at = heads.index(f"{name} {label}")
                column = [row[at] for row in sheets[title.capitalize()].iter_rows(min_row=2, values_only=True)]
                assert said[title][label][name] == wanted
                assert [float(x) if x else None for x in (row[f"{name} {label}"] for row in rows)] == wanted
                assert column[: len(wanted)] == pytest.approx(wanted)
    assert None in said["triggers"]["excess spread"]["trigger_limit"]  # none before the fourth month


def test_a_mean_has_the_share_of_paths_on_which_a_trigger_has_tripped(job: Job) -> None:
    watch = Trigger(
        name="watch", observable="default_stock", breach="above", thresholds=(Threshold(limit=0.011),), effect="none"
    )
    watched = job.but(deal=job.deal.but(triggers=(watch,), quantities={"late": "pool.overdue_30"}))
    mean = mean_flows(watched, "macro_severe", 1_024)
    paths = [stress.replay(watched, path=path, scenario="macro_severe") for path in range(64)]
    share, error = (mean[name].sel(trigger="watch").values for name in ("tripped", "tripped_se"))
    some = np.mean([path["tripped"].sel(trigger="watch").values for path in paths], axis=0)
    assert share[0] == 0.0
    assert share[-1] == pytest.approx(1.0)
    month = int(np.argmin(np.abs(share - 0.5)))
    assert 0.1 < share[month] < 0.9
    assert abs(some[month] - share[month]) < 5.0 * np.hypot(error[month], 0.5 / 8.0)
    assert "trigger_limit_se" not in mean
    assert (mean["trigger_limit"].sel(trigger="watch").values == 0.011).all()
    assert (mean["quantity_value_se"].sel(quantity="late").values[1:12] > 0.0).all()
    book = workbook.of_flows(mean, list(VECTORS))
    units = {column.title: column.unit for table in book if table.name == "Triggers" for column in table.columns}
    assert (units["tripped watch"], units["trigger_value watch"]) == ("share", "share")


def test_a_deal_without_triggers_and_own_quantities_has_no_sheet_of_them(job: Job) -> None:
    bare = cash_flows(job.but(deal=job.deal.but(triggers=())))
    assert not {"quantity", "trigger"} & set(bare.dims)
    assert not {"Quantities", "Triggers"} & {part.title for part in flows.parts(bare, list(VECTORS))}
    assert not {"quantities", "triggers"} & set(flows.document(bare, list(VECTORS)))
