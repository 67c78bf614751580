"""A visit to one device: by a table, or with all of them and what its display shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.modbus.bus import Bus
from collector.modbus.faults import ModbusFault
from collector.modbus.transports import endpoint_of
from collector.probing.asking import Asker
from collector.probing.checking import Checked, check
from collector.probing.comparing import Compared, compared
from collector.probing.displays import Display
from collector.probing.finding import Candidate, Progress, candidates
from collector.probing.matching import Found, Sureness, find
from collector.probing.proposal import channel_of, source_yaml, table_yaml
from collector.probing.reasons import unreachable
from collector.probing.scanning import scan
from config.errors import Unreachable
from config.portfolio.sources import ModbusBus
from config.profiles.registers import DeviceProfile
from gateway.backoff import Backoff

OWN_TABLE = "eigener_zaehler"
# A person waits: a device that hangs up again and again is not left alone ever longer.
RECONNECTED_S = 0.5


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of it. `checked` None: no table fits. `yaml` is what a person pastes; empty: nothing was found.

    `is_search`: all tables were tried, `candidates` are those that fit and `found` what the display shows.
    `compared`: the displays beside the table that was read, or beside the best candidate where none shows them all.
    """

    endpoint: str
    unit: int
    requests: int
    checked: Checked | None
    compared: tuple[Compared, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    found: tuple[Found, ...] = ()
    yaml: str = ""
    is_search: bool = False


def _quiet(_share: float, _step: str) -> None:
    """Nobody watches."""


async def visit(
    source: ModbusBus,
    unit: int,
    *,
    profiles: Mapping[str, DeviceProfile],
    profile: str | None = None,
    displays: Sequence[Display] = (),
    progress: Progress = _quiet,
) -> Visit:
    """Ask a device; with a `profile` by that table alone, else by all of them. Raises `Unreachable`."""
    bus = Bus(source, backoff=Backoff(RECONNECTED_S, RECONNECTED_S))
    asker = Asker(bus, unit)
    try:
        if profile is not None:
            checked = await check(asker, profiles[profile])
            beside = tuple(compared(display, checked.readings) for display in displays)
            yaml = source_yaml(source, unit, profile, channel=channel_of(checked.profile, beside))
            return Visit(endpoint_of(source), unit, asker.requests, checked, beside, yaml=yaml)
        return await _search(asker, source, list(profiles.values()), displays, progress)
    except ModbusFault as error:
        raise unreachable(error, source, unit) from error
    finally:
        bus.close()


async def _search(
    asker: Asker,
    source: ModbusBus,
    profiles: Sequence[DeviceProfile],
    displays: Sequence[Display],
    progress: Progress,
) -> Visit:
    endpoint = endpoint_of(source)
    real = [one for one in profiles if not one.simulated]
    ranked = await candidates(asker, real, displays, progress=progress)
    best = ranked[0] if ranked and ranked[0].agreeing == len(displays) else None
    known = best.compared if best else ()
    if best is None and not await _finds_all(asker, displays):
        await scan(asker, progress=progress)
    if not any(asker.words.values()):
        raise Unreachable(f"{endpoint}: unit {asker.unit} answers, but has none of the registers of any table")
    found = tuple(find(asker.words, displays, known))
    checked = best.checked if best else None
    yaml = _proposal(source, asker.unit, best, found)
    beside = ranked[0].compared if ranked else ()
    return Visit(endpoint, asker.unit, asker.requests, checked, beside, tuple(ranked), found, yaml, True)


async def _finds_all(asker: Asker, displays: Sequence[Display]) -> bool:
    found = find(asker.words, displays)
    return len(found) == len(displays) and all(one.sureness is not Sureness.UNSURE for one in found)


def _proposal(source: ModbusBus, unit: int, best: Candidate | None, found: Sequence[Found]) -> str:
    if best is not None:
        channel = channel_of(best.checked.profile, best.compared)
        return source_yaml(source, unit, best.profile, channel=channel)
    if not found:
        return ""
    table = table_yaml(OWN_TABLE, found)
    return f"# devices/{OWN_TABLE}.yaml\n{table}# at the meter\n{source_yaml(source, unit, OWN_TABLE)}"
