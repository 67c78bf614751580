"""The processes and their parts: what each part opens, the jobs that it brings, and how they end together."""
