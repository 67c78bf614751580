"""Which table describes a device: every table is tried, the most plausible one stands first."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.modbus.plan import Block, spanning
from collector.modbus.sunspec import MARKER_REGISTERS
from collector.probing.asking import Asker
from collector.probing.checking import Checked, check
from collector.probing.comparing import Compared, compared
from collector.probing.displays import Display
from collector.probing.plausibility import judge, score
from config.profiles.registers import DeviceProfile

REFUSED = -2.0
MOST_GREETINGS = 12

Progress = Callable[[float, str], None]
"""Told the share that is done (0 to 1), and with what."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table with what speaks for it. `plausible` of `judged` values can be true; `refused` it does not have."""

    checked: Checked
    score: float
    judged: int
    plausible: int
    compared: tuple[Compared, ...] = ()

    @property
    def agreeing(self) -> int:
        """How many displays show what the table reads."""
        return sum(one.agrees for one in self.compared)

    @property
    def profile(self) -> str:
        """The table's id."""
        return self.checked.profile.id


async def candidates(
    asker: Asker, profiles: Sequence[DeviceProfile], displays: Sequence[Display] = (), *, progress: Progress
) -> list[Candidate]:
    """Return the tables that fit, the best first; the same registers are asked for once only.

    What a display shows counts for more than any plausibility.

    Raises `ModbusFault` where nobody answers.
    """
    tables = [profile for profile in profiles if not profile.is_template]
    progress(0.0, f"unit {asker.unit}?")
    await asker.greet(first_places(tables)[:MOST_GREETINGS])
    found = []
    for number, profile in enumerate(tables):
        progress(number / len(tables), profile.id)
        found.append(_candidate(await check(asker, profile, singly=False), displays))
    fitting = [one for one in found if (one.score > 0 and one.plausible) or one.agreeing]
    return sorted(fitting, key=_rank)


def first_places(tables: Sequence[DeviceProfile]) -> list[Block]:
    """Return where the tables begin, the most frequent place first."""
    places = Counter(place for table in tables if (place := _first_place(table)) is not None)
    return [place for place, _ in places.most_common()]


def _first_place(table: DeviceProfile) -> Block | None:
    if table.relative:
        return Block(table.function_code, table.search_at[0], MARKER_REGISTERS, ()) if table.search_at else None
    for register in table.series.values():
        span = spanning(register)
        return Block(span.function_code, span.address, span.count, ())
    return None


def _rank(candidate: Candidate) -> tuple[float, float, int, str]:
    answered = sum(one.value is not None for one in candidate.checked.readings)
    return -candidate.agreeing, -candidate.score, -answered, candidate.profile


def _candidate(checked: Checked, displays: Sequence[Display]) -> Candidate:
    judged = [judge(one) for one in checked.readings if one.value is not None]
    told = [one for one in judged if one.weight]
    whole = score(checked.readings) + REFUSED * len(checked.refused)
    beside = tuple(compared(display, checked.readings) for display in displays)
    return Candidate(checked, whole, len(told), sum(one.weight > 0 for one in told), beside)
