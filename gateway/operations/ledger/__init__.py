"""The daily ledger: what was derived from readings, and what has to be derived again."""
