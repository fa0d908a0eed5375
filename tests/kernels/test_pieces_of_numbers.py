"""exp, log, sine, normal distribution to the digits that they promise (`test_without_a_compiler` runs this file)."""

import numpy as np
from pieces import plain
from scipy.special import ndtr

from stress.kernels import elementary, granular
from stress.kernels.layout import LANES

pytestmark = plain


def test_the_exponential_and_the_logarithm_are_those_of_a_library_to_rounding() -> None:
    x = np.concatenate([np.linspace(-700.0, 700.0, 1401), np.linspace(-0.35, 0.35, 801), [0.0]])
    np.testing.assert_allclose(elementary.exponential(x), np.exp(x), rtol=5e-16)
    x = np.concatenate([np.exp(np.linspace(-700.0, 700.0, 1401)), np.linspace(0.6, 1.5, 901), [np.sqrt(2.0), 2.0]])
    np.testing.assert_allclose(elementary.logarithm(x), np.log(x), rtol=6e-16)


def test_sine_and_cosine_of_quarters_are_those_of_a_library_to_rounding() -> None:
    f = np.linspace(-0.5, 0.5, 1001)
    np.testing.assert_allclose(elementary.sine_quarter(f), np.sin(f * np.pi / 2.0), rtol=4e-16, atol=1e-300)
    np.testing.assert_allclose(elementary.cosine_quarter(f), np.cos(f * np.pi / 2.0), rtol=3e-16)


def test_the_normal_distribution_is_exact_to_a_trillionth_and_the_same_beyond_7_07() -> None:
    for x in np.linspace(-7.07, 7.07, 45 * LANES).reshape(-1, LANES):
        np.testing.assert_allclose(elementary.normal_cdf(x), ndtr(x), rtol=0.0, atol=1e-12)
    low, high = (elementary.normal_cdf(np.linspace(*ends, LANES)) for ends in ((-40.0, -7.07), (7.07, 40.0)))
    assert len(set(low)) == len(set(high)) == 1


def test_a_uniform_of_two_words_is_the_middle_of_one_of_2_to_the_53_intervals() -> None:
    high, low = np.random.default_rng(1).integers(0, 2**32, (2, LANES), dtype=np.uint64)
    high[:5], low[:5] = [0, 1, 2**31, 2**32 - 1, 2**32 - 1], [0, 2**11, 2**11 - 1, 2**32 - 1, 0]
    uniform = granular._uniform(high, low)
    wanted = [((int(a) << 21) + (int(b) >> 11) + 0.5) / 2.0**53 for a, b in zip(high, low, strict=True)]
    np.testing.assert_allclose(uniform, wanted, rtol=1.2e-16)
