"""One module a noun. A page parses, fetches, calls one act, renders."""
