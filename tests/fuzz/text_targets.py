"""What configurations, boxes, programs and stores write: YAML, URLs, batches, pushes, numbers, times, lines."""

import json
import math
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.channels.smtp import parse_smtp_url
from api.entries.typed_numbers import typed_amount, typed_number
from collector.edge.wire import (
    BoxStatus,
    decode_batch,
    decode_confirmation,
    decode_status,
    encode_batch,
    encode_confirmation,
    encode_status,
)
from collector.modbus.plan import plan
from collector.numbers import WrittenNumbers, number
from collector.pushing import take as push
from collector.times import time_ms
from config.errors import ConfigurationError, InvalidReading
from config.meters.formulas import formula_terms
from config.meters.meter import Dated
from config.parsing.schema import validated
from config.parsing.yaml_places import Document, read_document
from config.portfolio.building import portfolio_of
from config.portfolio.checks import reference_problems
from config.portfolio.drafts import Drafts
from config.portfolio.schema import DistrictFile, PropertyFile
from config.profiles.files import load_profiles
from config.profiles.schema import ProfileEntry
from gateway.influx.columns import columns
from gateway.influx.line_protocol import encode
from gateway.influx.tables import tables_of
from gateway.reading import Reading, milliseconds
from tests.fuzz.target import Seed, Take, Target, demand_usable, of_text, one_take
from tests.unit.collector.portfolio import modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink
from tests.unit.config.portfolio.test_any_portfolio import DISTRICT, FILES
from tests.unit.gateway.test_line_protocol import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW_MS = milliseconds(NOW)
PLACE = portfolio([modbus_meter("strom", 1), modbus_meter("netto", 2, formula=(Dated(None, "strom - mensa"),))])
_TABLE = Path(__file__).parents[2] / "config" / "devices" / "abb_b21.yaml"
_BERLIN = ZoneInfo("Europe/Berlin")
_READINGS = [Reading("strom", "active_energy_import", NOW_MS - 1, 1.5), Reading("gas", "volume", NOW_MS, -0.1)]
_PUSHED = {
    "meter": "strom",
    "quantity": "active_power.L1",
    "time": "2026-11-22T11:00:00+00:00",
    "value": 1.5,
    "unit": "kW",
}
_ANSWER = """{"results": [{"statement_id": 0, "series": [{"name": "reading", "tags": {"meter": "strom"},
"columns": ["time", "value"], "values": [[1795348800000, 1.5], [1795348800001, 2]]}]}]}"""


def text_targets() -> dict[str, Target]:
    """Return the targets that read text by name."""
    status = BoxStatus(online=True, since="2026-11-22T11:00:00Z", left_out={"gauge": 3}, problem="spool_filling")
    return {
        "numbers": one_take(_numbers, german="1.234,56", integer="17", json='"1e5"', power="-1.5E-3", lone="1.234"),
        "typed_numbers": one_take(
            _typed, german="40.482,8", point="40482.8", grouped="1 234 567,5", several="1.234.567", small="-0,5"
        ),
        "times": one_take(
            _times, iso='"2026-11-22T11:00:00Z"', wall='"2026-10-25 02:30"', unix="1795348800.5", day="20261122"
        ),
        "formulas": replace(one_take(of_text(formula_terms), net="strom - 0.5 * mensa + pv"), refusals=(ValueError,)),
        "edge_batch": one_take(_batch, batch=encode_batch(17, _READINGS), pushed=json.dumps([_PUSHED])),
        "edge_status": one_take(decode_status, status=encode_status(status)),
        "edge_confirmation": one_take(decode_confirmation, confirmation=encode_confirmation(17)),
        "pushed_readings": one_take(
            _push, one=json.dumps([_PUSHED]), weather=json.dumps([{**_PUSHED, "meter": "weather-02486"}])
        ),
        "portfolio_yaml": Target(
            {name: Seed((DISTRICT / name).read_bytes(), _portfolio_with(name)) for name in FILES}
        ),
        "device_table_yaml": one_take(_table, table=_TABLE.read_bytes()),
        "smtp_url": one_take(
            of_text(parse_smtp_url),
            full="smtp://zw%40kreis:pa%2Fss@mail.example.org:2525?starttls=required&from=z@example.org&ca=/etc/ca.pem",
            plain="smtps://[::1]:465?from=z@example.org",
        ),
        "line_protocol": one_take(
            _line, one='["strom", "active_power.L1", 1795348800000, 1.5]', space='["a b,=", "q", 0, -0.0]'
        ),
        "store_answers": one_take(
            _tables_of, tables=_ANSWER, error='{"results": [{"statement_id": 0, "error": "x"}]}'
        ),
    }


