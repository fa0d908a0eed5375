"""Samplers: normals from uniforms, Sobol points, shifted paths, and what the kernel counts of their weights."""

import hand_worked
import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import qmc
from shipped import JOB

import stress
from stress.assemble.problem import assemble
from stress.inputs.job import Job, ScenarioCase
from stress.kernels import alone
from stress.kernels.entries import normals_of
from stress.kernels.lanes import WIDTH
from stress.kernels.memory import Workspace, pack
from stress.kernels.samplers import BITS, Shifted
from stress.kernels.tally import N_BIN, TALLY_ARRAYS, TOP_UNIT, WEIGHT_UNIT, decoded, merge
from stress.runs.sampling import sobol
from stress.runs.sampling.shifts import mixture, outcomes

PATHS = 1_500


@pytest.fixture(scope="module")
def job():
    loaded = stress.load(JOB)
    return loaded.model_copy(update={"scenarios": loaded.scenarios[:1], "paths": PATHS})


@pytest.fixture(scope="module")
def problem(job):
    return assemble(job)


@pytest.fixture(scope="module")
def shifted(problem):
    return shifted_for(problem)


def shifted_for(problem):
    rng = np.random.default_rng(3)
    shape = (problem.sizes.n_month, problem.sizes.n_factor)
    return mixture([-0.2 + 0.1 * rng.standard_normal(shape), -0.6 + 0.1 * rng.standard_normal(shape)], shape)


def test_the_inverse_normal_is_that_of_scipy_down_to_the_far_tails():
    tails = 10.0 ** -np.linspace(0.4, 300.0, 1600)
    u = np.concatenate([np.linspace(1e-9, 1.0 - 1e-9, 16_000), tails, 1.0 - tails[tails > 1e-15], np.full(1, 0.5)])
    u = u[: u.size // WIDTH * WIDTH]
    normals = np.empty_like(u)
    normals_of(u, normals, u.size)
    np.testing.assert_allclose(normals, ndtri(u), rtol=3e-15, atol=1e-16)


def test_direction_numbers_are_those_that_make_the_sequence_of_scipy():
    direction = sobol._directions(40, 8)
    points = qmc.Sobol(40, scramble=False, bits=BITS).random(128) * 2.0**BITS
    word = np.zeros(40, np.int64)
    for i, point in enumerate(points):
        np.testing.assert_array_equal(word, point.astype(np.int64))
        word = word ^ direction[:, (~i & (i + 1)).bit_length() - 1]


def test_every_replicate_fills_every_stratum_of_every_dimension_once(problem):
    sampler = sobol.sobol_of(problem, 7, 64 * 512)
    plain = sampler._replace(basis=np.eye(problem.sizes.n_month))
    points = 2048
    shape = (16, problem.sizes.n_month * problem.sizes.n_factor, 32)
    panel, weight = np.empty(np.prod(shape)), np.ones(512)
    parts = []
    for at in range(points // 32):
        plain.fill(panel, weight, at, 7)
        parts.append(ndtr(panel.reshape(shape)))
    strata = np.sort((np.concatenate(parts, axis=2) * points).astype(int), axis=2)
    assert (strata == np.arange(points)).all()
    assert (weight == 1.0).all()


def test_each_point_of_a_replicate_is_a_direction_number_away_from_the_one_before(problem):
    """That of the lowest bit which is not set in its number (Antonov and Saleev 1979); the basis turns the months."""
    months, factors = problem.sizes.n_month, problem.sizes.n_factor
    sampler, blocks = sobol.sobol_of(problem, 7, 512), (0, 5)
    shape, wanted, word = (16, months, factors, 32), [], sampler.start.copy()
    for i in range(32 * (blocks[-1] + 1)):
        wanted.append(word.copy())
        word ^= sampler.direction[:, :, (~i & (i + 1)).bit_length() - 1]
    for at in blocks:
        plain, turned = np.empty(shape), np.empty(shape)
        sampler._replace(basis=np.eye(months)).fill(plain.ravel(), np.ones(512), at, 7)
        sampler.fill(turned.ravel(), np.ones(512), at, 7)
        numbers = np.round(ndtr(plain.reshape(16, -1, 32)) * 2.0**BITS - 0.5).astype(np.int64)
        np.testing.assert_array_equal(numbers, np.stack(wanted[32 * at : 32 * at + 32], axis=-1))
        np.testing.assert_allclose(turned, np.einsum("tj,rjfl->rtfl", sampler.basis, plain), atol=1e-12)


def test_replicates_differ_and_a_longer_run_begins_with_the_same_points(problem):
    short, long = (sobol.sobol_of(problem, 7, n) for n in (512, 1_000_000))
    other = sobol.sobol_of(problem, 8, 512)
    size = 16 * problem.sizes.n_month * problem.sizes.n_factor * 32
    panels = [np.empty(size) for _ in range(3)]
    for sampler, panel in zip((short, long, other), panels, strict=True):
        sampler.fill(panel, np.ones(512), 0, 7)
    np.testing.assert_array_equal(panels[0], panels[1])
    assert not np.any(panels[0] == panels[2])
    blocks = panels[0].reshape(16, -1)
    assert all(not np.any(blocks[0] == blocks[r]) for r in range(1, 16))


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.97])
def test_principal_components_turn_the_months_and_explain_the_path_in_order(phi):
    basis = sobol.principal_components(36, phi)
    np.testing.assert_allclose(basis.T @ basis, np.eye(36), atol=1e-12)
    path = np.zeros((36, 36))
    for t in range(36):
        path[t] = (phi * path[t - 1] if t else 0.0) + (1.0 if t == 0 else np.sqrt(1.0 - phi**2)) * basis[t]
    explained = np.square(path).sum(axis=0)
    assert (np.diff(explained) <= 1e-12).all()


