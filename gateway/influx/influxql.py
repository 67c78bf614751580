"""What queries in InfluxQL are made of."""

from typing import Final

from gateway.influx.line_protocol import MEASUREMENT

SELECT: Final = f"SELECT value FROM {MEASUREMENT}"  # noqa: S608 - a constant


def database_of(bucket: str) -> dict[str, str]:
    """Return the parameters that name a bucket.

    InfluxDB maps a bucket "a/b" to database "a" with retention policy "b", any other to a database of its name.
    """
    database, _, policy = bucket.partition("/")
    return {"db": database, "rp": policy} if policy else {"db": database}


def quoted(text: str) -> str:
    """Return a text as InfluxQL writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"
