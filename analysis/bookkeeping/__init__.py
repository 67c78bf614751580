"""One meter's books: what is stored, recorded and decided about it, as the ledger takes it."""
