"""The law of a path given reports: exact where exactness is known, calibrated where it is not."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import kstest
from shipped import JOBS

import stress
from stress.analysis import posterior
from stress.analysis.filtering import follow, given_all
from stress.analysis.from_today import with_law
from stress.analysis.observed import Ratios, probits
from stress.analysis.whitened import RATIOS, Whitened
from stress.assemble.problem import assemble
from stress.inputs.files.reported import Reported
from stress.inputs.job import Job
from stress.kernels import alone
from stress.measures.weighted_draws import mean_of
from stress.tables.periods import Period

PATHS = 4096


def job_of(name: str, scenario: str | None = None) -> Job:
    job = stress.load(JOBS / f"{name}.toml")
    case = next(c for c in job.scenarios if scenario in (None, c.name))
    return job.model_copy(update={"scenarios": (case,)})


def reports_of(job: Job, rates: np.ndarray, error: float) -> Reported:
    first = Period(job.deal.closing_date.year, job.deal.closing_date.month, 12)
    periods = tuple(first.shift(k + 1) for k in range(len(rates)))
    return Reported("made", "made", periods, {"default_rate": tuple(12.0 * rates)}, {"default_rate": error})


class Filter:
    """Kalman (1960) for Y_t = phi Y_{t-1} + sqrt(1 - phi^2) e_t, g_t = a - b Y_t + s_t v_t, of its own."""

    def __init__(self, a: float, b: float, phi: float) -> None:
        self.a, self.b, self.phi = a, b, phi
        self.mean, self.variance, self.begun = 0.0, 1.0, False

    def predict(self, s: float) -> tuple[float, float]:
        """Mean and deviation of the next observation."""
        if self.begun:
            self.mean, self.variance = self.phi * self.mean, self.phi**2 * self.variance + 1.0 - self.phi**2
        self.begun = True
        return self.a - self.b * self.mean, float(np.sqrt(self.b**2 * self.variance + s**2))

    def update(self, g: float, s: float) -> None:
        gain = -self.b * self.variance / (self.b**2 * self.variance + s**2)
        self.mean += gain * (g - (self.a - self.b * self.mean))
        self.variance *= 1.0 + gain * self.b


@pytest.fixture(scope="module")
def cards() -> Job:
    return job_of("card-master-trust")


def made_rates(job: Job, n: int, seed: int) -> np.ndarray:
    whitened = Whitened(job)
    normals = np.random.default_rng(seed).standard_normal((1, whitened.upto(n)))
    rate = whitened.sample(normals).ratio[0, :n, 0]
    return rate * np.exp(0.1 * np.random.default_rng(seed + 1).standard_normal(n))


@pytest.mark.parametrize(("away", "fits"), [(0.0, False), (4.0, True), (9.0, True)])
def test_a_proposal_that_fits_badly_is_fitted_to_its_own_draws(away: float, fits: bool) -> None:
    """An observation x + 0.2 v = 1.5 of a standard normal x: x is normal about 1.5 / 1.04 with variance 0.04 / 1.04."""

    def misfits(points: np.ndarray) -> np.ndarray:
        return (points[:, :1] - 1.5) / 0.2

    centre, spread = 1.5 / 1.04, np.sqrt(0.04 / 1.04)
    root = np.array([[1.0 / spread]])
    proposal = posterior.Proposal(np.array([centre + away * spread]), root)
    sample = posterior.weigh(misfits, proposal, PATHS, np.random.default_rng(5))
    assert (sample.proposal is not proposal) == fits
    assert sample.effective > 0.5 * PATHS
    mean = float(sample.weight @ sample.point[:, 0])
    assert abs(mean - centre) < 4.0 * spread / np.sqrt(sample.effective)


def test_rounds_of_fitting_end_where_no_normal_law_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two far modes: the best of the rounds is taken, and has a weight for every draw."""
    monkeypatch.setattr(posterior, "WANTED", 1.1)

    def misfits(points: np.ndarray) -> np.ndarray:
        return (np.abs(points[:, :1]) - 3.0) / 0.1

    start = posterior.laplace(misfits, [np.array([2.0])])
    sample = posterior.weigh(misfits, start, PATHS, np.random.default_rng(5))
    first = posterior._draw(misfits, start, PATHS, np.random.default_rng(5))
    assert sample.effective >= first.effective
    assert sample.weight.sum() == pytest.approx(1.0)


