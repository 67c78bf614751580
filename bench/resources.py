"""What a process holds at a moment: memory, descriptors, sockets, threads, as the kernel tells it."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Resources:
    """Memory in MB (2**20 bytes) and open things of one process.

    `resident_mb` counts every page in memory, `anonymous_mb` only those that are no file's: heap and stacks.
    `proportional_mb` counts shared pages by their share and `unique_mb` those of nobody else, so both change when
    other processes with the same libraries come and go.
    """

    resident_mb: float
    anonymous_mb: float
    proportional_mb: float
    unique_mb: float
    descriptors: int
    sockets: int
    threads: int


def resources(process: int) -> Resources:
    """Return what this process holds now (Linux)."""
    folder = Path(f"/proc/{process}")
    memory_kb = _memory_kb(folder / "smaps_rollup")
    targets = _targets(folder / "fd")
    return Resources(
        resident_mb=memory_kb["Rss"] / 1024,
        anonymous_mb=memory_kb["Anonymous"] / 1024,
        proportional_mb=memory_kb["Pss"] / 1024,
        unique_mb=(memory_kb["Private_Clean"] + memory_kb["Private_Dirty"]) / 1024,
        descriptors=len(targets),
        sockets=sum(target.startswith("socket:") for target in targets),
        threads=sum(1 for _ in (folder / "task").iterdir()),
    )


def _memory_kb(file: Path) -> dict[str, int]:
    # the first line names a range of addresses, every other one "Name:  123 kB"
    lines = file.read_text().splitlines()[1:]
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}


def _targets(folder: Path) -> list[str]:
    targets = []
    for descriptor in folder.iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            targets.append(str(descriptor.readlink()))
    return targets
