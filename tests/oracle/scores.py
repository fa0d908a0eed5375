"""Features of one path for derivatives by scores, one month at a time, written from the page `chance` alone."""

import math


def features(e: list[list[float]], phi: float, root: list[list[float]], start: float | None) -> list[float]:
    """Normals month by month, then persistence, cross and scale. `root`: L, lower; `start`: Y_0, None where Y_1 is
    stationary."""
    n = len(root)
    level = [0.0 if start is None else start] * n
    persistence = cross = scale = 0.0
    for t, normals in enumerate(e):
        v = _solved_transposed(root, normals)
        moved = [sum(root[i][j] * normals[j] for j in range(n)) for i in range(n)]
        stationary = t == 0 and start is None
        gain = 1.0 if stationary else math.sqrt(1.0 - phi * phi)
        if not stationary:
            along = sum(a * b for a, b in zip(v, level, strict=True))
            persistence += along / gain - phi * sum(x * x for x in normals) / gain**2
        cross += v[0] * v[min(1, n - 1)]
        scale += v[0] * moved[0]
        level = [phi * a + gain * b for a, b in zip(level, moved, strict=True)]
    return [*(x for normals in e for x in normals), persistence, cross, scale]


def _solved_transposed(root: list[list[float]], right: list[float]) -> list[float]:
    """v with L^T v = e: back substitution."""
    n, v = len(root), [0.0] * len(root)
    for i in reversed(range(n)):
        v[i] = (right[i] - sum(root[j][i] * v[j] for j in range(i + 1, n))) / root[i][i]
    return v
