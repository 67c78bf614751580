"""Every command, by what it is about."""
