"""Starts everything."""