def test_a_shifted_path_has_the_likelihood_ratio_of_the_mixture_for_a_weight(problem, shifted):
    shape = (16, problem.sizes.n_month, problem.sizes.n_factor, 32)
    panel, weight = np.empty(np.prod(shape)), np.empty(512)
    shifted.fill(panel, weight, 3, 7)
    e = panel.reshape(shape)
    plain = np.stack([alone.drawn_normals(problem, 48 + b, 7) for b in range(16)])
    np.testing.assert_allclose(e - plain, np.broadcast_to(shifted.shift[shifted.lane].transpose(1, 2, 0), shape))
    density = sum(
        a * np.exp(np.einsum("btfl,tf->bl", e, mu) - 0.5 * np.square(mu).sum())
        for a, mu in zip(shifted.share, shifted.shift, strict=True)
    )
    np.testing.assert_allclose(weight.reshape(16, 32), 1.0 / density, rtol=1e-12)
    assert weight.max() <= 4.0
    assert (np.bincount(shifted.lane) == shifted.share * 32).all()


def test_a_shift_beyond_all_numbers_leaves_weights_of_a_quarter_and_next_to_nothing():
    """By 40 standard deviations: a plain path cannot be a shifted one, nor the other way round."""
    far = Shifted(np.array([[[0.0]], [[40.0]]]), np.array([0.25, 0.75]), np.repeat([0, 1], [8, 24]))
    panel, weight = np.zeros(512), np.empty(512)
    far.move(panel, weight)
    np.testing.assert_array_equal(panel.reshape(16, 32), np.tile(np.repeat([0.0, 40.0], [8, 24]), (16, 1)))
    weights = weight.reshape(16, 32)
    assert (weights[:, :8] == 4.0).all()
    assert (weights[:, 8:] > 0.0).all()
    assert (weights[:, 8:] < 1e-200).all()


def test_weighted_counts_are_the_sums_over_the_paths(job, problem, shifted):
    compare_counts(job, problem, shifted)


def test_weighted_counts_of_a_deal_of_four_months_are_the_sums_over_the_paths():
    pool = hand_worked.pool(default=0.08, dependence={"rho": 0.3, "phi": 0.0})
    case = ScenarioCase(name="base")
    job = Job(name="small", deal=hand_worked.deal(), pool=pool, scenarios=(case,), paths=PATHS, seed=1, clock="monthly")
    problem = assemble(job)
    compare_counts(job, problem, shifted_for(problem))


