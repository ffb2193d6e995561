"""Floor 4: a candidate meets an assessment.

Pure: `blueprint` (rules of composition), `timing` (deadlines). Use cases: `assessments`, `invitations` (groups, codes), `sittings`
(start, language), `sections` (start, pause, end), `responses` (answer), `delivery` (which item comes next), `progress` (how far a
sitting is, what is due), `results` (close a sitting into outcomes), `erasure`, `monitoring` (what a trainer sees of a group). `frozen` keeps what
never changes in memory. Tables: `models`; what ships: `starter`. Not here: pages, names of people, clocks.
"""
