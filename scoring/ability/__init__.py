"""Ability from scored items, beneath `scoring.estimation`, which is the door to use. Pure.

`derivatives` is what estimators climb by, `peaks` finds maxima (ML, MAP, WLE), `quadrature` sums over nodes (EAP); `sum_scores` knows
totals only, `plausible_values` draws from posteriors, `person_fit` asks whether a pattern is one that the model expects.
"""
