"""Brings the operations database to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text

from config.errors import ConfigurationError

_PLACE = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x5A61686C  # any constant; it keeps two starting processes on PostgreSQL apart


def configuration(connection: Connection) -> Config:
    """Make Alembic's configuration for a connection that is in a transaction."""
    config = Config()
    config.set_main_option("script_location", str(_PLACE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Run every migration that is missing, inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    try:
        command.upgrade(configuration(connection), "head")
    except CommandError as error:
        raise ConfigurationError(f"the operations database is of a later version of Zählwerk: {error}") from error
