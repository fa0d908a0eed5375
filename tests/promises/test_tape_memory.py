"""Tapes of ten million rows are read in the memory that a million takes, as text and as Parquet."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from mutants.spent import spent
from pyarrow import parquet

from stress.tape.chunks import chunks
from stress.tape.source import opened

BLOCK = 250_000
MOST_MEGABYTES = 500


def loans(count: int) -> pd.DataFrame:
    """Loans of all kinds, some of them late."""
    rng = np.random.default_rng(7)
    term = rng.choice([3, 6, 12], count)
    return pd.DataFrame({
        "loan": np.arange(count),
        "level": rng.choice(["L1", "L2", "L3"], count),
        "term": term,
        "remaining": np.minimum(term, rng.integers(1, 13, count)),
        "days_past_due": rng.choice([0, 0, 0, 0, 0, 5, 35], count),
        "balance": rng.uniform(100.0, 9_000.0, count).round(2),
        "monthly_fee": 0.006,
    })  # fmt: skip


def as_text(path: Path, block: pd.DataFrame, times: int) -> Path:
    text = block.to_csv(index=False)
    head, rows = text.split("\n", 1)
    with path.open("w") as file:
        file.write(head + "\n")
        for _ in range(times):
            file.write(rows)
    return path


def as_parquet(path: Path, block: pd.DataFrame, times: int) -> Path:
    table = pa.Table.from_pandas(block)
    with parquet.ParquetWriter(path, table.schema) as file:
        for _ in range(times):
            file.write_table(table)
    return path


@pytest.mark.parametrize("write", [as_text, as_parquet])
def test_a_tape_is_read_a_part_at_a_time(
    write: Callable[[Path, pd.DataFrame, int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stress.tape.source.CHUNK", 1_000)
    monkeypatch.setattr("stress.tape.source.BLOCK", 1 << 16)
    block = loans(2_000)
    path = write(tmp_path / "tape", block, 3)
    parts = list(chunks(opened(path)))
    assert max(len(frame) for _, frame in parts) < 2_500
    assert [row for row, _ in parts][1:] == (np.cumsum([len(frame) for _, frame in parts]) + parts[0][0])[:-1].tolist()
    balance = np.concatenate([frame["balance"].to_numpy(float) for _, frame in parts])
    assert balance.tolist() == block["balance"].tolist() * 3


@pytest.mark.slow
def test_ten_million_rows_take_the_memory_of_a_million(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Arrow reads text ahead on its threads, which fills up within the first millions of rows and no further."""
    block, said = loans(BLOCK), []
    for write in (as_text, as_parquet):
        peak = {}
        for millions in (1, 10):
            path = write(tmp_path / f"{millions}.tape", block, 4 * millions)
            cost = spent("pool", str(path))
            assert cost.code == 0
            peak[millions] = cost.megabytes
            path.unlink()
        said.append(f"{peak[1]:.0f} MB at 1e+06 rows, {peak[10]:.0f} MB at 1e+07 ({write.__name__[3:]})")
        assert peak[10] < MOST_MEGABYTES
        assert peak[10] < 1.6 * peak[1]
    record_property("measured", "; ".join(said))
