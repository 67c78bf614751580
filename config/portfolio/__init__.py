"""What the district has: its files, what must fit together in them, and what they say."""
