"""Files to drafts and problems, and back. `native` is our own YAML; `exchange` says what a problem is."""
