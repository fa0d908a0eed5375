"""From a job to what was counted: on threads, on a cluster, into a folder that a stopped run goes on from.

engine     `simulate`: a job's paths counted, merged, named
trace      `replay`: one path again, with all its cash flows
base_case  the deterministic run: what trips, what is repaid and when
remarks    what is allowed in a job and seldom meant
jobs       a batch job: a run in its folder, with checkpoints and a manifest
sampling   who draws the factors: plain, Sobol, importance
counting   ranges of paths over threads
cluster    ranges of paths over the workers of a Dask cluster
"""
