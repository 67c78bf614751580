"""What a real InfluxDB refuses, and that exactly this is parked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from config.errors import Unreachable
from gateway.influx.store import InfluxStore
from gateway.reading import Reading, milliseconds
from tests.servers.influx import InfluxServer

pytestmark = pytest.mark.real_server

QUANTITY = "active_energy_import"
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)  # a shard of a bucket without end of retention


@pytest.fixture
def store(influx: InfluxServer, influx_bucket: str) -> Iterator[InfluxStore]:
    """A store on an empty bucket."""
    store = InfluxStore(influx.url, influx.token, influx.org, influx_bucket)
    yield store
    store.close()


def reading(moment: datetime, value: float = 1.5, *, meter: str = "gs-strom") -> Reading:
    return Reading(meter, QUANTITY, milliseconds(moment), value)


def spread(count: int, *, start: datetime, step: timedelta) -> list[Reading]:
    return [reading(start + number * step, float(number)) for number in range(count)]


def write_an_integer(influx: InfluxServer, bucket: str, week_of: datetime) -> None:
    """Make a week poisonous, as any foreign program does that writes the field as an integer first."""
    line = f"reading,meter=foreign,quantity=x value=1i {milliseconds(week_of)}"
    parameters = {"org": influx.org, "bucket": bucket, "precision": "ms"}
    headers = {"Authorization": f"Token {influx.token}"}
    httpx.post(f"{influx.url}/api/v2/write", params=parameters, headers=headers, content=line).raise_for_status()


def wrong_store(influx: InfluxServer, bucket: str, change: dict[str, str]) -> InfluxStore:
    right = {"url": influx.url, "token": influx.token, "org": influx.org, "bucket": bucket}
    settings = right | change
    return InfluxStore(settings["url"], settings["token"], settings["org"], settings["bucket"])


def test_only_the_week_with_a_type_conflict_is_refused(
    influx: InfluxServer, influx_bucket: str, store: InfluxStore
) -> None:
    write_an_integer(influx, influx_bucket, MONDAY + WEEK)
    readings = spread(3_000, start=MONDAY, step=timedelta(minutes=10))  # a little less than three weeks

    refused = store.write(readings[::-1])

    poisoned = [one for one in readings if MONDAY + WEEK <= one.time < MONDAY + 2 * WEEK]
    assert sorted(one.time_ms for one in refused) == [one.time_ms for one in poisoned]
    assert {one.reason for one in refused} == {"field_type_conflict"}
    kept = [one.time_ms for one in readings if one not in set(poisoned)]
    assert store.read("gs-strom", QUANTITY).time_ms.tolist() == kept


def test_one_conflicting_point_among_thousands_is_the_only_one_parked(
    influx: InfluxServer, influx_bucket: str, store: InfluxStore
) -> None:
    write_an_integer(influx, influx_bucket, MONDAY + WEEK)
    readings = spread(4_999, start=MONDAY, step=timedelta(minutes=1))
    bad = reading(MONDAY + WEEK, 7.5)

    (refused,) = store.write([*readings[:2_000], bad, *readings[2_000:]])

    assert (refused.source, refused.place, refused.reason) == ("influx", "gs-strom", "field_type_conflict")
    assert "already exists as type integer" in refused.detail
    assert str(bad.time_ms).encode() in refused.content
    assert len(store.read("gs-strom", QUANTITY)) == 4_999


def test_what_is_older_than_the_retention_is_refused_and_the_rest_stays(influx: InfluxServer) -> None:
    bucket = influx.fresh_bucket()
    _keep_for_a_day(influx, bucket)
    store = InfluxStore(influx.url, influx.token, influx.org, bucket)
    # The server judges by its own clock.
    now = datetime.now(UTC).replace(microsecond=0)
    fresh = [reading(now - number * timedelta(minutes=1)) for number in range(10)]

    refused = store.write([*fresh, reading(now - 3 * WEEK)])

    assert [(one.reason, one.time_ms) for one in refused] == [("outside_retention", milliseconds(now - 3 * WEEK))]
    assert len(store.read("gs-strom", QUANTITY)) == 10
    store.close()


def test_a_name_that_line_protocol_cannot_say_is_refused_alone(store: InfluxStore) -> None:
    bad = [reading(MONDAY, meter="line\nbreak"), reading(MONDAY, meter="back\\slash"), reading(MONDAY, meter="")]

    refused = store.write([reading(MONDAY), *bad, reading(MONDAY + WEEK)])

    assert sorted(one.place for one in refused) == ["", "back\\slash", "line\nbreak"]
    assert {one.reason for one in refused} == {"not_encodable"}
    assert len(store.read("gs-strom", QUANTITY)) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"token": "wrong"}, "token is not accepted"),
        ({"bucket": "nowhere"}, 'bucket "nowhere" not found'),
        ({"org": "nobody"}, 'organization name "nobody" not found'),
        ({"url": "http://127.0.0.1:1"}, "does not answer"),
    ],
)
def test_a_wrong_setting_leaves_the_readings_waiting_with_clear_words(
    influx: InfluxServer, influx_bucket: str, change: dict[str, str], words: str
) -> None:
    store = wrong_store(influx, influx_bucket, change)

    with pytest.raises(Unreachable, match=words):
        store.write([reading(MONDAY)])
    store.close()


@pytest.mark.parametrize("change", [{"token": "wrong"}, {"bucket": "nowhere"}, {"url": "http://127.0.0.1:1"}])
def test_a_store_with_a_wrong_setting_is_not_ready(
    influx: InfluxServer, influx_bucket: str, change: dict[str, str]
) -> None:
    store = wrong_store(influx, influx_bucket, change)

    with pytest.raises(Unreachable):
        store.ready()
    store.close()


def test_a_token_for_reading_and_writing_the_one_bucket_is_enough(influx: InfluxServer, influx_bucket: str) -> None:
    store = InfluxStore(influx.url, _token(influx, influx_bucket, "read", "write"), influx.org, influx_bucket)

    store.ready()
    assert not store.write([reading(MONDAY)])
    assert len(store.read("gs-strom", QUANTITY)) == len(store.newest()) == 1
    store.close()


def test_a_token_that_may_only_write_is_told_apart(influx: InfluxServer, influx_bucket: str) -> None:
    store = InfluxStore(influx.url, _token(influx, influx_bucket, "write"), influx.org, influx_bucket)

    with pytest.raises(Unreachable, match="the token may not read it"):
        store.ready()
    store.close()


def _token(influx: InfluxServer, bucket: str, *actions: str) -> str:
    headers = {"Authorization": f"Token {influx.token}"}
    with httpx.Client(base_url=influx.url, headers=headers) as client:
        found = client.get("/api/v2/buckets", params={"name": bucket}).raise_for_status().json()["buckets"][0]
        resource = {"type": "buckets", "id": found["id"], "orgID": found["orgID"]}
        permissions = [{"action": action, "resource": resource} for action in actions]
        wish = {"orgID": found["orgID"], "permissions": permissions}
        answer = client.post("/api/v2/authorizations", json=wish).raise_for_status()
    token: str = answer.json()["token"]
    return token


def _keep_for_a_day(influx: InfluxServer, bucket: str) -> None:
    headers = {"Authorization": f"Token {influx.token}"}
    with httpx.Client(base_url=influx.url, headers=headers) as client:
        found = client.get("/api/v2/buckets", params={"name": bucket}).raise_for_status().json()["buckets"][0]
        rules = [{"type": "expire", "everySeconds": 86_400, "shardGroupDurationSeconds": 3_600}]
        answer = client.patch(f"/api/v2/buckets/{found['id']}", json={"retentionRules": rules})
        answer.raise_for_status()
