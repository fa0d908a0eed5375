"""What a file's matrix of numbers must be, without arrays."""

from __future__ import annotations

from collections.abc import Sequence


def check_covariance(key: str, matrix: Sequence[Sequence[float]], n: int) -> None:
    """Raise ValueError where a matrix is not of n rows and columns, symmetric and positive definite (Cholesky, row by
    row)."""
    if len(matrix) != n or any(len(row) != n for row in matrix):
        raise ValueError(f"{key} must have {n} rows of {n} numbers")
    root = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            if abs(matrix[i][j] - matrix[j][i]) > 1e-9 * (abs(matrix[i][j]) + 1e-12):
                raise ValueError(f"{key} must be symmetric")
            rest = matrix[i][j] - sum(a * b for a, b in zip(root[i][:j], root[j][:j], strict=True))
            if i == j:
                if rest <= 1e-12 * abs(matrix[i][i]):
                    raise ValueError(f"{key} must be positive definite")
                root[i][i] = rest**0.5
            else:
                root[i][j] = rest / root[j][j]
