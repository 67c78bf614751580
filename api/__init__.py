"""Serves figures to people and programs."""
