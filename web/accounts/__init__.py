"""People: operators, accounts, roles, passwords, sign-in, and the names of candidates."""
