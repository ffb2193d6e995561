"""Ask whether one group finds an item harder than another at the same ability.

Pure. `detection` asks the question of a whole test and answers an item at a time; the others know one thing each:
`matching` (persons of like ability), `mantel_haenszel` (tables in strata), `logistic` (regression on ability and group),
`likelihood_ratio` (calibrations with and without a group's own parameters), `distractors` (which wrong option draws one
group), `verdicts` (how large is large, and how often chance would say so).

Not here: who belongs to which group, and what a page says of it.
"""
