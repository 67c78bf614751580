"""What people and programs say to the events of a meter."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from gateway.operations import FormerValueRow, MeterEventRow
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import FELL, NOW, SmallDistrict

EVENTS = "/v1/meters/gs-strom/events"
_DAY = timedelta(days=1)


def consumed(client: Client, day: str, *, until: str) -> list[float | None]:
    values: list[float | None] = client.get(f"/v1/meters/gs-strom/consumption?start={day}&end={until}").json()[
        "values"
    ]
    return values


def states(client: Client) -> dict[str, str]:
    return {one["id"]: one["state"] for one in client.get(EVENTS).json()["events"]}


def duplicate(district: SmallDistrict) -> MeterEventRow:
    """A value that another one replaced."""
    at = datetime(2026, 3, 4, 23, tzinfo=UTC)
    standing = district.store.read("gs-strom", "active_energy_import", at, at + timedelta(seconds=1)).value[0]
    event: dict[str, Any] = dict.fromkeys(("serial", "digits", "factor"))
    event |= {"old_end": standing - 12.5, "new_start": standing}
    former = FormerValueRow(
        meter="gs-strom",
        quantity="active_energy_import",
        time_ms=milliseconds(at),
        former=standing - 12.5,
        value=standing,
        source="logger.csv",
        replaced_at=NOW,
        event=f"gs-strom:duplicate_conflict:{milliseconds(at)}",
    )
    district.operations.former_values.record([former])
    return district.operations.events.record(
        MeterEventRow(
            id=f"gs-strom:duplicate_conflict:{milliseconds(at)}",
            meter="gs-strom",
            kind="duplicate_conflict",
            time=at,
            detail="zwei Werte zur selben Zeit",
            state="proposed",
            author="zaehlwerk",
            recorded_at=NOW,
            **event,
        )
    )


@pytest.mark.parametrize("step", ["accept", "reject", "undo"])
def test_nobody_decides_without_a_token_or_with_a_readers(
    anonymous: Client, reader: Client, fallen: SmallDistrict, step: str
) -> None:
    assert anonymous.post(f"/v1/events/{FELL}/{step}").status_code == 401
    refused = reader.post(f"/v1/events/{FELL}/{step}")
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    assert fallen.operations.events.of_meter("gs-strom") == []


@pytest.mark.parametrize(
    "event_id",
    ["x", "gs-strom:exchange_suspected:1", "gs-gas:exchange_suspected:1", "nie:gap:1", "gs-strom:gap:" + "9" * 30],
)
@pytest.mark.parametrize("step", ["accept", "reject", "undo"])
def test_an_event_that_is_none_is_404(manager: Client, fallen: SmallDistrict, event_id: str, step: str) -> None:
    assert manager.post(f"/v1/events/{event_id}/{step}").status_code == 404


def test_events_of_an_unknown_meter_are_404(reader: Client) -> None:
    assert reader.get("/v1/meters/nichts/events").status_code == 404


def test_events_are_listed_by_span_and_state(reader: Client, fallen: SmallDistrict) -> None:
    found = reader.get(EVENTS).json()
    (event,) = found["events"]
    assert (event["id"], event["kind"], event["state"]) == (FELL, "exchange_suspected", "proposed")
    assert (event["can_be_decided"], event["can_be_undone"]) == (True, False)
    assert event["time"] == "2026-02-02T00:00:00+01:00"
    assert reader.get(f"{EVENTS}?state=accepted").json()["events"] == []
    assert reader.get(f"{EVENTS}?start=2025-01-01&end=2026-01-01").json()["events"] == []


def test_the_whole_life_is_listed_span_by_span(reader: Client, fallen: SmallDistrict) -> None:
    end, spans = "2026-03-11", 0
    while end is not None:
        end = reader.get(f"{EVENTS}?end={end}").json()["earlier"]
        spans += 1
    assert spans == 2 + (datetime(2026, 3, 11, tzinfo=UTC) - datetime(2023, 12, 31, tzinfo=UTC)).days // 401


def test_a_suspected_exchange_that_is_accepted_counts_both_devices(manager: Client, fallen: SmallDistrict) -> None:
    assert consumed(manager, "2026-02-01", until="2026-02-03") == [None, 60.0]
    answer = manager.post(f"/v1/events/{quote(FELL, safe='')}/accept", {"comment": "am Vormittag getauscht"})
    assert answer.status_code == 200, answer.text
    event = answer.json()
    assert (event["kind"], event["state"], event["author"]) == ("exchange", "accepted", "Test facility_manager")
    assert (event["old_end"], event["new_start"]) == (46_780.0, 5.0)
    assert consumed(manager, "2026-02-01", until="2026-02-03") == [0.0, 60.0]
    trail = fallen.operations.audit.newest()[0]
    assert (trail.action, trail.author, trail.subject) == ("event_accepted", "Test facility_manager", FELL)
    assert (trail.detail["before"], trail.detail["comment"]) == (None, "am Vormittag getauscht")


def test_an_accepted_exchange_may_say_what_the_displays_showed_and_when(
    manager: Client, fallen: SmallDistrict
) -> None:
    said = {"old_end": 46810.5, "new_start": "0.5", "at": "2026-02-01T11:30:00Z", "serial": "4711", "digits": 6}
    assert manager.post(f"/v1/events/{FELL}/accept", said).status_code == 200
    assert consumed(manager, "2026-02-01", until="2026-02-02") == [35.0]
    (event,) = fallen.operations.events.of_meter("gs-strom")
    assert (event.id, event.serial, event.digits) == (FELL, "4711", 6)
    assert event.time == datetime(2026, 2, 1, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("at", ["2026-01-30T11:30:00Z", "2026-02-02T11:30:00Z"])
def test_an_exchange_lies_between_the_readings_around_it(manager: Client, fallen: SmallDistrict, at: str) -> None:
    answer = manager.post(f"/v1/events/{FELL}/accept", {"at": at})
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "at")
    assert fallen.operations.events.of_meter("gs-strom") == []


def test_a_rejected_exchange_stays_a_fall_that_is_not_booked(manager: Client, fallen: SmallDistrict) -> None:
    assert manager.post(f"/v1/events/{FELL}/reject").status_code == 200
    assert consumed(manager, "2026-02-01", until="2026-02-03") == [None, 60.0]
    assert states(manager) == {FELL: "rejected"}


@pytest.mark.parametrize(("first", "second"), [("accept", "reject"), ("reject", "accept"), ("accept", "accept")])
def test_what_is_decided_is_not_decided_again(
    manager: Client, fallen: SmallDistrict, first: str, second: str
) -> None:
    assert manager.post(f"/v1/events/{FELL}/{first}").status_code == 200
    again = manager.post(f"/v1/events/{FELL}/{second}")
    assert (again.status_code, again.json()["type"]) == (409, "urn:zaehlwerk:problem:conflict")


@pytest.mark.parametrize("step", ["accept", "reject"])
def test_a_decision_can_be_taken_back_with_a_trail(manager: Client, fallen: SmallDistrict, step: str) -> None:
    before = consumed(manager, "2026-01-01", until="2026-03-01")
    manager.post(f"/v1/events/{FELL}/{step}")
    answer = manager.post(f"/v1/events/{FELL}/undo", {"comment": "falscher Zähler"})
    assert (answer.status_code, answer.json()) == (200, {"id": FELL, "event": None})
    assert consumed(manager, "2026-01-01", until="2026-03-01") == before
    assert states(manager) == {FELL: "proposed"}
    actions = [entry.action for entry in fallen.operations.audit.of_subject(FELL)]
    assert actions == ["event_undone", f"event_{step}ed"]
    assert manager.post(f"/v1/events/{FELL}/undo").status_code == 404
    assert manager.post(f"/v1/events/{FELL}/accept").status_code == 200


def test_a_decision_shows_in_the_figures_at_once(manager: Client, fallen: SmallDistrict) -> None:
    path = "/v1/properties/gs-test/kpis?year=2026"
    before = manager.get(path).json()["figures"]["electricity_kwh"]["coverage"]
    manager.post(f"/v1/events/{FELL}/accept")
    assert manager.get(path).json()["figures"]["electricity_kwh"]["coverage"] > before


def test_what_needs_no_decision_is_409(manager: Client, district: SmallDistrict) -> None:
    at = datetime(2026, 2, 1, 11, tzinfo=UTC)
    district.store.append([Reading("gs-strom", "active_energy_import", milliseconds(at), 0.0)])
    (event,) = manager.get(EVENTS).json()["events"]
    assert (event["kind"], event["state"]) == ("spurious_zero", "noticed")
    assert manager.post(f"/v1/events/{event['id']}/accept").status_code == 409


def test_a_change_of_the_unit_needs_a_factor_and_counts_with_it(manager: Client, district: SmallDistrict) -> None:
    event = proposed(district, "unit_change_suspected", datetime(2026, 2, 1, 23, tzinfo=UTC))
    assert consumed(manager, "2026-02-03", until="2026-02-04") == [None]
    assert manager.post(f"/v1/events/{event}/accept").json()["errors"][0]["place"] == "factor"
    for wrong in (0, "1e-300", "1e7"):
        assert manager.post(f"/v1/events/{event}/accept", {"factor": wrong}).status_code == 422
    assert manager.post(f"/v1/events/{event}/accept", {"factor": "0.1"}).status_code == 200
    assert consumed(manager, "2026-02-03", until="2026-02-04") == [6.0]
    manager.post(f"/v1/events/{event}/undo")
    assert manager.post(f"/v1/events/{event}/reject").status_code == 200
    assert consumed(manager, "2026-02-03", until="2026-02-04") == [60.0]


def test_a_clock_that_was_wrong_moves_its_stamps(manager: Client, district: SmallDistrict) -> None:
    event = proposed(district, "clock_shift", datetime(2026, 3, 1, tzinfo=UTC))
    assert manager.post(f"/v1/events/{event}/accept").json()["errors"][0]["place"] == "shift_s"
    assert manager.post(f"/v1/events/{event}/accept", {"shift_s": -43_200}).status_code == 200
    path = "/v1/meters/gs-strom/trace?start=2026-03-05T11:00:00Z&end=2026-03-06T11:00:00Z"
    (row,) = manager.get(path).json()["intervals"]
    assert (row["later"]["time"], row["later"]["stamp"]) == ("2026-03-06T12:00:00+01:00", "2026-03-07T00:00:00+01:00")


def test_a_value_that_was_replaced_comes_back_when_the_replacement_is_rejected(
    manager: Client, district: SmallDistrict
) -> None:
    event = duplicate(district)
    span = (event.time, event.time + timedelta(seconds=1))

    def stored() -> float:
        return float(district.store.read("gs-strom", "active_energy_import", *span).value[0])

    assert manager.post(f"/v1/events/{event.id}/reject").status_code == 200
    assert stored() == float(event.old_end or 0)
    undone = manager.post(f"/v1/events/{event.id}/undo").json()["event"]
    assert (undone["state"], undone["author"]) == ("proposed", "zaehlwerk")
    assert stored() == float(event.new_start or 0)


@pytest.mark.parametrize(
    "said", [{"old_end": "NaN"}, {"old_end": -1}, {"digits": 0}, {"foo": 1}, {"factor": "1e400"}]
)
def test_values_that_cannot_be_are_422(manager: Client, fallen: SmallDistrict, said: dict[str, object]) -> None:
    assert manager.post(f"/v1/events/{FELL}/accept", said).status_code == 422
    assert fallen.operations.events.of_meter("gs-strom") == []


def proposed(district: SmallDistrict, kind: str, at: datetime) -> str:
    values: dict[str, Any] = dict.fromkeys(("old_end", "new_start", "serial", "digits", "factor"))
    event = MeterEventRow(
        id=f"gs-strom:{kind}:{milliseconds(at)}",
        meter="gs-strom",
        kind=kind,
        time=at,
        detail="",
        state="proposed",
        author="zaehlwerk",
        recorded_at=NOW,
        **values,
    )
    return district.operations.events.record(event).id
