"""What the deals of a book load on its named factors, by deal or by segment of its pool, and what that makes common."""

from __future__ import annotations

from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.book import BookDeal, BookFile, Factors
from stress.inputs.job import Job
from stress.inputs.text.messages import show
from stress.spelling import suggest


def stationary(factors: Factors) -> list[list[float]]:
    """Correlation of the factors' levels: of AR(1) whose innovations correlate by c, c times
    sqrt((1 - a^2) (1 - b^2)) / (1 - a b)."""
    n, phi = len(factors.names), factors.phi
    matrix = [[float(i == j) for j in range(n)] for i in range(n)]
    for i in range(n):
        for j in range(n):
            if i != j and factors.correlation:
                spread = ((1.0 - phi[i] ** 2) * (1.0 - phi[j] ** 2)) ** 0.5 / (1.0 - phi[i] * phi[j])
                matrix[i][j] = factors.correlation[i][j] * spread
    return matrix


def common_share(loads: tuple[float, ...], factors: Factors | None) -> float:
    """Variance of a deal's default factor that the named factors explain."""
    return 0.0 if factors is None else joint_share(loads, loads, factors)


def joint_share(loads: tuple[float, ...], others: tuple[float, ...], factors: Factors) -> float:
    """Covariance of two deals' default factors by the named factors, in the same months."""
    level = stationary(factors)
    return sum(a * level[i][j] * b for i, a in enumerate(loads) for j, b in enumerate(others))


def loads_of(path: Path, file: BookFile, deal: BookDeal, job: Job) -> tuple[float, ...]:
    """A weight for each named factor. Raises ConfigError for weights that explain more than all, and for a pool whose
    factors start at a value."""
    if file.factors is None:
        return ()
    where = f"{path}: deals[{show(deal.name)}].loads"
    loads = _weights(where, file.factors, deal.loads)
    loaded = any(loads) or any(any(weights.values()) for weights in deal.segments.values())
    if loaded and job.pool.dependence.factor_start != "stationary":
        raise ConfigError(
            f"{where}: the pool starts its factors at {job.pool.dependence.factor_start}; a deal that shares factors "
            'needs factor_start = "stationary"'
        )
    return loads


def segments_of(path: Path, file: BookFile, deal: BookDeal, job: Job) -> dict[str, tuple[float, ...]]:
    """Weights of segments whose default stands on named factors of its own. Raises ConfigError where a segment is not
    there, or shares its factor with others, with prepayment or with recovery."""
    by_segment = {}
    for name, weights in deal.segments.items():
        where = f"{path}: deals[{show(deal.name)}].segments.{name}"
        if file.factors is None:
            raise ConfigError(f"{where}: the book has no [factors]")
        names = [segment.name for segment in job.pool.segments]
        if name not in names:
            raise ConfigError(f"{where}: the pool has segments {', '.join(names)}{suggest(name, names)}")
        by_segment[name] = _weights(where, file.factors, weights)
        _check_apart(where, name, job, deal)
    return by_segment


def _weights(where: str, factors: Factors, weights: dict[str, float]) -> tuple[float, ...]:
    loads = tuple(weights.get(name, 0.0) for name in factors.names)
    share = common_share(loads, factors)
    if share > 1.0 + 1e-9:
        raise ConfigError(
            f"{where}: the named factors would explain {share:.6g} of the variance of the pool's factor: at most 1 "
            "(the sum of squares, with the factors' correlations)"
        )
    return loads


def _check_apart(where: str, name: str, job: Job, deal: BookDeal) -> None:
    """The segment's factor must be independent of all others of the pool: its row of loadings at right angles to
    theirs; but segments may share a row and its weights."""
    loadings = job.pool.dependence.loadings
    if loadings is None:
        raise ConfigError(
            f"{where}: all segments of the pool are on one factor; one of its own is a row of the pool's "
            f"dependence.loadings.segment, such as {name} = [0.0, 1.0] beside default = [1.0, 0.0]"
        )
    own, first = loadings.row(name), job.pool.segments[0].name
    if own == loadings.row(first):
        raise ConfigError(f"{where}: is on the factor of {first}, the pool's first: its weights are `loads`")
    rows = {segment.name: loadings.row(segment.name) for segment in job.pool.segments}
    rows |= {"prepayment": loadings.prepayment, "recovery": loadings.recovery}
    for other, row in rows.items():
        if row == own and deal.segments.get(other) == deal.segments[name]:
            continue
        if abs(sum(a * b for a, b in zip(row, own, strict=True))) > 1e-9:
            raise ConfigError(
                f"{where}: in the pool's dependence.loadings it shares a factor with {other}: named factors of its own "
                f"need a row at right angles to all others, or {other} the same weights"
            )
