"""The form of an item: what is typed becomes another state of its content.

`reader` takes values out of a form, `kinds` knows each interaction's own fields, `item_form` the item as a whole and its rows.
"""
