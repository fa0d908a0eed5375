"""The kernels' entry points, as Python calls them: what each does and takes stands where it is written."""

from __future__ import annotations

from .entry import Entry

run_panels = Entry("stress.kernels.panels", "run_panels", "f8* f8* i8* i8* i8* i8 i8 i8 u8 i8 i8")
normal_panel = Entry("stress.kernels.philox", "normal_panel", "f8* i8 i8 i8 i8 u8 i8")
philox_words = Entry("stress.kernels.philox", "philox_words", "u8* u8 u8*")
normals_of = Entry("stress.kernels.inverse_normal", "normals_of", "f8* f8* i8")
binomial_quantiles = Entry("stress.kernels.granular", "binomial_quantiles", "f8* f8* f8* f8* i8")
shifted_panel = Entry("stress.kernels.sampling", "shifted_panel", "f8* f8* f8* f8* f8* i8 i8 i8 i8 u8 i8")
moved_panel = Entry("stress.kernels.sampling", "moved_panel", "f8* f8* f8* f8* f8* i8 i8")
sobol_panel = Entry("stress.kernels.sampling", "sobol_panel", "f8* f8* i8* i8* f8* i8 i8 i8 i8")
score_sums = Entry("stress.kernels.scores", "score_sums", "f8* f8* f8* f8* f8* i8* i8 i8 i8 i8 i8")
