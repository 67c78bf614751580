"""One broker: how to reach it, its packets, one line to it, and the session that outlives lines."""
