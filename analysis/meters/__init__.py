"""What there is to say of one meter: its amounts, its events, its silence, and why a number is what it is."""