def _loads(content: bytes) -> object:
    # As the interface takes a body: what is no JSON never reaches the parsers behind.
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def _numbers(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    for value in (_number_or_none(WrittenNumbers(), text), _number_or_none(number, _loads(content))):
        assert value is None or math.isfinite(value)


def _number_or_none(read: Callable[[Any], float], written: object) -> float | None:
    try:
        return read(written)
    except InvalidReading:
        return None


def _typed(content: bytes) -> None:
    """What somebody typed keeps its digits in their order, whatever separates them."""
    text = content.decode("utf-8", "replace")
    found = [_typed_or_none(read, text) for read in (typed_number, typed_amount)]
    for value in found:
        assert value is None or _digits(format(value, "f")) == _digits(text)
    assert found[1] in {None, found[0]}


def _typed_or_none(read: Callable[[str], Decimal], text: str) -> Decimal | None:
    try:
        return read(text)
    except InvalidReading:
        return None


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit()).lstrip("0")


def _times(content: bytes) -> None:
    for written in (content.decode("utf-8", "replace"), _loads(content)):
        try:
            demand_usable([Reading("m", "q", time_ms(written, zone=_BERLIN, now_ms=NOW_MS), 0.0)])
        except InvalidReading:
            continue


def _batch(content: bytes) -> None:
    demand_usable(decode_batch("schule", content, PLACE, NOW_MS).readings)


def _push(content: bytes) -> None:
    sink, documents = MemorySink(), _loads(content)
    push(documents if isinstance(documents, list) else [documents], PLACE, sink, NOW)
    demand_usable(Reading(*series, value) for series, value in sink.values.items())
    for one in sink.refused:
        f"{one.place}{one.detail}".encode()  # as a file takes it


def _portfolio_with(name: str) -> Take:
    """As `load_portfolio` does it, with the other file and the device tables read once."""
    others = {file: read_document(DISTRICT / file) for file in FILES if file != name}
    tables = load_profiles()

    def take(content: bytes) -> None:
        documents = {**others, name: _document(content)}
        district, school = (documents[file] for file in FILES)
        entry, problems = validated(DistrictFile, district)
        property_entry, more = validated(PropertyFile, school)
        problems = [*problems, *more, *reference_problems(Drafts(district, (school,), tables, complete=True))]
        if entry is None or property_entry is None or problems:
            raise ConfigurationError(problems)
        portfolio_of(entry, [property_entry])

    return take


def _document(content: bytes) -> Document:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.yaml"
        file.write_bytes(content)
        document = read_document(file)
    if not isinstance(document.value, dict):
        raise ConfigurationError("no mapping")
    return document


def _table(content: bytes) -> None:
    """Check a table by itself: the shipped ones take a tenth of a second, and are right."""
    entry, problems = validated(ProfileEntry, _document(content))
    if entry is None or problems:
        raise ConfigurationError(problems)
    registers = tuple(one.built(entry, entry.not_available, entry.rules()) for one in entry.registers)
    table = entry.built(registers, relative=entry.is_relative, variants={})
    plan(table, table.registers)


def _line(content: bytes) -> None:
    """Encode names and numbers of any kind; what comes out says the same again."""
    found = _loads(content)
    if not isinstance(found, list) or [type(part) for part in found] != [str, str, int, float]:
        return
    reading = Reading(*found)
    assert parse(encode([reading]).decode()) == reading


def _tables_of(content: bytes) -> None:
    for tables in tables_of(content):
        for table in tables:
            columns(table)
