"""What falls due of a segment's performing balance: as a matrix that shifts, or as scaled purchases.

Both say the same. The matrix is the accounting as written: every slot is multiplied every month. Scaled purchases
divide what was bought by the survival since closing, so that a month multiplies one number and one matrix product per
segment gives the next three slots; the benchmark uses them because they are faster.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from benchmarks.numpy_model.tables import Array, Tables


class Profile(Protocol):
    """Profiles of all cohorts; arrays are (segment, path) unless said otherwise."""

    def ahead(self, t: int, c: int) -> tuple[Array, Array]:
        """Principal and fee in slots 1-3, (S, 3, n) each, at the opening of step (t, c)."""
        ...

    def roll(self, c: int, factor: Array, due: Array | None, fee: Array | None) -> None:
        """Pay slot 1, shift, and scale what stays; `due` and `fee` were deferred into the new slot 1."""
        ...

    def add(self, t: int, c: int, amount: Array, paths: slice | Array) -> None:
        """Purchases of month t join cohort c, on some paths."""
        ...

    def clear(self, paths: Array) -> None:
        """The pool is sold on some paths."""
        ...


class ScaledPurchases:
    """Purchases over survival: history (C, S, 1 + J, n), scale (C, S, n)."""

    def __init__(self, tables: Tables, n: int) -> None:
        sizes = tables.sizes
        self.table = tables.ahead
        self.history = np.zeros((sizes.n_cohort, sizes.n_segment, 1 + sizes.n_history, n))
        self.history[:, :, 0] = tables.opening[:, :, 0, None]
        self.scale = np.ones((sizes.n_cohort, sizes.n_segment, n))
        self.deferred = bool((tables.month[:, 0] != 1.0).any())
        self.late = np.zeros((sizes.n_cohort, 2, sizes.n_segment, n if self.deferred else 0))

    def ahead(self, t: int, c: int) -> tuple[Array, Array]:
        known = min(t + 1, self.history.shape[2])
        slots = self.table[t, :, :, :known] @ self.history[c, :, :known]
        slots *= self.scale[c][:, None]
        if self.deferred:
            slots[:, 0] += self.late[c, 0]
            slots[:, 3] += self.late[c, 1]
        return slots[:, :3], slots[:, 3:]

    def roll(self, c: int, factor: Array, due: Array | None, fee: Array | None) -> None:
        self.scale[c] = np.maximum(self.scale[c] * factor, 1e-200)
        if self.deferred:
            self.late[c] = 0.0 if due is None else (due, fee)

    def add(self, t: int, c: int, amount: Array, paths: slice | Array) -> None:
        self.history[c, :, 1 + t][:, paths] += amount / self.scale[c][:, paths]

    def clear(self, paths: Array) -> None:
        self.scale[..., paths] = 1e-200
        if self.deferred:
            self.late[..., paths] = 0.0


class DueMatrix:
    """Every slot kept: (C, 2, R, S, n), principal and fee, a ring whose first slot moves. Plain and slow."""

    def __init__(self, tables: Tables, n: int) -> None:
        sizes = tables.sizes
        self.n_slot = min(sizes.longest, tables.open_profile.shape[2] - 1)
        profile = tables.open_profile.transpose(0, 2, 1)[:, 1 : 1 + self.n_slot, :, None]
        self.slot = profile * tables.opening[:, None, None, :, 0, None] * np.ones(n)
        self.new = tables.new_profile.transpose(0, 1, 3, 2)[:, :, 1 : 1 + self.n_slot, :, None]
        self.first = np.zeros(sizes.n_cohort, np.int64)

    def ahead(self, t: int, c: int) -> tuple[Array, Array]:
        due, fee = self.slot[c][:, (self.first[c] + np.arange(3)) % self.n_slot]
        return due.transpose(1, 0, 2), fee.transpose(1, 0, 2)

    def roll(self, c: int, factor: Array, due: Array | None, fee: Array | None) -> None:
        self.slot[c] *= factor
        self.slot[c, :, self.first[c]] = 0.0
        self.first[c] = (self.first[c] + 1) % self.n_slot
        if due is not None:
            self.slot[c, 0, self.first[c]] += due
            self.slot[c, 1, self.first[c]] += fee

    def add(self, t: int, c: int, amount: Array, paths: slice | Array) -> None:
        self.slot[c][..., paths] += np.roll(self.new[t], self.first[c], axis=1) * amount

    def clear(self, paths: Array) -> None:
        self.slot[..., paths] = 0.0
