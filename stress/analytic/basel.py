"""Basel II capital of qualifying revolving retail exposures: a published use of the one-factor law."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from stress.arrays import Array

QRRE_CORRELATION = 0.04
CONFIDENCE = 0.999


def qrre_capital(pd: ArrayLike, lgd: ArrayLike) -> Array:
    """Capital as a share of exposure: lgd x (Phi((Phi^-1(pd) + sqrt(R) Phi^-1(0.999)) / sqrt(1 - R)) - pd), R = 4%.

    BCBS (June 2006), "International Convergence of Capital Measurement and Capital Standards", paragraph 329.

    >>> round(float(qrre_capital(0.01, 0.45)), 6)
    0.013779
    """
    rate, loss = np.asarray(pd, dtype=np.float64), np.asarray(lgd, dtype=np.float64)
    shift = np.sqrt(QRRE_CORRELATION) * ndtri(CONFIDENCE)
    return np.asarray(loss * (ndtr((ndtri(rate) + shift) / np.sqrt(1.0 - QRRE_CORRELATION)) - rate), dtype=np.float64)


def qrre_risk_weight(pd: ArrayLike, lgd: ArrayLike) -> Array:
    """Risk weight as a fraction (12.5 x capital, without the 1.06 scaling factor), as in BCBS (2006) Annex 5.

    >>> round(100 * float(qrre_risk_weight(0.01, 0.45)), 2)
    17.22
    """
    return 12.5 * qrre_capital(pd, lgd)
