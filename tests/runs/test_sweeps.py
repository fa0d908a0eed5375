"""Sweeps: one job for each combination of deals, pools and seeds; one result; each job the same bits as on its own."""

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from shipped import JOB, JOBS, ROOT
from synthetic import TRANCHES, results_of, tranche_losses, vasicek, weighed_alike

import stress
from stress import measures, report, results
from stress.assemble.problem import assemble
from stress.cli import exit_code
from stress.cli.measures_json import document
from stress.errors import ConfigError, DataError, LimitError
from stress.inputs.files.sweep import with_seed
from stress.inputs.job import Job, Sweep, labels_of
from stress.inputs.load import load, load_job
from stress.kernels.memory import pack
from stress.report.export import to_csv
from stress.report.page import sweep as sweep_report
from stress.runs import engine, jobs
from stress.runs.counting.counted import digest, joined
from stress.runs.dataset import to_dataset

FILE = JOBS / "baitiao-sweep.toml"
PATHS = 1_500


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    loaded = load(FILE)
    assert isinstance(loaded, Sweep)
    return loaded


def written(tmp_path: Path, **changes: str) -> Path:
    """The shipped sweep with other values at some keys."""
    parent = FILE.parent.parent
    keys: dict[str, str] = {
        "deal": f'["{parent}/deals/baitiao-24m.toml", "{parent}/deals/baitiao-12m.toml"]',
        "pool": f'"{parent}/pools/baitiao.toml"',
        "scenarios": f'["{parent}/baseline.toml"]',
        "seed": "[1, 2]",
    }
    lines = [f"{key} = {value}" for key, value in (keys | changes).items()]
    path = tmp_path / "sweep.toml"
    path.write_text("\n".join(['kind = "job"', "version = 1", 'name = "sweep"', *lines]))
    return path


def test_a_sweep_has_a_job_for_every_deal_pool_and_seed(sweep: Sweep, tmp_path: Path) -> None:
    assert sweep.over == ("deal", "pool", "seed")
    combinations = {(job.deal.name, job.pool.name, job.seed) for job in sweep.jobs}
    assert len(combinations) == len(sweep.jobs) == 8
    seeded = load(written(tmp_path, seed="5"))
    assert isinstance(seeded, Sweep)
    assert [labels_of(job, seeded.over) for job in seeded.jobs] == [{"deal": job.deal.name} for job in seeded.jobs]
    assert isinstance(load(written(tmp_path, deal=f'"{ROOT}/scenarios/deals/baitiao-12m.toml"', seed="5")), Job)


def test_a_sweep_of_too_many_jobs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stress.inputs.files.sweep.MOST_JOBS", 3)
    with pytest.raises(ConfigError, match=r"sweep\.toml: deals x pools x seeds make 4 jobs: at most 3$"):
        load(written(tmp_path))


