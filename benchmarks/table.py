"""The result as a table: one line a case, then what is not a rate."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

COLUMNS = (
    ("paths/s", "paths_per_second", "{:,.0f}"),
    ("paths/CPU s", "paths_per_cpu_second", "{:,.0f}"),
    ("median", "paths_per_cpu_second_median", "{:,.0f}"),
    ("NumPy/CPU s", "numpy_paths_per_cpu_second", "{:,.0f}"),
    ("ratio", "ratio_to_numpy", "{:.1f}"),
    ("median ratio", "ratio_to_numpy_median", "{:.1f}"),
    ("ns/segment-month", "ns_per_segment_month", "{:.2f}"),
    ("peak MB", "peak_rss_mb", "{:,.0f}"),
)


def show(report: dict[str, Any]) -> None:
    """Print to stdout."""
    console = Console(width=150)
    machine = report["machine"]
    console.print(
        f"{machine['cpu']} ({machine['llvm_cpu']}), {machine['cores']} cores, {machine['vector_bits']}-bit vectors, "
        f"Python {machine['python']}, numba {machine['numba']}, NumPy {machine['numpy']}"
    )
    rates = [row for row in report["cases"] if "paths_per_cpu_second" in row]
    others = [row for row in report["cases"] if "paths_per_cpu_second" not in row]
    if rates:
        table = Table("case", box=None)
        for title, _, _ in COLUMNS:
            table.add_column(title, justify="right")
        for row in rates:
            table.add_row(row["case"], *(_cell(row.get(key), form) for _, key, form in COLUMNS))
        console.print(table)
    for row in others:
        facts = (f"{key} {_plain(value)}" for key, value in row.items() if key != "case")
        console.print(f"{row['case']}: " + ", ".join(facts), highlight=False)


def _cell(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)


def _plain(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
