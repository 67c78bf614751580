"""Which requests read the registers that are wanted: as few as the device allows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from config.errors import ConfigurationError
from config.profiles import DeviceProfile, GapReads, Register

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


def plan(profile: DeviceProfile, wanted: Sequence[Register]) -> tuple[Block, ...]:
    """Return the requests that read the wanted registers, ordered by function code and address.

    A request never cuts a value, never spans more than the profile's `max_registers`, spans registers that are not
    in the profile's table only where `gap_reads` is "allowed", and starts and counts evenly where `even_only` holds.
    """
    blocks: list[Block] = []
    for register in sorted(set(wanted), key=_place):
        alone = _block(profile, (register,))
        joined = _block(profile, (*blocks[-1].registers, register)) if blocks else alone
        if blocks and _may_join(profile, blocks[-1], register, joined):
            blocks[-1] = joined
        else:
            blocks.append(alone)
    return tuple(blocks)


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


def _place(register: Register) -> tuple[int, int, int]:
    return register.function_code, register.address, register.count


def _block(profile: DeviceProfile, registers: tuple[Register, ...]) -> Block:
    start = registers[0].address
    end = max(register.end for register in registers)
    if profile.even_only:
        start -= start % 2
        end += (end - start) % 2
    return Block(registers[0].function_code, start, end - start, registers)


def _may_join(profile: DeviceProfile, block: Block, register: Register, joined: Block) -> bool:
    if register.function_code != block.function_code:
        return False
    if joined.count > min(profile.max_registers, PROTOCOL_LIMIT):
        return False
    hole = range(block.address + block.count, register.address)
    return len(hole) <= LARGEST_HOLE and (
        profile.gap_reads is GapReads.ALLOWED or _is_listed(profile, hole, register)
    )


def _is_listed(profile: DeviceProfile, hole: range, register: Register) -> bool:
    listed = {
        address
        for other in profile.registers
        if other.function_code == register.function_code
        for address in range(other.address, other.end)
    }
    return listed.issuperset(hole)
