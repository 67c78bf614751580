"""What only a running process knows, shared by its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.services import Progress
    from collector.statistics import CollectorStatistics


@dataclass(slots=True)
class Live:
    """What only the running process knows: its collector, how far its loading is, what answers `/ready`.

    `remarks` says, per source, what people should know of it beside its figures.
    """

    statistics: Callable[[], CollectorStatistics | None] = lambda: None
    loading: Progress | None = None
    checks: dict[str, Callable[[], None]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
