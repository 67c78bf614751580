"""Readings in and out."""

from datetime import timedelta

import orjson
import pytest
from fastapi import FastAPI

from api.application import LARGEST_BODY_BYTES
from api.routes.readings import MOST_READINGS
from gateway.reading import milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

_ONE = {"meter": "gs-strom", "quantity": "active_energy_import", "time": "2026-03-10T08:00:00Z", "value": 49030.5}


def test_a_device_pushes_and_nothing_changes_when_it_pushes_again(app: FastAPI, district: SmallDistrict) -> None:
    device = Client(app, district.operations.tokens.create("Gateway", "device"))
    first, second = device.post("/v1/readings", [_ONE]), device.post("/v1/readings", [_ONE])
    assert (first.status_code, first.json()) == (202, {"accepted": 1, "known": 0, "replaced": 0, "rejected": []})
    assert second.json() == {"accepted": 0, "known": 1, "replaced": 0, "rejected": []}


def test_a_pushed_value_that_contradicts_another_one_is_taken_counted_and_the_former_kept(
    app: FastAPI, district: SmallDistrict
) -> None:
    device = Client(app, district.operations.tokens.create("Gateway", "device"))
    device.post("/v1/readings", [_ONE])
    answer = device.post("/v1/readings", [_ONE | {"value": 49031.5}])
    assert (answer.json()["accepted"], answer.json()["replaced"]) == (1, 1)
    ((_, kept),) = district.store.beside.replaced()
    assert (kept.former, kept.value, kept.source) == (49030.5, 49031.5, "Gateway")


def test_what_a_person_typed_in_among_a_devices_readings_is_told_as_such(manager: Client) -> None:
    path, said = "/v1/meters/gs-strom/readings", {"value": 49025, "at": "2026-03-10T09:00:00Z"}
    assert manager.post(path, said).status_code == 201
    span = "?start=2026-03-09T22:00:00Z&end=2026-03-10T09:30:00Z"
    assert manager.get(path + span).json()["quality"] == ["measured", "read_by_hand"]
    assert manager.post(path, said | {"value": 49026, "force": "verlesen"}).status_code == 201
    assert manager.get(path + span).json()["quality"] == ["measured", "corrected"]


@pytest.mark.parametrize("bad", [{"time": "2025-03-10T08:00:00Z", "value": 1}, {}, 7, None, ["x"]])
def test_what_names_no_meter_is_rejected_and_nothing_else(administrator: Client, bad: object) -> None:
    answer = administrator.post("/v1/readings", [bad, _ONE])
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
    assert [one["index"] for one in answer.json()["rejected"]] == [0]


def test_one_bad_reading_does_not_hold_up_the_others(administrator: Client) -> None:
    answer = administrator.post("/v1/readings", [_ONE | {"meter": "nobody"}, _ONE])
    assert answer.json()["accepted"] == 1
    assert [(one["index"], one["reason"]) for one in answer.json()["rejected"]] == [(0, "unknown_meter")]


