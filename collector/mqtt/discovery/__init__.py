"""What belongs to no meter yet: listed, looked for, and proposed for the portfolio."""
