"""Clocks that are off: a logger's, whose stamps are wrong, or a controller's, whose plant runs at the wrong hours."""
