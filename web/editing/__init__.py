"""The form of an item: what is typed becomes another state of its content.

`reader` takes values out of a form, `interaction_readers` each interaction's own fields (`brackets` the short way to write a passage),
`kinds` says how each begins, `item_form` reads the item as a whole and its rows, `stimulus_form` shared material. `placeholders` stand in
previews for words that are not written yet.
"""
