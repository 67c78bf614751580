"""What simulated senders write is what the collector's own routes read, in every format."""

from datetime import timedelta

import pytest
import yaml

from collector.mqtt.formats.table import FAMILIES
from collector.simulation.rehearsal import first_words, unheard
from config.meters.meter import Meter, MqttSource
from config.portfolio.portfolio import Portfolio
from gateway.reading import instant
from tests.simulated_meters import CASES, Case, every_meter
from tests.unit.collector.test_payload_folders import START_MS, Line, outcome, portfolio_in

SENT = instant(START_MS) - timedelta(milliseconds=1234)


def place(meters: list[dict[str, object]]) -> Portfolio:
    return portfolio_in(yaml.safe_dump({"meters": meters}))


def shown(meter: Meter, _now: object) -> float:
    """A value of its own for each meter, with as many digits as displays have."""
    return 40482.831 + sum(meter.id.encode())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_sender_writes_is_read_as_the_same_value_of_the_same_meter_at_the_same_time(case: Case) -> None:
    meters = tuple(place(case.meters).meters.values())
    sent = first_words(meters, shown, SENT)
    found = outcome(place(case.meters), [Line(one.topic, one.payload, False, START_MS) for one in sent])
    time = SENT if case.has_time else instant(START_MS)
    readings = {tuple(one[key] for key in ("meter", "quantity", "time", "value")) for one in found["readings"]}
    assert readings == {(one.id, one.quantity, time.isoformat(), shown(one, SENT)) for one in meters}
    assert found["refused"] == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_may_be_sent_again_is_what_has_a_time_of_its_own(case: Case) -> None:
    sent = first_words(tuple(place(case.meters).meters.values()), shown, SENT)
    assert {message.is_timed for message in sent} == {case.has_time}


def test_every_format_is_simulated_and_no_meter_goes_unheard_beside_the_others() -> None:
    portfolio = place(every_meter())
    sources = [meter.source for meter in portfolio.meters.values() if isinstance(meter.source, MqttSource)]
    assert {source.format for source in sources} == set(FAMILIES)
    assert unheard(portfolio, "broker", SENT) == {}
