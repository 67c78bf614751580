"""Judges what the figures say and tells people."""
