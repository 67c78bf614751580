"""Looks where no table points: the beginning of both register spaces, where many devices keep their values."""

from collector.modbus.plan import Block
from collector.probing.asking import Asker
from collector.probing.finding import Progress

BLOCK = 50
END = 600


async def scan(asker: Asker, *, progress: Progress) -> None:
    """Ask for what is not known yet of the first registers; what is refused is left alone."""
    for function_code in (3, 4):
        for address in range(0, END, BLOCK):
            progress(address / END, f"function code {function_code}, from {address}")
            await asker.payload(Block(function_code, address, BLOCK, ()))
