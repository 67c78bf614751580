"""Meters that are worked out from others."""
