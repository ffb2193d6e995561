"""Floor 1: the ground that tables stand on.

Here: the table base and its column types, the engine and its transactions. Not here: any noun of the trade; a table
lives in the package that knows what it means.
"""
