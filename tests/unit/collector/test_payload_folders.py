"""Every folder of `payloads/` is a report from the field; its README tells how to add one."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.format_route import PartlyInvalid
from collector.mqtt.routing.routes import routes_of
from collector.mqtt.routing.topic_index import TopicIndex
from config.errors import InvalidReading
from config.parsing.schema import validated
from config.parsing.yaml_places import parse_document
from config.portfolio.building import portfolio_of
from config.portfolio.checks import reference_problems
from config.portfolio.drafts import Drafts
from config.portfolio.portfolio import Portfolio
from config.portfolio.schema import DistrictFile, PropertyFile
from gateway.reading import Reading, instant

FOLDERS = Path(__file__).parent / "payloads"
START_MS = 1_795_348_800_000  # 2026-11-22T12:00:00Z
DISTRICT = """
district: {id: lk-test, name: Landkreis Test, state: RP, time_zone: Europe/Berlin, weather_station: "02486"}
municipalities: [{id: landkreis, name: Landkreis Test, kind: district}]
sources: [{id: broker, kind: mqtt, url: "mqtt://127.0.0.1", BROKER}]
"""
PROPERTY = "{id: schule, name: Grundschule Test, municipality: landkreis, category: schulen}"


@dataclass(frozen=True)
class Line:
    topic: str
    payload: bytes
    retained: bool
    now_ms: int


def lines_of(text: str) -> list[Line]:
    found = []
    for written in text.splitlines():
        if not written or written.startswith(";"):
            continue
        retained, later_s, rest = False, 0, written
        while rest.startswith(("retained ", "+")):
            word, _, rest = rest.partition(" ")
            retained, later_s = retained or word == "retained", int(word) if word.startswith("+") else later_s
        topic, _, payload = rest.partition(" ")
        encoded = payload.removeprefix("base64:")
        raw = base64.b64decode(encoded) if encoded != payload else payload.replace("\\n", "\n").encode()
        found.append(Line(topic, raw, retained, START_MS + later_s * 1000))
    return found


def portfolio_in(config: str) -> Portfolio:
    """The portfolio of a `config.yaml`, checked as any other."""
    document = parse_document(config, "config.yaml")
    assert isinstance(document.value, dict)
    broker = json.dumps(document.value.get("broker", {}))[1:-1]
    district = parse_document(DISTRICT.replace(", BROKER", f", {broker}" if broker else ""), "district.yaml")
    meters = config[config.index("meters:") :]
    head = "\n".join(f"{key}: {value}" for key, value in (part.split(": ") for part in PROPERTY[1:-1].split(", ")))
    school = parse_document(f"{head}\n{meters}", "config.yaml")
    entries = [validated(DistrictFile, district), validated(PropertyFile, school)]
    problems = [problem for _, found in entries for problem in found]
    problems += reference_problems(Drafts(district, (school,), {}, complete=True))
    assert [str(problem) for problem in problems] == []
    (first, _), (second, _) = entries
    assert isinstance(first, DistrictFile)
    assert isinstance(second, PropertyFile)
    return portfolio_of(first, [second])


def outcome(portfolio: Portfolio, lines: list[Line]) -> dict[str, Any]:
    aside = Aside()
    readings: list[Reading] = []
    refused: list[str] = []
    topic_index = TopicIndex(routes_of(portfolio, "broker", aside))
    for line in lines:
        topic = line.topic.encode()
        for taker in topic_index.by_topic.get(topic) or topic_index.found(topic):
            try:
                readings += taker.readings(topic, line.payload, retained=line.retained, now_ms=line.now_ms)
            except InvalidReading as error:
                readings += error.readings if isinstance(error, PartlyInvalid) else ()
                refused.append(error.code)
    return {
        "readings": [
            {"meter": one.meter, "quantity": one.quantity, "time": one.time.isoformat(), "value": one.value}
            for one in readings
        ],
        "refused": refused,
        "counts": {name: count for name, count in aside.counts.items() if count},
        "away": {meter: instant(since_ms).isoformat() for meter, since_ms in aside.away.items()},
        "asked": [topic for topic, _ in aside.outgoing],
    }


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDERS.iterdir() if path.is_dir()))
def test_a_report_from_the_field_is_read_as_expected(name: str) -> None:
    folder = FOLDERS / name
    portfolio = portfolio_in((folder / "config.yaml").read_text(encoding="utf-8"))
    found = outcome(portfolio, lines_of((folder / "input").read_text(encoding="utf-8")))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    told = {key: found[key] for key in expected} | {key: value for key, value in found.items() if value}
    assert told == {"readings": [], "refused": []} | expected
