"""Alerts: their states and log, the memory of what was judged, and the messages that wait for a mail server."""
