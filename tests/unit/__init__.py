"""Pure tests: no sockets, no waiting, no wall clock."""
