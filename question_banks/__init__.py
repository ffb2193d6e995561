"""Floor 2: what is asked. Knows no candidate, no score, no page.

Pure: `content` (what an item shows, and its key), `responses` (what a candidate may give back), `rendering` (Markdown to
safe HTML), `formats` (files to drafts and problems).
Use cases: `competences`, `library` (find and list), `transfer` (dry run, import). Tables: `models`. Content that ships: `starter`.
"""
