"""Recording an exchange with what both displays showed, and photos of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.application import application
from config.meters.meter import Dated
from gateway.reading import milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict
from tests.unit.gateway.pictures import SECRET, heic, jpeg, png

PATH = "/v1/meters/gs-strom/exchanges"
AT = "2026-03-05T11:00:00+01:00"
# The reading of the midnight before was 48,700; the one after, 48,760, is the old device's no more.
SAID: dict[str, Any] = {"at": AT, "old_end": 48730.5, "new_start": 2, "serial": "4711"}


def test_nobody_records_an_exchange_without_a_token_or_with_a_readers(
    anonymous: Client, reader: Client, district: SmallDistrict
) -> None:
    assert anonymous.post(PATH, SAID).status_code == 401
    assert reader.post(PATH, SAID).status_code == 403
    assert district.operations.events.of_meter("gs-strom") == []


def test_an_exchange_of_a_meter_that_is_none_is_404(manager: Client) -> None:
    assert manager.post("/v1/meters/nichts/exchanges", SAID).status_code == 404


def test_an_exchange_counts_the_old_device_to_its_end(manager: Client, district: SmallDistrict) -> None:
    answer = manager.post(PATH, SAID)
    assert answer.status_code == 201, answer.text
    event = answer.json()
    assert (event["kind"], event["state"], event["old_end"], event["unit"]) == (
        "exchange",
        "recorded",
        48730.5,
        "kWh",
    )
    trace = manager.get("/v1/meters/gs-strom/trace?start=2026-03-05&end=2026-03-06").json()
    old = trace["intervals"][0]
    assert (old["earlier"]["shown"], old["later"]["shown"], old["amount"]) == ("48700", "48730.5", "30.5")
    assert old["later"]["author"] == "Test facility_manager"
    assert district.operations.audit.newest()[0].action == "exchange_recorded"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"at": "2026-04-01T00:00:00Z"}, "future_time"),
        ({"at": "0001-01-01T00:00:00Z", "reason": "?"}, "too_old"),
        ({"at": "1978-01-11T00:00:00Z", "reason": "?"}, "too_old"),
        ({"old_end": 48000}, "out_of_range"),
        ({"old_end": 60000}, "out_of_range"),
        ({"new_start": 1_000_000}, "beyond_digits"),
        ({"new_start": 10_000, "digits": 4}, "beyond_digits"),
        ({"new_start": -1}, "not_a_number"),
        ({"old_end": "1e99"}, "not_a_number"),
        ({"old_end": "1e-999999", "reason": "?"}, "not_a_number"),
        ({"new_start": "1e-13"}, "not_a_number"),
        ({"factor": 0}, "not_a_number"),
        ({"factor": "0." + "3" * 400}, "not_a_number"),
        ({"factor": "1e-30"}, "not_a_number"),
    ],
)
def test_an_exchange_that_cannot_be_is_refused_with_its_reason(
    manager: Client, district: SmallDistrict, change: dict[str, Any], reason: str
) -> None:
    answer = manager.post(PATH, SAID | change)
    assert (answer.status_code, answer.json()["errors"][0]["reason"]) == (422, reason)
    assert district.operations.events.of_meter("gs-strom") == []


def test_an_end_below_the_last_reading_is_taken_with_a_reason(manager: Client, district: SmallDistrict) -> None:
    said = SAID | {"old_end": 48000, "reason": "Anzeige war verschmutzt"}
    assert manager.post(PATH, said).status_code == 201
    assert district.operations.audit.newest()[0].detail["comment"] == "Anzeige war verschmutzt"


def test_the_same_instant_takes_one_exchange_and_its_correction_keeps_what_stood(
    manager: Client, district: SmallDistrict
) -> None:
    event = manager.post(PATH, SAID).json()
    assert manager.post(PATH, SAID | {"new_start": 3}).status_code == 409
    corrected = manager.post(PATH, SAID | {"old_end": 48740, "corrects": event["id"]})
    assert corrected.status_code == 201, corrected.text
    (row,) = district.operations.events.of_meter("gs-strom")
    assert (row.id, row.old_end) == (event["id"], Decimal(48740))
    trail = district.operations.audit.newest()[0]
    assert (trail.action, trail.detail["before"]["old_end"]) == ("exchange_corrected", "48730.5")
    undone = manager.post(f"/v1/events/{event['id']}/undo").json()["event"]
    assert undone["old_end"] == 48730.5
    assert manager.post(f"/v1/events/{event['id']}/undo").json()["event"] is None
    assert district.operations.events.of_meter("gs-strom") == []


def test_only_an_exchange_of_the_same_meter_is_corrected(manager: Client) -> None:
    event = manager.post(PATH, SAID).json()
    other = {"at": AT, "old_end": 1, "new_start": 0, "reason": "doch", "corrects": event["id"]}
    assert manager.post("/v1/meters/gs-gas/exchanges", other).status_code == 409
    assert manager.post(PATH, SAID | {"corrects": "nichts"}).status_code == 404


def test_the_range_of_the_next_hand_reading_begins_with_the_new_device(manager: Client) -> None:
    said = {"at": "2026-03-09T12:00:00+01:00", "old_end": 1290, "new_start": 2}
    assert manager.post("/v1/meters/gs-wasser/exchanges", said).status_code == 201
    expected = manager.get("/v1/meters/gs-wasser/expected-reading").json()
    assert expected["low"] == 2
    assert expected["high"] < 200


def test_photos_of_both_displays_are_kept_without_their_place(
    anonymous: Client, manager: Client, reader: Client, district: SmallDistrict
) -> None:
    fields = {name: str(value) for name, value in SAID.items()}
    files = {"photo_old": jpeg(orientation=6), "photo_new": png()}
    answer = manager.request("POST", PATH, data=fields, files=files)
    assert answer.status_code == 201, answer.text
    found = manager.get("/v1/meters/gs-strom/events").json()["events"]
    (event,) = (one for one in found if one["kind"] == "exchange")
    assert [one["shows"] for one in event["photos"]] == ["old", "new"]
    for photo, media_type in zip(event["photos"], ("image/jpeg", "image/png"), strict=True):
        assert anonymous.get(photo["href"]).status_code == 401
        found = reader.get(photo["href"])
        assert (found.status_code, found.headers["content-type"]) == (200, media_type)
        assert found.headers["x-content-type-options"] == "nosniff"
        assert SECRET not in found.content
    assert not any(SECRET in path.read_bytes() for path in (district.folder / "photos").rglob("*") if path.is_file())


def test_a_photo_that_is_none_records_nothing(manager: Client, district: SmallDistrict) -> None:
    fields = {name: str(value) for name, value in SAID.items()}
    answer = manager.request("POST", PATH, data=fields, files={"photo_old": b"<script>alert(1)</script>"})
    assert (answer.status_code, answer.json()["errors"][0]["reason"]) == (422, "no_photo")
    assert district.operations.events.of_meter("gs-strom") == []


def test_a_photo_beyond_eight_megabytes_is_413(manager: Client) -> None:
    fields = {name: str(value) for name, value in SAID.items()}
    huge = {"photo_old": jpeg() + bytes(8 * 1024 * 1024)}
    assert manager.request("POST", PATH, data=fields, files=huge).status_code == 413


@pytest.mark.parametrize("name", ["0" * 64, "..%2F..%2Foperations.sqlite", "operations.sqlite"])
def test_a_photo_that_nobody_sent_is_404(reader: Client, name: str) -> None:
    assert reader.get(f"/v1/photos/{name}").status_code == 404


def test_a_hand_reading_may_bring_a_photo(manager: Client, district: SmallDistrict) -> None:
    answer = manager.request(
        "POST", "/v1/meters/gs-wasser/readings", data={"value": "1290.5"}, files={"photo": heic()}
    )
    assert answer.status_code == 201, answer.text
    (photo,) = district.operations.photos.of_meter("gs-wasser")
    assert (photo.subject, photo.shows) == (f"gs-wasser:reading:{milliseconds(NOW)}", "reading")
    assert manager.get(f"/v1/photos/{photo.sha256}").headers["content-type"] == "image/heic"


def test_a_form_that_is_cut_off_is_422(manager: Client) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = manager.request("POST", PATH, headers=headers, content=b"--y\r\nnonsense")
    assert answer.status_code == 422


def test_a_new_device_starts_no_higher_than_its_next_reading(manager: Client, district: SmallDistrict) -> None:
    later = district.store.read("gs-strom", "active_energy_import").value[-1]
    refused = manager.post(PATH, SAID | {"new_start": float(later) + 5})
    assert (refused.status_code, "out_of_range" in refused.text) == (422, True)


def test_photos_of_an_exchange_that_was_taken_back_do_not_return(manager: Client, district: SmallDistrict) -> None:
    fields = {name: str(value) for name, value in SAID.items()}
    event = manager.request("POST", PATH, data=fields, files={"photo_old": jpeg()}).json()
    assert manager.post(f"/v1/events/{event['id']}/undo", {}).status_code == 200
    assert manager.post(PATH, SAID).json()["id"] == event["id"]
    assert district.operations.photos.of_meter("gs-strom") == []


def test_an_exchange_at_an_instant_that_has_one_stays_in_its_form(manager: Client) -> None:
    page = "/zaehler/gs-strom"
    form = {"csrf": manager.csrf(page), "zeit": "2026-03-09T12:00", "alt": "49000", "neu": "0"}
    first = {"at": "2026-03-09T12:00:00+01:00", "old_end": 49000, "new_start": 0, "reason": "so"}
    assert manager.post(PATH, first).status_code == 201
    answer = manager.form(f"{page}/wechsel", form | {"alt": "48999", "grund": "doch"})
    assert answer.status_code == 422
    assert "schon ein Zählerwechsel erfasst" in answer.text
    assert 'value="48999"' in answer.text


def test_a_device_behind_smaller_transformers_may_run_faster_from_its_exchange_on(district: SmallDistrict) -> None:
    services = district.services()
    meter = services.books.portfolio.meter("gs-wasser")
    object.__setattr__(meter, "maximum_m3_h", 1.0)
    object.__setattr__(meter, "factor", (Dated(None, Decimal(40)),))
    token = district.operations.tokens.create("Test", "facility_manager")
    manager, path = Client(application(services), token), "/v1/meters/gs-wasser"
    old = manager.get(f"{path}/expected-reading").json()["low"]
    said = {"at": (NOW - timedelta(hours=20)).isoformat(), "old_end": old, "new_start": 0}
    for factor, high in ((None, 0.5), (1, 20)):
        event = manager.post(f"{path}/exchanges", said | {"factor": factor}).json()
        assert manager.get(f"{path}/expected-reading").json()["high"] == pytest.approx(high)
        assert manager.post(f"/v1/events/{event['id']}/undo", {}).status_code == 200
