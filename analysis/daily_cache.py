"""A memory for daily sums, so that pages need not read three years of readings at each call."""


class DailyCache:
    """Keeps results for a while; filled in below."""
