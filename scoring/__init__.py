"""What answers are worth: from a response to a score, an ability, a level and the passport.

Pure modules, values in and values out: `marking` (a response against the key), `irt` (item response models),
`estimation` (ability and its error), `selection` (the next item), `stopping` (when to stop), `levels` (ability against
cut scores), `parameters` (an item's parameters and a competence's cut scores in force). Use cases, with `session` first:
`passport` (outcomes, shares, consultations). Tables: `models`.

Not here: what an item shows and its key (`question_banks`), a candidate's sitting and its order of events (`assess`),
any page, clock, setting or commit (`web`). People are opaque here: a `candidate_id` and nothing more.
"""
