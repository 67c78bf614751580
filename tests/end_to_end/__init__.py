"""From the meter to the person, in containers."""
