"""One truth by quarters, and files of it: what tests of layouts share."""

from collections.abc import Callable
from pathlib import Path

TRUTH = (3.6, 3.5, 3.4, 3.6, 3.9, 4.4, 5.2, 6.1, 6.8, 7.2, 7.4, 7.3, 7.1)
QUARTER = [(2023 + k // 4, k % 4 + 1) for k in range(len(TRUTH))]
END = {1: "03-31", 2: "06-30", 3: "09-30", 4: "12-31"}

Label = Callable[[int, int], str]


def iso(y: int, q: int) -> str:
    return f"{y}-{END[q]}"


def rows(label: Label = iso, cell: Callable[[float], str] = str, by: str = ",", at=QUARTER) -> list[str]:
    return [f"{label(y, q)}{by}{cell(u)}" for (y, q), u in zip(at, TRUTH, strict=True)]


def table(head: str, lines: list[str], before: str = "", after: str = "") -> str:
    return before + "\n".join([head, *lines]) + "\n" + after


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file
