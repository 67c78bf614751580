"""What a collector counts, as snapshots that become JSON."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class SourceStatistics:
    """One source since the start: `offline` maps device names to the instant since which they do not answer."""

    source: str
    kind: str
    connected: bool
    polls: int
    readings: int
    missed: int
    faults: dict[str, int]
    refused: dict[str, int]
    offline: dict[str, datetime]
    exchanged: dict[str, str] = field(default_factory=dict)  # meter -> the serial number that was not known before


@dataclass(frozen=True, slots=True)
class CollectorStatistics:
    """All sources; `dropped` counts readings that found no room on the disk nor in memory."""

    started_at: datetime
    sources: tuple[SourceStatistics, ...]
    dropped: int = 0

    def as_json(self) -> dict[str, Any]:
        """The same as a document for `json.dumps(…, default=str)`, instants in ISO 8601."""
        document = asdict(self)
        document["started_at"] = self.started_at.isoformat()
        for source in document["sources"]:
            source["offline"] = {name: since.isoformat() for name, since in source["offline"].items()}
        return document


@dataclass(slots=True)
class Counts:
    """The running counters of one source."""

    polls: int = 0
    readings: int = 0
    missed: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
