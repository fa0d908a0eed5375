"""The reduced model in JAX on the CPU, in NumPy, and as the nearest engine job: `python -m benchmarks.reduced_jax`.

JAX is optional and never a dependency: without it the NumPy and engine figures are printed, and a line says so.
"""

from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks import reduced_model as reduced  # noqa: E402
from benchmarks.timing import Contender, interleaved  # noqa: E402

UNROLL = 1
"""Months of the loop that XLA sees at once; 4 and 24 were slower."""


def numpy_losses(data: reduced.Inputs, normals: Any) -> Any:
    """(4, n) final balance of each note, on normals (T, 2, n)."""
    from scipy.special import ndtr

    def put(history: Any, t: int, amount: Any) -> Any:
        if t < reduced.REVOLVING:
            history[1 + t] = amount
        return history

    state = reduced.opening_state(np, normals.shape[2], normals.dtype)
    for t in range(reduced.N_MONTH):
        state = reduced.month(np, ndtr, put, data, state, t, normals[t])
    return state[4]


def jax_losses(data: reduced.Inputs, n: int, dtype: str) -> tuple[Any, Any]:
    """Compiled functions: losses on given normals, and losses on JAX's own draws (key)."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    held = reduced.Inputs(*(jnp.asarray(x, dtype) for x in data))

    def put(history: Any, t: Any, amount: Any) -> Any:
        place = jnp.minimum(1 + t, reduced.REVOLVING)
        kept = jnp.where(t < reduced.REVOLVING, amount, history[place])
        return history.at[place].set(kept)

    def losses(normals: Any) -> Any:
        def step(state: Any, month: Any) -> Any:
            new = reduced.month(jnp, jax.scipy.special.ndtr, put, held, state, *month)
            return tuple(x.astype(dtype) for x in new), None

        start = reduced.opening_state(jnp, n, dtype)
        return jax.lax.scan(step, start, (jnp.arange(reduced.N_MONTH), normals), unroll=UNROLL)[0][4]

    def drawn(key: Any) -> Any:
        return losses(jax.random.normal(key, (reduced.N_MONTH, 2, n), dtype))

    return jax.jit(losses), jax.jit(drawn)


def engine_job() -> Any:
    """The nearest job: 24 months to legal maturity, no cures, no recovery, no cash interest, no late charge."""
    from benchmarks.cases import job_24m

    job = job_24m()
    pool = job.pool
    ladder = pool.ladder.model_copy(update={"roll_m1": 1.0, "roll_m2": 1.0, "roll_m3": 1.0})
    pool = pool.model_copy(update={"ladder": ladder, "cash_rate": 0.0, "late_charge_daily": 0.0})
    return job.model_copy(update={"pool": pool, "deal": job.deal.model_copy(update={"legal_maturity_months": 24})})


def contenders(chunk: int) -> dict[str, Contender]:
    """Each runs about 16 chunks a turn."""
    from benchmarks.cases import QUICK, sized
    from benchmarks.engine_run import EngineRun

    data = reduced.inputs()
    generator = np.random.default_rng(1)

    def numpy_turn(_: int) -> int:
        for _ in range(16):
            numpy_losses(data, generator.standard_normal((reduced.N_MONTH, 2, chunk)))
        return 16 * chunk

    turns: dict[str, Contender] = {
        "engine, nearest job": sized(EngineRun(engine_job()), QUICK),
        "NumPy, reduced": numpy_turn,
    }
    try:
        import jax
    except ImportError:
        print("JAX: skipped, `import jax` fails here (install it in an environment of its own to compare)")
        return turns
    normals = generator.standard_normal((reduced.N_MONTH, 2, chunk))
    on_given, _ = jax_losses(data, chunk, "float64")
    np.testing.assert_allclose(np.asarray(on_given(normals)), numpy_losses(data, normals), atol=1e-10)

    def turn_of(drawn: Any) -> Contender:
        def turn(i: int) -> int:
            for j in range(16):
                drawn(jax.random.key(16 * i + j)).block_until_ready()
            return 16 * chunk

        turn(0)
        return turn

    for dtype in ("float64", "float32"):
        turns[f"JAX {jax.__version__} {dtype}, reduced"] = turn_of(jax_losses(data, chunk, dtype)[1])
    return turns


def main() -> None:
    """Print paths a CPU second of each, best and median of interleaved turns."""
    for chunk in (1024, 4096):
        for name, rates in interleaved(contenders(chunk), 6).items():
            print(f"{chunk:5d} {name:30s} {rates.best_cpu:10,.0f} best, median {rates.median_cpu:10,.0f} paths/CPU s")


if __name__ == "__main__":
    main()
