"""Key figures of properties, how far they can be trusted, and the climate balance they add up to."""
