"""People who rate: whether they agree (`agreement`, `intraclass`), and how severe each is (`facets`, over a `design`). Pure."""
