"""The tables of InfluxDB's answer to a query."""

import msgspec

from config.errors import Forbidden, Unreachable


class Table(msgspec.Struct):
    """One series of a query's answer: rows of time [ms] and value."""

    values: list[tuple[int, float]]
    tags: dict[str, str] = {}


class _Statement(msgspec.Struct):
    series: list[Table] = []
    error: str = ""


class _Answer(msgspec.Struct):
    results: list[_Statement] = []
    error: str = ""


class NoDatabase(Unreachable, Forbidden):
    """The bucket does not exist, or the token may not read it: InfluxDB does not tell these apart."""


def tables_of(body: bytes) -> list[list[Table]]:
    """Return the tables of every statement of an InfluxQL answer; raises `Unreachable` if one failed."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(f"the store's answer is not understood: {error}") from error
    complaint = answer.error or next((one.error for one in answer.results if one.error), "")
    if "database not found" in complaint:
        raise NoDatabase(f"the store cannot answer: {complaint} (no such bucket, or the token may not read it)")
    if complaint:
        raise Unreachable(f"the store cannot answer: {complaint}")
    return [statement.series for statement in answer.results]
