"""The inverse of the normal distribution on lanes (Wichura 1988, algorithm AS 241, PPND16)."""

from __future__ import annotations

from typing import Any

from .elementary import logarithm
from .jit import kernel, stage
from .lanes import WIDTH, fma, load, root, splat, store, where_less

_MIDDLE, _SPLIT = 0.425, 5.0
_A = (
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
)  # fmt: skip
_B = (
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
    3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
)  # fmt: skip
_C = (
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
)  # fmt: skip
_D = (
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
    1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
)  # fmt: skip
_E = (
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
)  # fmt: skip
_F = (
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
)  # fmt: skip
"""Numerator and denominator near the middle, in the tails, in the far tails."""


@stage
def inverse_normal(u: Any) -> Any:
    """The normal that is not exceeded with probability u in (0, 1), to about 1e-15 relative."""
    q = u - 0.5
    size = where_less(q, 0.0, q * -1.0, q)
    s = fma(q, q * -1.0, _MIDDLE * _MIDDLE)
    tail = where_less(q, 0.0, u, splat(1.0) - u)
    r = root(logarithm(where_less(tail, 1e-300, 1e-300, tail)) * -1.0)
    near, far = r - 1.6, r - _SPLIT
    middle = q * _horner(_A, s) / _horner(_B, s)
    outer = where_less(r, _SPLIT, _horner(_C, near) / _horner(_D, near), _horner(_E, far) / _horner(_F, far))
    outer = where_less(q, 0.0, outer * -1.0, outer)
    return where_less(size, _MIDDLE, middle, outer)


@stage
def _horner(c: Any, x: Any) -> Any:
    p = fma(x, c[7], splat(c[6]))
    p = fma(p, x, splat(c[5]))
    p = fma(p, x, splat(c[4]))
    p = fma(p, x, splat(c[3]))
    p = fma(p, x, splat(c[2]))
    p = fma(p, x, splat(c[1]))
    return fma(p, x, splat(c[0]))


@kernel
def normals_of(u: Any, out: Any, n: int) -> None:
    """`inverse_normal` of n numbers at once, a multiple of WIDTH."""
    for i in range(0, n, WIDTH):
        store(out, i, inverse_normal(load(u, i)))