def compare_counts(job, problem, shifted):
    space = Workspace(pack(problem, sampler=shifted))
    alone.run(space, 0, 3, PATHS, job.seed)
    tally = merge([space.tally()])
    alive = np.ones((3 * 16, 32))
    alive.ravel()[PATHS:] = 0.0
    single, blocks = Workspace(pack(problem)), []
    shape = (16, problem.sizes.n_month, problem.sizes.n_factor, 32)
    weights = np.empty((3, 512))
    for at in range(3):
        panel = np.empty(np.prod(shape))
        shifted.fill(panel, weights[at], at, job.seed)
        blocks.append(outcomes(single, panel.reshape(shape), job.seed, at * 512))
    outcome, w = np.concatenate(blocks, axis=1), weights.ravel() * alive.ravel()
    for power, name in ((1, "batch_sum"), (2, "square_sum")):
        sums = decoded(getattr(tally, name))[0].sum(-1)
        np.testing.assert_allclose(sums, outcome @ w**power, rtol=1e-12, atol=1e-13)
    bins = np.where(outcome[0] <= 0, 0, np.where(outcome[0] >= 1, N_BIN + 1, 1 + (outcome[0] * N_BIN).astype(int)))
    for power in (1, 2):
        by_bin = np.bincount(bins, w**power, N_BIN + 2)
        np.testing.assert_allclose(decoded(tally.loss_weight_sum)[0, 0, :, power - 1], by_bin, rtol=1e-12, atol=1e-15)
        assert decoded(tally.weight_sum)[..., power - 1].sum() == pytest.approx((w**power).sum(), rel=1e-12)
        for name in ("early_weight_sum", "first_loss_weight_sum", "trigger_weight_sum"):
            by_event = decoded(getattr(tally, name))[..., power - 1].sum(-1)
            np.testing.assert_allclose(by_event, (w**power).sum(), rtol=1e-12)
    assert (tally.loss_count[0, 0] == np.bincount(bins[:PATHS], minlength=N_BIN + 2)).all()
    assert decoded(tally.month_weight_sum).sum() == pytest.approx(w.sum(), rel=1e-12)
    assert tally.irr_weight[0, 0].sum() / WEIGHT_UNIT == pytest.approx(w.sum(), abs=1e-3)
    fans = tally.fan_count[0].sum(-1) / WEIGHT_UNIT
    np.testing.assert_allclose(fans, (w.reshape(-1, 32)[::16]).sum(), rtol=0, atol=1e-3)
    lost = outcome[8 * (problem.sizes.n_note - 1)] > 0
    assert tally.loss_top[0, problem.sizes.n_note - 1] / TOP_UNIT == pytest.approx(w[lost].max(), rel=1e-9)


def test_weighted_tallies_are_the_same_bits_in_any_chunks(job, problem, shifted):
    for sampler in (shifted, sobol.sobol_of(problem, job.seed, PATHS)):
        packed = pack(problem, sampler=sampler)
        whole, parts = Workspace(packed), []
        alone.run(whole, 0, 3, PATHS, job.seed)
        for at in (2, 0, 1):
            part = Workspace(packed)
            alone.run(part, at, 1, PATHS, job.seed)
            parts.append(part.tally())
        single, many = merge([whole.tally()]), merge(parts)
        for name in TALLY_ARRAYS:
            np.testing.assert_array_equal(getattr(single, name), getattr(many, name), err_msg=name)


def test_a_mixture_keeps_a_quarter_plain_and_few_shifts_that_lie_apart():
    shape = (6, 1)
    near = [np.full(shape, -x) for x in (1.0, 1.01, 2.0, 0.5, 0.3, 0.1, 1.5, 2.5, 3.0, 4.0)]
    mixed = mixture(near, shape)
    assert mixed.share[0] == 0.25
    assert mixed.share.sum() == 1.0
    assert len(mixed.shift) == 7
    gaps = [np.linalg.norm(a - b) for i, a in enumerate(mixed.shift[1:]) for b in mixed.shift[i + 2 :]]
    assert min(gaps) >= 0.5
    assert any(np.array_equal(shift, near[-1]) for shift in mixed.shift)
    assert mixture([], shape) is None
