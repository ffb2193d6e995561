"""Item parameters from responses: marginal and conditional maximum likelihood, standard errors and fit.

All of it is pure: arrays and dataclasses in, dataclasses out. `data`, `reading` and `checks` know what a set of responses
is and what is wrong with it; `plan` what is asked; `results` what is found. `em` fits, by a map over `chunks` that
`mapping` runs on threads and `clusters` on Dask. Numba is loaded by the first fit that wins by it, never by an import.
Where calibrations are stored, and who may start one, lives elsewhere.
"""
