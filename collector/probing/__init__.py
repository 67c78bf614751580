"""Commissioning: what a device on a bus says, whether it can be true, and which table describes it."""
