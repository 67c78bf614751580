"""Fuzzes many targets at once: in slices spread over processes, so that a single target uses all cores too."""

import multiprocessing
import os
import resource
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fuzz.table import TARGETS
from tests.fuzz.trying import Finding, seconds_from_now, try_while

_SLICE_S = 5.0
_Slice: TypeAlias = tuple[str, float, str]
_Tried: TypeAlias = tuple[str, int, float, Finding | None]
_MEMORY_BYTES = 4 * 2**30  # an input that asks for more shall fail, not the machine


@dataclass(slots=True)
class Campaign:
    """What was tried: inputs and seconds of a process by target, and the findings, each place once."""

    inputs: Counter[str] = field(default_factory=Counter)
    busy_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)


def run(names: Sequence[str], *, seconds: float, seed: str, processes: int | None = None) -> Campaign:
    """Fuzz each target for `seconds` of one process; the same `seed` tries the same inputs in the same order.

    Ctrl-C ends it early: what was tried until then comes back all the same.
    """
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
    with bar, ProcessPoolExecutor(processes or os.cpu_count() or 1, context, initializer=_begin) as pool:
        task = bar.add_task(f"fuzzing {len(names)} targets", total=len(slices))
        try:
            for future in _as_they_end(pool, slices):
                _note(campaign, *future.result())
                bar.update(task, advance=1, description=_so_far(campaign))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
    return campaign


def _as_they_end(pool: ProcessPoolExecutor, slices: Sequence[_Slice]) -> Iterator[Future[_Tried]]:
    waiting = {pool.submit(_slice, *one) for one in slices}
    while waiting:
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        yield from done


def _so_far(campaign: Campaign) -> str:
    return f"{sum(campaign.inputs.values()):,} inputs, {len(campaign.findings)} findings"


def _slices(names: Sequence[str], seconds: float, seed: str) -> list[_Slice]:
    # All targets in turn: whoever breaks off has a bit of each.
    count = max(1, round(seconds / _SLICE_S))
    return [(name, seconds / count, f"{seed}/{name}/{number}") for number in range(count) for name in names]


def _slice(name: str, seconds: float, seed: str) -> _Tried:
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


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that counts; a slice is short
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
