"""Fuzzes many targets at once: in slices spread over processes, so that a single target uses all cores too."""

import multiprocessing
import os
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fuzz.table import TARGETS
from tests.fuzz.trying import Finding, seconds_from_now, try_while

_SLICE_S = 5.0
_MEMORY_BYTES = 4 * 2**30  # an input that asks for more shall fail, not the machine


@dataclass(slots=True)
class Campaign:
    """What was tried: inputs and seconds of a process by target, and the findings, each place once."""

    inputs: Counter[str] = field(default_factory=Counter)
    busy_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)


def run(names: Sequence[str], *, seconds: float, seed: str, processes: int | None = None) -> Campaign:
    """Fuzz each target for `seconds` of one process; the same `seed` tries the same inputs in the same order."""
    slices = _slices(names, seconds, seed)
    campaign = Campaign()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    context = multiprocessing.get_context("spawn")
    with bar, ProcessPoolExecutor(processes or os.cpu_count() or 1, context, initializer=_bound_memory) as pool:
        task = bar.add_task(f"fuzzing {len(names)} targets", total=len(slices))
        open_slices = {pool.submit(_slice, *one) for one in slices}
        while open_slices:
            done, open_slices = wait(open_slices, return_when=FIRST_COMPLETED)
            for future in done:
                _note(campaign, *future.result())
                bar.update(task, advance=1, description=f"{sum(campaign.inputs.values()):,} inputs")
    return campaign


def _slices(names: Sequence[str], seconds: float, seed: str) -> list[tuple[str, float, str]]:
    # All targets in turn: whoever breaks off has a bit of each.
    count = max(1, round(seconds / _SLICE_S))
    return [(name, seconds / count, f"{seed}/{name}/{number}") for number in range(count) for name in names]


def _slice(name: str, seconds: float, seed: str) -> tuple[str, int, float, Finding | None]:
    begun = time.process_time()
    tried, found = try_while(name, TARGETS[name], seconds_from_now(seconds), seed)
    return name, tried, time.process_time() - begun, found


def _note(campaign: Campaign, name: str, tried: int, busy_s: float, found: Finding | None) -> None:
    campaign.inputs[name] += tried
    campaign.busy_s[name] += busy_s
    if found is not None:
        known = campaign.findings.setdefault((name, found.error, found.place), found)
        if len(found.content) < len(known.content):
            campaign.findings[name, found.error, found.place] = found


def _bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
