"""InfluxDB's answers, as a real 2.7 gave them."""

from dataclasses import dataclass

import pytest

from config.errors import Unreachable
from gateway.influx.columns import columns
from gateway.influx.refusals import refusal_of, unreachable
from gateway.influx.tables import tables_of

CONFLICT = (
    'failure writing points to database: partial write: field type conflict: input field "value" on measurement '
    '"reading" is type float, already exists as type integer dropped=4'
)
RETENTION = (
    "failure writing points to database: partial write: dropped 1 points outside retention policy of duration 24h0m0s"
    " - oldest point reading,meter=g,quantity=q at 2017-07-14T02:40Z dropped because it violates a Retention Policy"
    " Lower Bound at 2026-11-21T18:49:53Z dropped=1 for database: 84113f406409c611 for retention policy: autogen"
)
NOT_PARSED = "unable to parse 'reading,meter=a,quantity=q value=NaN 1': invalid number"


@dataclass
class Answered:
    status: int | None
    message: str | bytes = ""
    retry_after: str | None = None


@pytest.mark.parametrize(
    ("status", "message", "reason", "dropped"),
    [
        (422, CONFLICT, "field_type_conflict", 4),
        (422, RETENTION, "outside_retention", 1),
        (422, "something new", "refused_by_store", None),
        (400, NOT_PARSED, "not_parsable", None),
        (413, b"<html>nginx</html>", "too_large", None),
    ],
)
def test_a_refusal_names_its_reason_and_counts_what_was_dropped(
    status: int, message: str | bytes, reason: str, dropped: int | None
) -> None:
    refusal = refusal_of(Answered(status, message))

    assert (refusal.reason, refusal.dropped) == (reason, dropped)


@pytest.mark.parametrize("status", [0, None, 401, 403, 404, 429, 500, 502, 503, 504])
def test_what_the_readings_did_not_cause_is_no_refusal(status: int | None) -> None:
    with pytest.raises(Unreachable):
        refusal_of(Answered(status, "no"))


def test_a_bad_request_that_names_no_line_parks_nothing() -> None:
    with pytest.raises(Unreachable, match="Bad Request"):
        refusal_of(Answered(400, b"<html>400 Bad Request</html>"))


def test_the_servers_wish_when_to_come_again_is_kept() -> None:
    assert unreachable(Answered(503, "busy", "7")).retry_after_s == 7.0
    assert unreachable(Answered(503, "busy", "Wed, 21 Oct 2026 07:28:00 GMT")).retry_after_s is None
    assert unreachable(Answered(503, "busy")).retry_after_s is None


def test_a_table_becomes_columns_even_where_a_value_looks_like_an_integer() -> None:
    series = b'{"name":"reading","columns":["time","value"],"values":[[1,2],[3,4.5]]}'
    body = b'{"results":[{"statement_id":0,"series":[' + series + b"]}]}"

    ((table,),) = tables_of(body)

    assert columns(table).time_ms.tolist() == [1, 3]
    assert columns(table).value.tolist() == [2.0, 4.5]


def test_statements_without_rows_have_no_table() -> None:
    assert tables_of(b'{"results":[{"statement_id":0},{"statement_id":1}]}') == [[], []]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"results":[{"statement_id":0,"error":"database not found: nope"}]}', "database not found: nope"),
        (b'{"error":"timeout"}', "timeout"),
        (b"<html>gateway</html>", "not understood"),
    ],
)
def test_an_answer_without_data_is_unreachable_in_the_servers_words(body: bytes, words: str) -> None:
    with pytest.raises(Unreachable, match=words):
        tables_of(body)
