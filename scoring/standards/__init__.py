"""Cut scores, and how well they part people. Pure.

`angoff`, `bookmark` and `contrasting_groups` set a cut, `judge_consistency` says which judges contradict themselves;
`classification` and `beta_binomial` tell how often a level is right. Rounds and invitations of a panel are in `scoring.panels`.
"""
