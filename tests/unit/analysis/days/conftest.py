"""A ledger with one electricity meter, and which blocks of it are derived."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.ledger.blocks import Block
from tests.unit.analysis.evidence import meter
from tests.unit.analysis.ledger_district import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        yield opened.declare(meter())


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The first days of the blocks that are derived."""
    firsts: list[date] = []

    def counted(keeper: Any, wanted: list[Block]) -> Any:
        firsts.extend(block.first for block in wanted)
        return booked(keeper, wanted)

    from analysis.bookkeeping.bookings import booked_blocks as booked  # noqa: PLC0415

    monkeypatch.setattr("analysis.days.deriving.booked_blocks", counted)
    return firsts
