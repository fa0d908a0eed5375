"""Draw a result as an SVG for the README: `python -m benchmarks.picture RESULT.json OUT.svg` (same bytes each time)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

INK, ENGINE, REFERENCE = "#333333", "#1b6ca8", "#b8b8b8"


def draw(report: dict[str, Any], out: Path) -> None:
    """Paths a CPU second of the engine over those of NumPy, case by case, on a logarithmic scale."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update(
        {"svg.hashsalt": "stress", "font.family": "DejaVu Sans", "font.size": 9, "svg.fonttype": "path"}
    )
    import matplotlib.pyplot as plt

    rows = [row for row in report["cases"] if row.get("ratio_to_numpy")]
    figure, axes = plt.subplots(figsize=(7.2, 0.75 * len(rows) + 1.1), layout="constrained")
    for place, row in enumerate(rows):
        engine, reference = row["paths_per_cpu_second"], row["numpy_paths_per_cpu_second"]
        axes.barh(place - 0.18, engine, height=0.34, color=ENGINE)
        axes.barh(place + 0.18, reference, height=0.34, color=REFERENCE)
        axes.text(engine * 1.06, place - 0.18, f"{engine:,.0f}  ({row['ratio_to_numpy']:.0f}x)", va="center", color=INK)
        axes.text(reference * 1.06, place + 0.18, f"{reference:,.0f}  NumPy", va="center", color=INK)
    axes.set_yticks(range(len(rows)), [row["case"].replace("_", " ") for row in rows])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(right=6 * max(row["paths_per_cpu_second"] for row in rows))
    axes.set_xlabel("paths a CPU second")
    axes.spines[["top", "right"]].set_visible(False)
    machine = report["machine"]
    axes.set_title(
        f"{machine['cpu']} ({machine['llvm_cpu']}), {machine['vector_bits']}-bit vectors", loc="left", color=INK
    )
    figure.savefig(out, format="svg", metadata={"Date": None})
    plt.close(figure)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]))
