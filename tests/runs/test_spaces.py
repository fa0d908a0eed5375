"""The memory of a thread: its sums never run over."""

import numpy as np
import pytest
from shipped import JOB

import stress
from stress.kernels.tally import Tally
from stress.runs import engine
from stress.runs.counting import spaces


def whole(tally: Tally, name: str) -> np.ndarray:
    """Both words of a sum as one number of any size."""
    words = getattr(tally, name).astype(object)
    return words[..., 0] * 2**40 + words[..., 1]


def test_low_words_are_carried_before_they_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more panel after 2^22 paths, whose weights have filled a low word to a half."""
    job = stress.load(JOB).model_copy(update={"estimator": "importance"})
    packed = engine.packed_of(job.model_copy(update={"scenarios": job.scenarios[:1]}))
    empty, full = spaces.space_of(packed), spaces.space_of(packed)
    empty.run(0, 1, 512, 7)
    full.counts().loss_weight_sum[..., 1] = 2**62
    monkeypatch.setattr(spaces, "CARRY", 512)
    full.run(0, 1, 512, 7)
    assert (empty.counts().loss_weight_sum[..., 1] >= 2**40).any()
    for name in ("loss_weight_sum", "batch_sum", "month_sum"):
        low = getattr(full.counts(), name)[..., 1]
        assert ((low >= 0) & (low < 2**40)).all()
        more = 2**62 if name == "loss_weight_sum" else 0
        assert (whole(full.counts(), name) == whole(empty.counts(), name) + more).all()
