"""A sink in memory that may be told to be full."""

from collections.abc import Sequence

from config.errors import StorageFull
from gateway.reading import Reading, Receipt, Refused


class MemorySink:
    """Keeps readings by identity, counts commits, and refuses while `is_full`."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str, int], float] = {}
        self.refused: list[Refused] = []
        self.commits = 0
        self.is_full = False

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        self.ready()
        known = sum(self.values.get(reading[:3]) == reading.value for reading in readings)
        self.values |= {reading[:3]: reading.value for reading in readings}
        self.refused += refused
        self.commits += 1
        return Receipt(len(readings) - known, known)

    def ready(self) -> None:
        if self.is_full:
            raise StorageFull("no room")

    def of(self, meter: str, quantity: str = "active_energy_import") -> list[float]:
        """The values of a meter in ascending time."""
        return [value for key, value in sorted(self.values.items()) if key[:2] == (meter, quantity)]
