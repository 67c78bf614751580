"""Reads a device by a table: every value of it, as the device shows it at this moment."""

from dataclasses import dataclass

from collector.modbus.decode import decode
from collector.modbus.derive import Facts
from collector.modbus.plan import Block, plan, reading_plan, spanning
from collector.modbus.sunspec import search
from collector.probing.asking import Asker
from collector.probing.plausibility import ProbedReading, problems
from config.profiles.registers import DeviceProfile, Register

MOST_SINGLES = 40


@dataclass(frozen=True, slots=True)
class Checked:
    """What a device said by a table; `refused` are registers that it does not have."""

    profile: DeviceProfile
    readings: tuple[ProbedReading, ...]
    refused: tuple[Register, ...]
    problems: tuple[str, ...]


async def check(asker: Asker, profile: DeviceProfile, *, singly: bool = True) -> Checked:
    """Read all series of a table and judge them.

    `singly`: where a whole block is refused, its registers are asked for one by one. Raises `ModbusFault` where
    nobody answers.
    """
    found = await locate(asker, profile) if profile.relative else profile
    if found is None:
        return Checked(profile, (), (), (f"no model of {profile.id} on the device",))
    facts = Facts()
    wanted = tuple(found.series.values())
    whole = reading_plan(found, wanted)
    refused: list[Register] = []
    for block in whole.once:
        await _learn(asker, block, facts)
    values: dict[Register, float | None] = {}
    for block in whole.live:
        here = [register for register in block.registers if register in wanted]
        if not await _learn(asker, block, facts):
            refused += [one for one in here if not (singly and await _single(asker, found, one, facts))]
    for register in wanted:
        payload = await asker.payload(spanning(register)) if register not in refused else None
        if payload is not None:
            values[register] = decode(register, payload, facts)
    readings = tuple(ProbedReading(register, values.get(register)) for register in wanted)
    missing = [f"{one.quantity} {one.phase}: the device refuses register {one.address}" for one in refused]
    return Checked(found, readings, tuple(refused), (*missing, *problems(readings)))


async def locate(asker: Asker, profile: DeviceProfile) -> DeviceProfile | None:
    """Find the first model of a SunSpec table on the device; None where it has none."""
    steps = search(profile.search_at, profile.function_code) if profile.search_at else search()
    answer: bytes | None = None
    try:
        block = next(steps)
        while True:
            answer = await asker.payload(block)
            block = steps.send(answer)
    except StopIteration as finished:
        known = [model for model in finished.value if model.id in profile.variants]
        return profile.located(known[0].id, known[0].address) if known else None


async def _learn(asker: Asker, block: Block, facts: Facts) -> bool:
    payload = await asker.payload(block)
    if payload is None:
        return False
    facts.learn((register for register in block.registers if not register.is_measured), block, payload)
    return True


async def _single(asker: Asker, profile: DeviceProfile, register: Register, facts: Facts) -> bool:
    if len(asker.refused) > MOST_SINGLES:
        return False
    (block,) = plan(profile, (register,))
    return await _learn(asker, block, facts)
