"""A frozen balance stays what it was, and says that newer data came."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.application import application
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict, small_district

BEFORE = NOW - timedelta(hours=1)


@dataclass
class Case:
    """The district with its clock an hour behind for what people do, and somebody who may freeze."""

    district: SmallDistrict
    client: Client
    device: Client

    def balance(self, year: int = 2025) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/balance/{year}").json()
        return found

    def correct(self, meter: str, at: datetime, growth: float) -> None:
        store, quantity = self.district.store, "volume" if meter == "gs-gas" else "active_energy_import"
        standing = store.read(meter, quantity, at, at + timedelta(seconds=1))
        document = {
            "meter": meter,
            "quantity": quantity,
            "time": at.isoformat(),
            "value": float(standing.value[0]) + growth,
        }
        assert self.device.post("/v1/readings", [document]).status_code == 202


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    district = small_district(tmp_path, lambda: BEFORE)
    app, tokens = application(district.services()), district.operations.tokens
    callers = [Client(app, tokens.create(role, role)) for role in ("climate_manager", "device")]
    yield Case(district, *callers)
    district.operations.close()
    district.store.close()


def test_a_balance_that_nobody_froze_has_nothing_newer(case: Case) -> None:
    found = case.balance()
    assert (found["frozen"], found["newer_data_since"]) == (None, None)


def test_late_data_change_the_draft_and_leave_what_was_frozen(case: Case) -> None:
    draft = case.balance()
    case.client.post("/v1/balance/2025/freeze")
    (frozen,) = case.district.operations.balances.of_year(2025)
    assert case.balance()["newer_data_since"] is None
    assert case.balance()["frozen"]["sha256"] == frozen.sha256

    case.correct("gs-gas", datetime(2024, 12, 31, 23, tzinfo=UTC), -30.0)

    after = case.balance()
    assert after["newer_data_since"] == NOW.isoformat().replace("+00:00", "Z")
    assert after["total"] != draft["total"]
    (still,) = case.district.operations.balances.of_year(2025)
    assert json.dumps(still.content) == json.dumps(frozen.content)
    assert still.sha256 == frozen.sha256
    text = case.client.page("/klimabilanz/2025").text
    assert "liegen neuere Daten vor" in text


def test_what_changes_another_year_or_another_meter_is_no_newer_data(case: Case) -> None:
    case.balance()
    case.client.post("/v1/balance/2025/freeze")
    case.correct("gs-strom", datetime(2024, 6, 1, 23, tzinfo=UTC), 3.0)
    case.balance(2024)
    assert case.balance()["newer_data_since"] is None
    assert "liegen neuere Daten vor" not in case.client.page("/klimabilanz/2025").text


def test_a_balance_frozen_in_its_year_is_outdated_by_the_next_day(case: Case) -> None:
    case.balance(2026)
    frozen = case.district.operations.balances.freeze(2026, "bisko", {}, "Klimaschutz")
    assert frozen.frozen_at == BEFORE
    assert case.balance(2026)["newer_data_since"] is None  # the day is still the same
    assert case.balance(2026)["frozen"]["id"] == frozen.id
