"""Alembic's scripts; `Operations.upgrade` runs them, nobody needs the `alembic` command."""
