"""A bank's calibrations: what a person chooses, what is estimated from it, how it is kept, reviewed and put in force.

`choices`, `preparing`, `testlets`, `planning`, `running`, `fitting`, `estimating`, `scaling` and `misfit` are pure; `keeping`, `deciding` and
`reviewing` are use cases. `running`, `fitting` and `estimating` load the engine (`scoring.calibration`), and are therefore
imported by jobs and the command line alone. Where the responses come from lives a floor up, in `assess.calibration_data`.
"""
