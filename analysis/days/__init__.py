"""What every local day amounts to, as a table: derived once, and again where data come late."""
