"""Measures every limit that the product promises, as ratios within one run."""
