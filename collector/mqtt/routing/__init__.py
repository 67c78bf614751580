"""Which meters a message belongs to, and the readings that it becomes."""
