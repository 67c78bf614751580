"""Says what exists."""
