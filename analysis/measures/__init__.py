"""Whether energy-saving measures work: what would have been used without them."""
