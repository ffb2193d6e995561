"""Panels: people who set together where the levels of a competence begin, in rounds; all of it is kept.

Use cases, with `session` first: `making` (a panel and what it judges), `judges` (invitations by link), `rounds` (open, close,
what is told before the next), `judging` (what a judge says), `results` (from judgements to cut scores), `impact` (what the cuts
would do to people) and `adopting` (the one act that changes a competence). Pure: `outcome_of_round` (the shape of a result).
Not here: the formulas (`scoring.standards.angoff`, `judge_consistency`, `bookmark`, `contrasting_groups`), and names of candidates (`web`).
"""