def test_where_default_rates_are_linear_in_the_factor_the_answer_is_kalmans(cards: Job) -> None:
    """A pool without a ladder: the probit of its default rate is a - b Y exactly: mean, spread, PITs are known."""
    from scipy.special import ndtr

    rate, depend = made_rates(cards, 12, 3), cards.pool.dependence
    b = np.sqrt(depend.rho / (1.0 - depend.rho))
    known = Filter(ndtri(cards.pool.segments[0].entry_rate) / np.sqrt(1.0 - depend.rho), b, depend.phi)
    answer = follow(cards, reports_of(cards, rate, 0.1), paths=PATHS)
    for x, surprise, update in zip(rate, answer.surprises, answer.updates, strict=True):
        s = 0.1 * x / (np.exp(-0.5 * ndtri(x) ** 2) / np.sqrt(2 * np.pi))
        mean, spread = known.predict(s)
        assert abs(surprise.pit - ndtr((ndtri(x) - mean) / spread)) < 4.0 * 0.5 / np.sqrt(0.8 * PATHS)
        assert update.effective > 0.8 * PATHS
        known.update(float(ndtri(x)), s)
    factor = answer.drawn[0]
    error = np.sqrt(known.variance / (0.8 * PATHS))
    assert abs(factor.mean - known.mean) < 4.0 * error
    assert abs(factor.sd - np.sqrt(known.variance)) < 4.0 * error


def test_laplace_is_exact_where_misfits_are_linear() -> None:
    random = np.random.default_rng(1)
    slope, shift = random.standard_normal((5, 3)), random.standard_normal(3)
    proposal = posterior.laplace(lambda e: e @ slope - shift, [np.zeros(5)])
    precision = np.eye(5) + slope @ slope.T
    assert proposal.centre == pytest.approx(np.linalg.solve(precision, slope @ shift), abs=1e-8)
    assert proposal.root @ proposal.root.T == pytest.approx(precision, abs=1e-6)


def test_twice_the_objective_at_the_mode_is_the_chi_square_of_the_reports() -> None:
    """Misfits e S - y with e normal: y = S'e + v has covariance I + S'S, and the objective is y' (I + S'S)^-1 y / 2."""
    random = np.random.default_rng(2)
    slope, y = random.standard_normal((4, 3)), random.standard_normal(3)
    proposal = posterior.laplace(lambda e: e @ slope - y, [np.zeros(4)])
    assert 2.0 * proposal.value == pytest.approx(y @ np.linalg.solve(np.eye(3) + slope.T @ slope, y), rel=1e-8)


def test_two_months_of_a_pool_with_a_t_copula_agree_with_quadrature(cards: Job) -> None:
    """Three normals (mixing variable, two months), a law that is far from normal: a fine grid says what is right."""
    depend = cards.pool.dependence.but(copula={"kind": "t", "df": 4.0})
    job = cards.model_copy(update={"pool": cards.pool.model_copy(update={"dependence": depend})})
    whitened = Whitened(job)
    rate = np.array([0.006, 0.009])
    value = ndtri(rate)
    ratios = Ratios(np.array([0, 1]), np.zeros(2, np.int64), rate, value, np.array([0.15, 0.15]))
    axis = np.linspace(-5.0, 5.0, 41)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    misfit = ratios.misfits(whitened.sample(grid).ratio)
    log = -0.5 * (grid**2).sum(axis=1) - 0.5 * (misfit**2).sum(axis=1)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    state = given_all(whitened, ratios, np.zeros(0), 1, 8192)
    point = state.point[:, :3]
    assert whitened.beside == {"mixing_normal": 1}
    for power in (1, 2):
        mean, error = mean_of(point**power, state.weight)
        assert np.all(np.abs(mean - weight @ grid**power) < 4.0 * error)


def test_reports_that_say_nothing_give_the_prior_back() -> None:
    def nothing(e: np.ndarray) -> np.ndarray:
        return np.zeros((len(e), 1))

    proposal = posterior.laplace(nothing, [np.zeros(6)])
    sample = posterior.weigh(nothing, proposal, 1000, np.random.default_rng(1))
    assert sample.weight == pytest.approx(1.0 / 1000, rel=1e-9)
    assert sample.proposal.centre == pytest.approx(np.zeros(6))
    assert kstest(sample.point.ravel(), "norm").pvalue > 0.001


@pytest.mark.parametrize(
    ("name", "scenario"), [("baitiao-24m-uncertain", "baseline_predictive"), ("baitiao-24m", None)]
)
def test_a_point_of_normals_is_the_path_that_a_run_draws_from_them(name: str, scenario: str | None) -> None:
    job = job_of(name, scenario)
    whitened, space = Whitened(job), alone.run_block(assemble(job), 3, job.seed)
    beside = [space.rows(group)[0].reshape(n, -1) for group, n in whitened.beside.items()]
    factors = space.rows("panel")[0].reshape(-1, 32)
    sample = whitened.sample(np.vstack([*beside, factors]).T)
    assert ("parameters" in whitened.beside) == (scenario is not None)
    wanted = space.traced("defaults") / space.traced("month_start_balance")
    assert np.array_equal(sample.ratio[:, :, 0], wanted.T)
    assert np.array_equal(sample.factor, space.traced("factor_value").transpose(2, 0, 1))


