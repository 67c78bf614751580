"""Which requests read the registers that are wanted: as few as the device allows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.errors import ConfigurationError
from config.profiles.registers import DeviceProfile, GapReads, Register, series_name

# A hole of up to 31 registers costs less than the frame of a further request over TCP.
LARGEST_HOLE = 31
PROTOCOL_LIMIT = 125


@dataclass(frozen=True, slots=True)
class Block:
    """One request: `count` registers from the 0-based PDU `address` on, and what is wanted of them."""

    function_code: int
    address: int
    count: int
    registers: tuple[Register, ...]

    @property
    def end(self) -> int:
        """The first address behind the block."""
        return self.address + self.count


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The requests of every poll, and those of the first one and of the one after a silence."""

    live: tuple[Block, ...]
    once: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One request as `probe … --plan` shows it; `addresses` are those of the wire, the last one included."""

    number: int
    function_code: int
    addresses: tuple[int, int]
    count: int
    series: tuple[str, ...]
    static: bool = False


def plan(profile: DeviceProfile, wanted: Sequence[Register]) -> tuple[Block, ...]:
    """Return the requests that read the wanted registers, ordered by function code and address.

    A request never cuts a value, never spans more than the profile's `max_registers`, spans registers that are not
    in the profile's table only where `gap_reads` is "allowed", and starts and counts evenly where `even_only` holds.
    Raises `ConfigurationError` for a value whose registers no single request can read.
    """
    blocks: list[Block] = []
    for register in sorted(set(wanted), key=_place):
        alone = _alone(profile, register)
        joined = _block(profile, (*blocks[-1].registers, register)) if blocks else alone
        if blocks and _may_join(profile, blocks[-1], register, joined):
            blocks[-1] = joined
        else:
            blocks.append(alone)
    return tuple(blocks)


def reading_plan(profile: DeviceProfile, wanted: Sequence[Register]) -> ReadingPlan:
    """Return what to ask in every poll and what once: scale factors and units that no poll's request covers anyway.

    A factor in the block of its values is read along, as some devices change theirs while they run.
    """
    measured = dict.fromkeys(wanted)
    needs = dict.fromkeys(need for register in measured for need in register.needs)
    along = list(measured)
    for need in needs:
        if len(plan(profile, [*along, need])) == len(plan(profile, along)):
            along.append(need)
    live = plan(profile, along)
    apart = [need for need in needs if not _always_beside(need, live)]
    return ReadingPlan(live, plan(profile, apart))


def plan_rows(profile: DeviceProfile, series: Sequence[str] = ()) -> tuple[PlanRow, ...]:
    """Return the requests that read these series, all of the table where none is named, for people to look at.

    Raises `ConfigurationError` for a series that the profile does not have.
    """
    wanted = wanted_registers(profile, tuple(series) or tuple(profile.series))
    whole = reading_plan(profile, wanted)
    blocks = [*((block, True) for block in whole.once), *((block, False) for block in whole.live)]
    return tuple(
        PlanRow(
            number,
            block.function_code,
            (block.address, block.end - 1),
            block.count,
            tuple(series_name(register) for register in block.registers if static or register in wanted),
            static,
        )
        for number, (block, static) in enumerate(blocks, start=1)
    )


def spanning(register: Register) -> Block:
    """Return the block of one register with all the pieces of its value, without regard to a device's limits."""
    start = min(piece.address for piece in register.pieces)
    end = max(piece.end for piece in register.pieces)
    return Block(register.function_code, start, end - start, (register,))


def _always_beside(need: Register, live: Sequence[Block]) -> bool:
    users = [block for block in live if any(need in register.needs for register in block.registers)]
    return all(
        need.function_code == block.function_code and block.address <= need.address and need.end <= block.end
        for block in users
    )


def wanted_registers(profile: DeviceProfile, quantities: Sequence[str]) -> tuple[Register, ...]:
    """Return the registers of these series; a plain quantity that exists only per phase gives all its phases.

    Raises `ConfigurationError` for a quantity that the profile does not have.
    """
    return tuple(register for quantity in quantities for register in _registers_of(profile, quantity))


def with_power(profile: DeviceProfile, wanted: tuple[Register, ...]) -> tuple[Register, ...]:
    """Add the total active power where reading it takes no further request."""
    power = profile.series.get("active_power")
    if power is None or power in wanted or not wanted:
        return wanted
    more = (*wanted, power)
    return more if len(plan(profile, more)) == len(plan(profile, wanted)) else wanted


def _registers_of(profile: DeviceProfile, quantity: str) -> list[Register]:
    if quantity in profile.series:
        return [profile.series[quantity]]
    phases = [register for register in profile.series.values() if register.quantity == quantity]
    if not phases:
        raise ConfigurationError(f"profile {profile.id} has no {quantity!r} (allowed: {', '.join(profile.series)})")
    return phases


def _place(register: Register) -> tuple[int, int, int, str]:
    span = spanning(register)
    return register.function_code, span.address, span.count, register.type


def _alone(profile: DeviceProfile, register: Register) -> Block:
    block = _block(profile, (register,))
    if register.plus and block.count > min(profile.max_registers, PROTOCOL_LIMIT):
        limit = profile.max_registers
        raise ConfigurationError(f"{profile.id}: {series_name(register)} does not fit in one request of {limit}")
    return block


def _block(profile: DeviceProfile, registers: tuple[Register, ...]) -> Block:
    spans = [spanning(register) for register in registers]
    start = min(span.address for span in spans)
    end = max(span.end for span in spans)
    if profile.even_only:
        start -= start % 2
        end += (end - start) % 2
    return Block(registers[0].function_code, start, end - start, registers)


def _may_join(profile: DeviceProfile, block: Block, register: Register, joined: Block) -> bool:
    if register.function_code != block.function_code:
        return False
    if joined.count > min(profile.max_registers, PROTOCOL_LIMIT):
        return False
    hole = range(block.end, spanning(register).address)
    return len(hole) <= LARGEST_HOLE and (
        profile.gap_reads is GapReads.ALLOWED or _is_listed(profile, hole, register)
    )


def _is_listed(profile: DeviceProfile, hole: range, register: Register) -> bool:
    listed = {
        address
        for other in profile.registers
        if other.function_code == register.function_code
        for piece in (*other.pieces, *other.needs)
        for address in range(piece.address, piece.end)
    }
    return listed.issuperset(hole)
