"""How much one token may push, and what it is told beyond that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI

from api.application import application
from api.security.push_limits import PushAllowance
from api.services import PushResult
from config.errors import StorageFull
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

_ONE = {"meter": "gs-strom", "quantity": "active_energy_import", "time": "2026-03-10T08:00:00Z", "value": 49030.5}
_SMALL = PushAllowance(requests_per_minute=3, readings_per_hour=10)


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(district: SmallDistrict, clock: Clock) -> FastAPI:
    return application(replace(district.services(), clock=clock, push_allowance=_SMALL))


@pytest.fixture
def device(limited: FastAPI, district: SmallDistrict) -> Client:
    return Client(limited, district.operations.tokens.create("Gateway", "device"))


def _pushed(device: Client, readings: int = 1) -> int:
    return device.post("/v1/readings", [_ONE] * readings).status_code


def test_more_requests_than_a_minute_allows_are_told_when_to_come_back(device: Client) -> None:
    assert [_pushed(device) for _ in range(3)] == [202, 202, 202]
    refused = device.post("/v1/readings", [_ONE])
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:zaehlwerk:problem:too-often"
    assert "3 requests a minute" in refused.json()["detail"]


def test_who_waits_as_long_as_told_is_let_in_and_not_a_moment_sooner(device: Client, clock: Clock) -> None:
    assert [_pushed(device) for _ in range(4)] == [202, 202, 202, 429]
    clock.now += timedelta(seconds=19)
    assert _pushed(device) == 429
    clock.now += timedelta(seconds=1)
    assert [_pushed(device), _pushed(device)] == [202, 429]


def test_readings_count_beside_requests_and_nothing_of_a_refused_list_is_taken(
    device: Client, district: SmallDistrict, clock: Clock
) -> None:
    assert _pushed(device, 8) == 202
    taken = len(district.pushed)
    refused = device.post("/v1/readings", [_ONE] * 5)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(3600 * 3 // 10))
    assert len(district.pushed) == taken
    clock.now += timedelta(seconds=3600 * 3 // 10)
    assert _pushed(device, 5) == 202


def test_a_long_silence_saves_up_no_more_than_the_whole_allowance(device: Client, clock: Clock) -> None:
    clock.now += timedelta(days=30)
    assert [_pushed(device) for _ in range(4)] == [202, 202, 202, 429]


def test_a_clock_that_is_set_back_locks_nobody_out_for_longer(device: Client, clock: Clock) -> None:
    assert [_pushed(device) for _ in range(3)] == [202, 202, 202]
    clock.now -= timedelta(hours=5)
    assert _pushed(device) == 429
    clock.now += timedelta(seconds=20)
    assert _pushed(device) == 202


def test_one_token_that_is_used_up_does_not_stop_another(
    device: Client, limited: FastAPI, district: SmallDistrict
) -> None:
    assert [_pushed(device) for _ in range(4)][-1] == 429
    # The same name, another token.
    assert _pushed(Client(limited, district.operations.tokens.create("Gateway", "device"))) == 202


def test_a_list_that_no_waiting_would_let_in_is_413(device: Client) -> None:
    assert _pushed(device, 11) == 413


def test_readings_that_could_not_be_kept_do_not_count(district: SmallDistrict, clock: Clock) -> None:
    is_full = [True]

    def push(pushed: Sequence[object], now: datetime, *, author: str = "", typed: bool = False) -> PushResult:
        if is_full[0]:
            raise StorageFull("no room")
        return district.push(pushed, now, author=author)

    app = application(replace(district.services(), clock=clock, push=push, push_allowance=_SMALL))
    device = Client(app, district.operations.tokens.create("Gateway", "device"))
    assert [_pushed(device, 10), _pushed(device, 10)] == [507, 507]
    is_full[0] = False
    assert _pushed(device, 10) == 202


def test_the_allowance_is_for_pushing_alone(device: Client, limited: FastAPI, district: SmallDistrict) -> None:
    manager = Client(limited, district.operations.tokens.create("Hausmeister", "facility_manager"))
    assert {manager.get("/v1/meters").status_code for _ in range(6)} == {200}


def test_the_demo_has_no_limit(district: SmallDistrict, clock: Clock) -> None:
    app = application(replace(district.services(demo=True), clock=clock, push_allowance=_SMALL))
    guest = Client(app)
    pushes = [
        guest.request("POST", "/v1/readings", headers={"origin": "http://testserver"}, json=[_ONE] * 9)
        for _ in range(5)
    ]
    assert [one.status_code for one in pushes] == [202] * 5
