"""Material by other makers, read where it is present; it is not ours to keep here."""
