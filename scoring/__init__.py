"""What answers are worth: from a response to a score, an ability, a level and the passport.

Pure (arrays and dataclasses): `marking` (with `marking_rules`, `explaining`), `irt` (models), `estimation` (with `ability`), `adaptive` (choosing
items, and simulating that), `calibration` (item parameters from responses), `linking` (scales and forms), `classical`, `dif` (items and
fairness), `raters`, `standards` (cut scores), `levels`, `can_do` (what a number means).

Use cases, with `session` first: `parameters` (what is in force), `calibrations` (propose, review, put in force), `panels` (judges set
standards), `passport` (outcomes, shares, consultations), `bank_information`. Tables: `models`.

Not here: what an item shows and its key (`question_banks`), a candidate's sitting and its order of events (`assess`),
any page, clock, setting or commit (`web`). People are opaque here: a `candidate_id` and nothing more.
"""
