"""Floor 2: what is asked. Knows no candidate, no score, no page.

Pure: the content of an item (`texts`, `interactions`, `rules`, `content`, `elements`), what candidates give back (`responses`, `reading`,
`quantities`), what is wrong with an item (`findings`, `integrity` with `keys` and `faults`, `linting` and its parts, `readability`, `names`), two
states and two languages side by side (`differences`, `translation`), `markdown`, files to drafts and problems (`formats`), looking into media
(`sniffing`, `pictures`, `recordings`).
Use cases: write (`banks`, `authoring`, `filing`, `pasting`, `testlets`, `media`), judge (`reviews`), freeze (`publishing`, `freezing`), take back
(`history`), find and list (`cards`, `listing`, `library`, `summaries`, `overview`), `transfer` (dry run, import), competences (`competences`,
`own_competences`, `alignments`). Tables: `models`. Content that ships: `starter`.
"""
