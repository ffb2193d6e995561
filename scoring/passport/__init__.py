"""The passport: outcomes in force, what a person declares, shares, consultations.

Use cases, with `session` first: `outcomes` (issue a passport from what was measured), `declarations` (a candidate's own
words), `shares` (permissions and their secrets), `consultations` (looks, logged and chained), `reading` (what a page
shows of a passport or a share). Pure: `wording` (levels to statements, strengths and a next step).
Not here: sentences of pages and names of people (`web`).
"""
