"""Fetches what the meters say."""
