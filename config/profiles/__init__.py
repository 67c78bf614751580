"""Device profiles: which register of a device says what; the tables stand in `config/devices`."""
