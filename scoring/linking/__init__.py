"""Scales and forms made comparable. Pure.

`scales` links item parameters of two calibrations, `drift` finds anchors that moved; `equating` (same persons, or IRT) and
`anchor_equating` (two groups with an anchor) make scores of two forms comparable, with `percentiles` and `presmoothing`.
`populations` are what criteria are averaged over, `delta_method` carries standard errors through.
"""