def test_points_may_be_simulated_in_any_cut(cards: Job) -> None:
    whitened = Whitened(cards)
    points = np.random.default_rng(1).standard_normal((75, whitened.upto(20)))
    whole = whitened.sample(points)
    parts = [whitened.sample(points[k : k + 7]) for k in range(0, 75, 7)]
    for name, value in whole._asdict().items():
        assert np.array_equal(value, np.concatenate([getattr(part, name) for part in parts]))


def test_threads_change_no_bit(cards: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(1).standard_normal((75, Whitened(cards).upto(20)))
    single = Whitened(cards).sample(points)
    monkeypatch.setattr("stress.analysis.whitened.MANY", 1)
    monkeypatch.setattr("stress.analysis.whitened.n_core", lambda: 3)
    for name, value in Whitened(cards).sample(points)._asdict().items():
        assert np.array_equal(value, getattr(single, name)), name
    assert np.array_equal(Whitened(cards).until(9).sample(points).ratio[:, :9], single.ratio[:, :9])


def test_reports_tell_nothing_of_macro_variables_that_are_known_by_then() -> None:
    """Up to the month of a report they are where the scenario has them; what they do later is drawn."""
    whitened = Whitened(job_of("baitiao-24m-uncertain", "fed2025_severely_adverse_random"))
    assert list(whitened.beside)[-1] == "shocks"
    drawn = np.zeros((1, whitened.upto(0)))
    drawn[:, -whitened.beside["shocks"] :] = 1.5
    figure = list(RATIOS).index("late_1")
    still, free, known = (
        model.sample(points).ratio[0, :, figure]
        for model, points in ((whitened, 0.0 * drawn), (whitened, drawn), (whitened.as_of(6), drawn))
    )
    assert known[:5] == pytest.approx(still[:5], rel=1e-9)  # between the middles of quarters they are interpolated
    assert np.abs(free[3:5] / still[3:5] - 1.0).min() > 0.001
    assert np.abs(known[12:18] / still[12:18] - 1.0).min() > 0.001


@pytest.mark.slow
def test_posteriors_of_simulated_truths_are_calibrated(cards: Job) -> None:
    """Ranks of the truth among its posterior are uniform over 200 deals (Cook, Gelman and Rubin 2006; Talts and others
    2018): the factor of the last report, that of a year later, and the cumulative default of the life."""
    whitened, ranks = Whitened(cards), []
    for k in range(200):
        random = np.random.default_rng([77, k])
        truth = whitened.sample(random.standard_normal((1, whitened.upto(whitened.n_month))))
        probit = probits(truth.ratio[0, :6, 0])
        error = np.full(6, 0.04)
        ratios = Ratios(
            np.arange(6),
            np.zeros(6, np.int64),
            truth.ratio[0, :6, 0],
            probit + error * random.standard_normal(6),
            error,
        )
        state = given_all(whitened, ratios, np.zeros(0), k, 512)
        drawn = (state.sample.factor[:, 5, 0], state.sample.factor[:, 17, 0], state.sample.default)
        true = (truth.factor[0, 5, 0], truth.factor[0, 17, 0], truth.default[0])
        ranks.append([float(state.weight @ (d < t)) for d, t in zip(drawn, true, strict=True)])
    for rank in np.array(ranks).T:
        assert kstest(rank, "uniform").pvalue > 0.001


@pytest.mark.slow
def test_posteriors_of_a_ladder_with_drawn_parameters_are_calibrated() -> None:
    """Ranks among the weighted draws, and under the normal law that a state keeps of them: what a run starts from."""
    job = job_of("baitiao-24m-uncertain", "baseline_predictive")
    whitened, ranks = Whitened(job), []
    figure = list(RATIOS).index("late_1")
    for k in range(200):
        random = np.random.default_rng([78, k])
        normals = random.standard_normal((1, whitened.upto(whitened.n_month)))
        truth = whitened.sample(normals)
        probit, error = probits(truth.ratio[0, :4, figure]), np.full(4, 0.05)
        ratios = Ratios(
            np.arange(4),
            np.full(4, figure),
            truth.ratio[0, :4, figure],
            probit + error * random.standard_normal(4),
            error,
        )
        state = given_all(whitened, ratios, np.zeros(0), k, 512)
        drawn, true = (
            (state.point[:, 0], state.sample.factor[:, 3, 0], state.sample.default),
            (normals[0, 0], truth.factor[0, 3, 0], truth.default[0]),
        )
        kept = with_law(whitened.state(state.centre, 4), whitened, state, 3)
        means, rows = (kept.known.parameters[0], kept.factors[0]), (kept.known.root[0], kept.known.root[3])
        ranks.append(
            [
                *(float(state.weight @ (d < t)) for d, t in zip(drawn, true, strict=True)),
                *(
                    float(ndtr((t - mean) / np.linalg.norm(row)))
                    for mean, row, t in zip(means, rows, true[:2], strict=True)
                ),
            ]
        )
    for rank in np.array(ranks).T:
        assert kstest(rank, "uniform").pvalue > 0.001
