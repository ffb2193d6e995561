"""The shapes of the native format (docs/bank-format.md): one schema a document, which a file gives and the authoring screen edits.

They check shapes alone: types, known keys, sane sizes. What an item needs before it can be shown and marked is said by
`question_banks.integrity`. `parts`: what several share; `choosing`, `writing`, `arranging`: the interactions by family;
`interactions`: all of them, to and from display and rule; `items`: media, items, testlets, banks. All pure.
"""
