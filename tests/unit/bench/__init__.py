"""The benchmarks' own arithmetic, and their page."""
