"""Floor 4: a candidate meets an assessment.

Pure: `blueprint` (rules of composition), `timing` (deadlines). Use cases: `invitations` (groups, codes), `delivery` (which item
comes next), `sittings` (start, answer, pause, resume, submit), `results` (close a sitting into outcomes), `monitoring` (what a
trainer sees of a group). Tables: `models`. Not here: pages, names of people, clocks.
"""