def test_a_seed_in_place_of_a_sweeps_own_leaves_a_job_for_each_deal_and_pool(sweep: Sweep) -> None:
    seeded = with_seed(sweep, 7)
    assert seeded.over == ("deal", "pool")
    assert {job.seed for job in seeded.jobs} == {7}
    assert len(seeded.jobs) == len({(job.deal.name, job.pool.name) for job in sweep.jobs})
    assert with_seed(sweep, None) is sweep


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("seed", "[3, 3]", "seed: 3 appears twice: what a sweep lists must differ"),
        ("seed", "[]", "seed = []: must have at least 1 entry"),
        ("seed", "[1.5]", "seed[1] = 1.5: must be a whole number"),
        ("deal", "5", 'deal = 5: must be text in quotes: "..." or a list: [ ... ]'),
        ("pool", '["baitiao.toml", 7]', "pool[2] = 7: must be text in quotes"),
        ("pool", f'["{ROOT}/scenarios/pools/baitiao.toml", "none.toml"]', "pool[2]: "),
        ("pool", f'["{ROOT}/scenarios/pools/us-cards.toml"]', 'four classes", pool "US credit cards": deal is in CNY'),
    ],
)
def test_a_wrong_list_is_told_by_its_key(key: str, value: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(written(tmp_path, **{key: value}))
    assert said in str(error.value)


def test_a_command_for_one_job_refuses_a_sweep() -> None:
    with pytest.raises(ConfigError, match="lists several deals and pools and seeds: one job is needed here"):
        load_job(FILE)


def known(notes: list[str], seed: int, **attrs: Any) -> xr.Dataset:
    loss = vasicek(512, 0.05, 0.1, seed)[None]
    cases, parts = [{"name": "baseline"}], {"deal": {"notes": [{"name": note} for note in notes]}, "pool": {}}
    said = {"seed": str(seed), "job": json.dumps({"s": seed, "scenarios": cases, **parts})} | attrs
    return results_of(tranche_losses(loss)[:, : len(notes)], loss, notes, **said)


def test_a_cell_of_a_sweep_is_the_result_of_its_job(tmp_path: Path) -> None:
    cells = [
        ({"pool": pool, "seed": s}, known(list(TRANCHES), s)) for pool in ("=1+1", "plain") for s in (1, 2**64 - 1)
    ]
    ds = results.combine(cells)
    assert isinstance(ds, xr.Dataset)
    assert ds.expected_loss.dims == ("pool", "seed", "scenario", "tranche")
    again = results.open(results.save(ds, tmp_path / "r.nc"))
    xr.testing.assert_identical(again, ds)
    for labels, own in cells:
        xr.testing.assert_identical(results.cell(again, **labels), own)
        assert ds.expected_loss.sel(labels).values == pytest.approx(own.expected_loss.values, nan_ok=True)
    table = pd.read_csv(next(p for p in to_csv(ds, tmp_path / "csv") if p.stem == "scenario_tranche"))
    assert list(table.columns[:4]) == ["pool", "seed", "scenario", "tranche"]
    assert set(table["pool"]) == {"'=1+1", "plain"}
    assert len(table) == 4 * 4
    with pytest.raises(DataError, match=r"a sweep of 2 jobs: choose one by seed \(1; 18446744073709551615\)"):
        results.cell(ds, pool="plain")
    with pytest.raises(DataError, match="pool = other: one of =1\\+1; plain"):
        results.cell(ds, pool="other")


def test_a_weighted_sweep_says_how_it_was_drawn_and_what_cannot_be_trusted(tmp_path: Path) -> None:
    cells = [
        ({"seed": s}, results.derive(weighed_alike(known(list(TRANCHES), s))).assign_attrs(estimator="importance"))
        for s in (1, 2)
    ]
    ds = results.combine(cells)
    lines = [f"{labels['seed']}: {line}" for labels, cell in cells for line in measures.warnings(cell)]
    assert lines
    caption = sweep_report.caption(ds)
    assert "512 paths, importance; " in caption
    assert f"NOT TO BE TRUSTED: {lines[0]}" in caption
    page = report.write(ds, tmp_path / "sweep.html").read_text()
    assert all(f"<li>{line}</li>" in page for line in lines)
    answer = document(ds)
    assert (answer["estimator"], answer["warnings"]) == ("importance", lines)
    assert "NOT TO BE TRUSTED" not in sweep_report.caption(results.combine([({"seed": 1}, known(list(TRANCHES), 1))]))


def test_deals_with_other_notes_stand_in_groups_of_a_tree(tmp_path: Path) -> None:
    cells = [
        ({"deal": "four <b>", "seed": s}, known(list(TRANCHES), s)) for s in (1, 2)
    ] + [({"deal": "two", "seed": s}, known(["senior", "junior"], s)) for s in (1, 2)]  # fmt: skip
    tree = results.combine(cells)
    assert isinstance(tree, xr.DataTree)
    again = results.open_any(results.save(tree, tmp_path / "r.nc"))
    assert again.identical(tree)
    for labels, own in cells:
        xr.testing.assert_identical(results.cell(again, **labels), own)
    with pytest.raises(DataError, match="a sweep over deals that differ"):
        results.open(tmp_path / "r.nc")
    table = pd.read_csv(next(p for p in to_csv(tree, tmp_path / "csv") if p.stem == "scenario_tranche"))
    assert table.groupby("deal", sort=False)["tranche"].unique().map(list).to_dict() == {
        "four <b>": list(TRANCHES),
        "two": ["senior", "junior"],
    }
    page = report.write(tree, tmp_path / "r.html").read_text()
    assert "four &lt;b&gt;" in page
    assert "four <b>" not in page
    assert page.count("<tr><td>") == 4  # one row a job and scenario


def test_jobs_that_are_not_begun_are_blank_and_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    half = known(list(TRANCHES), 1, partial="512 of 600 paths")
    ds = results.combine([({"seed": 1}, half), ({"seed": 2}, None)])
    assert isinstance(ds, xr.Dataset)
    assert ds["loss_count"].dtype == half["loss_count"].dtype
    assert ds["paths"].values.tolist() == [512, 0]
    assert np.isnan(ds.expected_loss.sel(seed=2)).all()
    Console(width=120).print(report.table(ds))
    assert "PARTIAL: 2 of 2 jobs are not whole yet" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(DataError, match="nothing is counted yet"):
        results.combine([({"seed": 1}, None)])


def planned(out: Path, file: Path, **options: Any) -> jobs.SweepPlan:
    sweep = load(file)
    assert isinstance(sweep, Sweep)
    return jobs.plan_sweep(sweep, **({"paths": PATHS, "out": out, "threads": 1, "every": 0.0, "most": 512} | options))


def sha_of(job: Job, paths: int) -> str:
    job = engine.with_options(job, paths, None, None)
    return digest(joined(engine.count(pack(assemble(job)), job, threads=1)).tally())


@pytest.mark.usefixtures("no_page")
def test_a_sweep_tells_what_was_counted_of_jobs_with_the_notes_of_the_first(tmp_path: Path) -> None:
    file, seen = written(tmp_path, seed="[1, 2]"), list[int]()
    plan = planned(tmp_path / "out", file)
    jobs.run_sweep(plan, seen=lambda tally: seen.append(int(tally.batch_path.sum())))
    alike = [[note.name for note in cell_plan.job.deal.notes] == [note.name for note in plan.plans[0].job.deal.notes]
             for cell_plan in plan.plans]  # fmt: skip
    assert 0 < sum(alike) < len(alike)
    whole = PATHS // 512 * 512
    assert seen.count(whole) == sum(alike)
    assert max(seen) == whole


@pytest.mark.usefixtures("no_page")
def test_a_sweep_that_was_stopped_goes_on_and_gives_each_job_its_own_bits(tmp_path: Path) -> None:
    out, file, stop = tmp_path / "out", written(tmp_path), threading.Event()
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if done >= 2 * PATHS + 600:
            stop.set()

    with pytest.raises(KeyboardInterrupt, match="2 of 4 jobs are whole; the next: interrupted"):
        jobs.run_sweep(planned(out, file), progress, None, stop)
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {4 * PATHS}

    partial = stress.open(out)
    paths = {(labels["deal"], labels["seed"]): ds.attrs["paths"] for labels, ds in results.cells(partial)}
    kept = list(paths.values())
    assert kept[:2] == [PATHS, PATHS]
    assert 600 <= kept[2] < PATHS
    assert kept[3] == 0
    third = results.cell(partial, deal="12-month", seed=1)
    assert third.attrs["partial"] == f"{kept[2]:,} of {PATHS:,} paths"
    assert int(third["loss_count"].sum("loss_bin").min()) == kept[2]

    done = jobs.run_sweep(planned(out, file))
    assert isinstance(done.dataset, xr.DataTree)
    sweep = load(file)
    assert isinstance(sweep, Sweep)
    assert [cell["result_sha256"] for cell in done.manifest["cells"]] == [sha_of(job, PATHS) for job in sweep.jobs]
    assert [cell["paths_found"] for cell in done.manifest["cells"]] == kept
    assert jobs.run_sweep(planned(out, file)).before
    assert stress.open(out).identical(done.dataset)

    more = jobs.run_sweep(planned(out, written(tmp_path, seed="[1, 2, 3]")))
    assert [cell["paths_found"] for cell in more.manifest["cells"]] == [PATHS, PATHS, 0] * 2


@pytest.mark.usefixtures("no_page")
def test_a_sweep_and_a_run_do_not_share_a_folder(tmp_path: Path) -> None:
    out = tmp_path / "out"
    jobs.run_sweep(planned(out, written(tmp_path, deal=f'["{ROOT}/scenarios/deals/baitiao-12m.toml"]', seed="1")))
    with pytest.raises(ConfigError, match="holds a run of other inputs"):
        jobs.run(jobs.plan(load_job(JOB), paths=512, out=out))


def test_the_paths_of_all_jobs_are_held_against_the_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path)
    with pytest.raises(LimitError, match="6,000 paths are more than the limit of 5,000"):
        planned(tmp_path, file, max_paths=5_000)
    with pytest.raises(LimitError, match="for a sweep of 4 jobs"):
        jobs.run_sweep(planned(tmp_path, file, max_memory=10**8))
    assert exit_code(["run", str(file), "--paths", "2e3", "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["jobs"], said["paths"], said["seed"]) == (4, 8_000, ["1", "2"])


def test_simulate_takes_a_sweep(tmp_path: Path) -> None:
    sweep = load(written(tmp_path, deal=f'"{ROOT}/scenarios/deals/baitiao-12m.toml"'))
    assert isinstance(sweep, Sweep)
    ds = stress.simulate(sweep, paths=600)
    assert isinstance(ds, xr.Dataset)
    assert ds.expected_loss.sizes == {"seed": 2, "scenario": 1, "tranche": 3}
    second = stress.simulate(sweep.jobs[1], paths=600)
    xr.testing.assert_identical(results.cell(ds, seed=2), second)


def test_the_table_of_an_unfinished_run_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, stop = tmp_path / "out", threading.Event()
    job = load_job(JOBS / "baitiao-12m.toml")
    plan = jobs.plan(job, paths=2_000, scenarios=["baseline"], out=out, threads=1, every=0.0, most=512)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(plan, lambda done, _: stop.set() if done >= 600 else None, None, stop)
    ds = stress.open(out)
    kept = ds.attrs["paths"]
    assert 600 <= kept < 2_000
    assert exit_code(["table", str(out), "--csv", str(tmp_path / "csv")]) == 0
    assert f"PARTIAL, {kept:,} of 2,000 paths so far" in " ".join(capsys.readouterr().out.split())
    assert (tmp_path / "csv/scenario_tranche.csv").is_file()
    assert exit_code(["table", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["partial"] == [{"partial": f"{kept:,} of 2,000 paths"}]
    heads = [json.loads(p.read_bytes().partition(b"\n")[0]) for p in (out / "checkpoint").glob("*.tally")]
    work = sorted((a, b) for head in heads for a, b in head["ranges"])
    own = to_dataset(plan.job, joined(engine.count(pack(assemble(plan.job)), plan.job, work)).tally())
    assert np.array_equal(ds["loss_count"], own["loss_count"])
    assert exit_code(["table", str(tmp_path)]) == 3
