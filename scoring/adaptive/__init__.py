"""Choosing items while a candidate answers, and before anyone does. Pure.

`sessions` is a sitting step by step: the door for delivery. It is made of `bank` (what there is to choose from), `rules`
(what a designer asks), `steps` (what an answer changes), `choice` (what comes next), `content_priority` (quotas), `unit_merits` and
`merit_formulas` (how good an item is now), `selection` (the draw among the best), `stopping`, and `stored_states` (a sitting in 2 kB).

`criteria` are the published rules of choice by name, for research. `routing` is two-stage testing, `form_assembly` fixed forms by
integer programming. `simulation` sends made-up candidates (`simulated_answers`) through a bank, all at once (`batch`);
`simulation_summary` tells what came of it, `exposure` makes rules of it. All chance is in `draws`.
"""