@pytest.mark.parametrize("body", [b"{not json", b'{"meter": "gs-strom"}', b"", b"\xff\xfe"])
def test_a_body_that_is_no_list_is_a_problem_that_says_so(administrator: Client, body: bytes) -> None:
    answer = administrator.request("POST", "/v1/readings", content=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["place"] == "body"


def test_a_body_that_is_too_large_is_413_before_it_is_parsed(administrator: Client, district: SmallDistrict) -> None:
    answer = administrator.request("POST", "/v1/readings", content=b"[" + b" " * LARGEST_BODY_BYTES + b"]")
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert district.pushed == []


def test_a_body_of_unknown_length_is_counted_as_it_comes(administrator: Client, district: SmallDistrict) -> None:
    chunked = {"transfer-encoding": "chunked"}
    content = b"[" + b" " * LARGEST_BODY_BYTES + b"]"
    answer = administrator.request("POST", "/v1/readings", headers=chunked, content=content)
    assert (answer.status_code, answer.json()["title"]) == (413, "Too much at once")
    assert district.pushed == []


def test_too_many_readings_at_once_are_413(administrator: Client) -> None:
    assert administrator.post("/v1/readings", [0] * (MOST_READINGS + 1)).status_code == 413


def test_readings_come_in_columns(reader: Client) -> None:
    answer = reader.get("/v1/meters/gs-strom/readings?start=2026-03-01T00:00:00Z&end=2026-03-03T00:00:00Z").json()
    assert answer["start"] == "2026-03-01T23:00:00Z"
    assert answer["values"] == [48520.0, 48580.0]
    assert answer["quality"] == ["measured", "measured"]
    assert answer["quantity"] == "active_energy_import"


def test_evenly_spaced_readings_need_no_times(reader: Client) -> None:
    answer = reader.get("/v1/meters/gs-strom/readings?start=2026-02-01&end=2026-02-10").json()
    assert answer["step"] == "PT1440M"
    assert "times" not in answer
    assert len(answer["values"]) == 9


def test_unevenly_spaced_readings_list_their_times(administrator: Client) -> None:
    administrator.post("/v1/readings", [_ONE])
    answer = administrator.get("/v1/meters/gs-strom/readings?start=2026-03-09&end=2026-03-11").json()
    assert answer["step"] is None
    assert answer["times"][-1].startswith("2026-03-10T08:00:00")
    assert len(answer["times"]) == len(answer["values"])


def test_readings_as_csv(reader: Client) -> None:
    answer = reader.get("/v1/meters/gs-strom/readings?start=2026-03-01&end=2026-03-02", accept="text/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == "time,value\n2026-02-28T23:00:00+00:00,48460.0\n"


@pytest.mark.parametrize(
    "query",
    [
        "start=yesterday",
        "start=2026-03-01T00:00:00",
        "start=2026-03-02&end=2026-03-01",
        "start=0001-01-01",
        "end=9999-12-31",
    ],
)
def test_a_span_that_makes_no_sense_is_422(reader: Client, query: str) -> None:
    answer = reader.get(f"/v1/meters/gs-strom/readings?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_a_span_of_decades_is_413(reader: Client) -> None:
    assert reader.get("/v1/meters/gs-strom/readings?start=1990-01-01").status_code == 413


def test_a_hand_reading_within_the_range_is_taken_and_noted(manager: Client, district: SmallDistrict) -> None:
    answer = manager.post("/v1/meters/gs-wasser/readings", {"value": 1290.5})
    assert answer.status_code == 201, answer.text
    note = district.operations.notes.of_meter("gs-wasser", "volume")[0]
    assert (note.time_ms, note.how, note.author) == (milliseconds(NOW), "read_by_hand", "Test facility_manager")
    assert district.operations.audit.newest()[0].action == "hand_reading"


@pytest.mark.parametrize("value", [1269.0, 99999.0])
def test_a_hand_reading_outside_the_range_needs_a_reason(
    manager: Client, district: SmallDistrict, value: float
) -> None:
    refused = manager.post("/v1/meters/gs-wasser/readings", {"value": value})
    assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (422, "out_of_range")
    assert district.pushed == []
    forced = manager.post("/v1/meters/gs-wasser/readings", {"value": value, "force": "Ziffer war verdeckt"})
    assert forced.status_code == 201
    assert district.operations.notes.of_meter("gs-wasser", "volume")[0].reason == "Ziffer war verdeckt"


def test_a_hand_reading_of_tomorrow_is_refused_by_the_door_that_keeps_it(
    manager: Client, district: SmallDistrict
) -> None:
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    answer = manager.post("/v1/meters/gs-wasser/readings", {"value": 1280, "at": tomorrow, "force": "doch"})
    assert answer.json()["errors"][0]["reason"] == "future_time"
    assert [one["value"] for one in district.pushed] == [1280]
    assert district.operations.notes.of_meter("gs-wasser", "volume") == []


@pytest.mark.parametrize("body", [{"value": "NaN"}, {"value": "viel"}, {}, {"value": 1, "at": "2026-03-10T10:00:00"}])
def test_a_hand_reading_that_is_none_is_422_with_its_place(manager: Client, body: dict[str, object]) -> None:
    answer = manager.post("/v1/meters/gs-wasser/readings", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"].startswith("body")


def test_a_hand_reading_changes_the_figures_at_once(manager: Client) -> None:
    before = manager.get("/v1/properties/gs-test/kpis?year=2026").json()["figures"]["water_m3"]
    manager.post("/v1/meters/gs-wasser/readings", {"value": 1290, "at": "2026-03-09T23:00:00Z"})
    after = manager.get("/v1/properties/gs-test/kpis?year=2026").json()["figures"]["water_m3"]
    assert after["coverage"] > before["coverage"]


def test_pushed_readings_of_past_days_change_the_figures_at_once(administrator: Client) -> None:
    before = administrator.get("/v1/properties/gs-test/kpis?year=2026").json()["figures"]["water_m3"]
    late = {"meter": "gs-wasser", "quantity": "volume", "time": "2026-03-08T23:00:00Z", "value": 1289}
    assert administrator.post("/v1/readings", [late]).status_code == 202
    after = administrator.get("/v1/properties/gs-test/kpis?year=2026").json()["figures"]["water_m3"]
    assert after["coverage"] > before["coverage"]


def test_consumption_in_columns_keeps_its_gaps(reader: Client) -> None:
    path = "/v1/meters/gs-strom/consumption?start=2026-03-08&end=2026-03-12&resolution=P1D"
    answer = reader.get(path).json()
    assert (answer["unit"], answer["step"], answer["time_zone"]) == ("kWh", "P1D", "Europe/Berlin")
    assert answer["start"] == "2026-03-08T00:00:00+01:00"
    assert answer["values"] == [60.0, 60.0, None, None]
    assert answer["quality"] == ["measured", "measured", "missing", "missing"]


def test_consumption_as_csv_leaves_a_gap_empty(reader: Client) -> None:
    path = "/v1/meters/gs-strom/consumption?start=2026-03-09&end=2026-03-11&format=csv"
    lines = reader.get(path).text.splitlines()
    assert lines[0] == "start,end,value_kWh,quality,coverage"
    assert lines[1].startswith("2026-03-09T00:00:00+01:00,2026-03-10T00:00:00+01:00,60")
    assert ",,missing," in lines[2]


def test_consumption_in_quarter_hours_of_decades_is_413(reader: Client) -> None:
    assert reader.get("/v1/meters/gs-strom/consumption?start=1990-01-01&resolution=PT15M").status_code == 413


def test_an_unknown_resolution_is_422(reader: Client) -> None:
    answer = reader.get("/v1/meters/gs-strom/consumption?resolution=P7D")
    assert (answer.status_code, answer.json()["errors"][0]["place"]) == (422, "query.resolution")


def test_a_repeated_read_is_304(reader: Client) -> None:
    first = reader.get("/v1/meters/gs-strom/consumption")
    again = reader.get("/v1/meters/gs-strom/consumption", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_the_answer_is_plain_json(reader: Client) -> None:
    assert orjson.loads(reader.get("/v1/meters/gs-strom").content)["newest"] == {
        "time": "2026-03-09T23:00:00Z",
        "value": 49000.0,
    }


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"value": "1e9999999"}, "not_a_number"),
        ({"value": "1e-999999", "force": "?"}, "not_a_number"),
        ({"value": 1e300}, "not_a_number"),
        ({"value": 1290, "at": "0001-01-01T00:00:00+14:00"}, "too_old"),
    ],
)
def test_no_reason_forces_a_hand_reading_that_no_display_shows(
    manager: Client, body: dict[str, object], reason: str
) -> None:
    answer = manager.post("/v1/meters/gs-wasser/readings", body | {"force": "doch"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == reason


def test_the_range_is_told_before_a_reading_is_taken(reader: Client) -> None:
    answer = reader.get("/v1/meters/gs-wasser/expected-reading").json()
    assert (answer["unit"], answer["standing"]) == ("m3", None)
    assert answer["low"] < 1290.5 < answer["high"]


def test_a_correction_needs_a_reason_and_keeps_what_stood_there(manager: Client, district: SmallDistrict) -> None:
    path = "/v1/meters/gs-wasser/readings"
    assert manager.post(path, {"value": 1290.5}).status_code == 201
    assert manager.post(path, {"value": 1290.5}).status_code == 201
    refused = manager.post(path, {"value": 1291.5})
    assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (422, "already_read")
    assert manager.post(path, {"value": 1291.5, "force": "Zahlendreher"}).status_code == 201
    (note,) = district.operations.notes.of_meter("gs-wasser", "volume")
    assert (note.how, note.reason) == ("corrected", "Zahlendreher (vorher 1.290,5 m³)")
    newest, first = district.operations.audit.newest()
    assert (newest.action, newest.detail["old_value"], first.action) == (
        "hand_reading_corrected",
        "1290.5",
        "hand_reading",
    )


def test_a_slip_is_put_right_by_typing_its_minute_again(manager: Client, district: SmallDistrict) -> None:
    path, at = "/v1/meters/gs-wasser/readings", "2026-03-09T08:51:05.632+01:00"
    slip = {"value": 1900, "at": at, "force": "Ziffer verrutscht"}
    assert manager.post(path, slip).status_code == 201
    right = {"value": 1290, "at": "2026-03-09T08:51:00+01:00"}
    assert "already_read" in manager.post(path, right).text
    assert manager.post(path, right | {"force": "vertippt"}).status_code == 201
    stored = district.store.read("gs-wasser", "volume")
    assert stored.value[-1] == 1290
    assert list(stored.value).count(1900) == 0


def test_a_display_read_on_the_spot_is_of_now_also_when_the_minute_has_turned(
    manager: Client, district: SmallDistrict
) -> None:
    page = "/zaehler/gs-wasser"
    preset = (NOW - timedelta(minutes=3)).astimezone(district.services().books.zone).strftime("%Y-%m-%dT%H:%M")
    form = {"csrf": manager.csrf(page), "stand": "1291", "zeit": preset, "vorbelegt": preset, "grund": ""}
    assert manager.form(page, form).status_code == 303
    assert district.store.read("gs-wasser", "volume").time_ms[-1] == milliseconds(NOW)
