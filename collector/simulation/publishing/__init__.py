"""Simulated senders at a broker: connections, sessions, and what is sent again after a cut."""
