"""Classical test theory: what scores alone tell of items and of a test. Pure.

`items` and `options` are about one item, `reliability`, `omega` (by `factor_solutions`) and `theta_reliability` about the whole, `drift` about
an item over time.
"""
