"""The small district and callers of every role."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from api.application import application
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import FELL_AT, NOW, SmallDistrict, small_district


@pytest.fixture
def district(tmp_path: Path) -> Iterator[SmallDistrict]:
    """The small district with its stores in a folder of the test's own."""
    found = small_district(tmp_path)
    yield found
    found.operations.close()
    found.store.close()


@pytest.fixture
def app(district: SmallDistrict) -> FastAPI:
    """The application as it runs outside the demo."""
    return application(district.services())


@pytest.fixture
def anonymous(app: FastAPI) -> Client:
    """Somebody without a token."""
    return Client(app)


@pytest.fixture
def as_role(app: FastAPI, district: SmallDistrict) -> Callable[[str], Client]:
    """Give a caller with a token of a role."""
    return lambda role: Client(app, district.operations.tokens.create(f"Test {role}", role))


@pytest.fixture
def reader(as_role: Callable[[str], Client]) -> Client:
    """Somebody who may read."""
    return as_role("reader")


@pytest.fixture
def manager(as_role: Callable[[str], Client]) -> Client:
    """A facility manager."""
    return as_role("facility_manager")


@pytest.fixture
def administrator(as_role: Callable[[str], Client]) -> Client:
    """The administrator."""
    return as_role("administrator")


@pytest.fixture
def fallen(district: SmallDistrict) -> SmallDistrict:
    """The district whose electricity meter shows little from February on, 60 kWh a day as before."""
    days = (milliseconds(NOW) - milliseconds(FELL_AT)) // 86_400_000
    readings = [
        Reading("gs-strom", "active_energy_import", milliseconds(FELL_AT + day * timedelta(days=1)), 5.0 + 60 * day)
        for day in range(days + 1)
    ]
    district.store.append(readings)
    return district
