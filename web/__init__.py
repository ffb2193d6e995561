"""Floor 5: people, pages and wiring; the composition root.

Here: the app, settings, languages, rendering, security, accounts, and one page module a noun (`pages`). Only this floor reads
the clock, the settings and the environment, commits, and knows HTTP.
"""
