"""What answers are worth: from a response to a score, an ability, a level and the passport.

Marking (pure): `marking` and the modules of each kind of rule, `explaining`.

Measurement (pure, arrays and dataclasses): `irt` and `derivatives` (models), `estimation`, `ability`, `quadrature`, `sum_scores`,
`plausible_values`, `person_fit` (ability), `criteria`, `selection`, `adaptive` and what it is made of, `stopping`, `exposure`, `routing`,
`form_assembly`, `simulation` (choosing items), `calibration` (item parameters from responses), `linking`, `equating` (scales and forms),
`classical`, `options`, `reliability`, `drift`, `dif` (items and fairness), `agreement`, `intraclass`, `facets` (raters), `standard_setting`, `bookmark`,
`contrasting_groups`, `classification`, `levels`, `can_do` (what a number means).

Use cases, with `session` first: `parameters` (what is in force), `calibrations` (propose, review, put in force), `panels` (judges set standards),
`passport` (outcomes, shares, consultations), `bank_information`. Tables: `models`.

Not here: what an item shows and its key (`question_banks`), a candidate's sitting and its order of events (`assess`),
any page, clock, setting or commit (`web`). People are opaque here: a `candidate_id` and nothing more.
"""
