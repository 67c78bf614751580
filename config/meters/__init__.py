"""What a meter is, how it is written down, and what must fit together within one."""
