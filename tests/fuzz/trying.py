"""Tries damaged inputs on a target until something else than a result or a proper refusal comes back."""

import base64
import json
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.mutation import mutated
from tests.fuzz.shrinking import shrunk
from tests.fuzz.target import Target

LONGEST_S = 10
ROOT = Path(__file__).parents[2]


class TakesTooLong(BaseException):
    """An input kept a parser busy for longer than `LONGEST_S`; no handler of the product takes it for its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An exception that no caller expects; `place` is the line of ours that raised it."""

    target: str
    seed: str
    content: bytes
    error: str
    place: str
    trace: str

    @property
    def fixture(self) -> str:
        """The text of a file in `tests/fuzz/found/` with which this never comes back."""
        written = {"target": self.target, "seed": self.seed, "content": base64.b64encode(self.content).decode()}
        return json.dumps({**written, "was": f"{self.error} at {self.place}"}, indent=2, ensure_ascii=False) + "\n"


def try_while(name: str, target: Target, go_on: Callable[[int], bool], seed: str) -> tuple[int, Finding | None]:
    """Try damaged inputs, the same for the same `seed`; returns how many, and the first finding, made small."""
    random, tried = Random(seed), 0
    names, goods = list(target.seeds), [seed.content for seed in target.seeds.values()]
    with warnings.catch_warnings(), _bounded():
        warnings.simplefilter("ignore")  # what a library thinks of a file is no error
        while go_on(tried):
            chosen = random.choice(names)
            content = mutated(target.seeds[chosen].content, random, goods)
            tried += 1
            if (found := outcome(name, target, chosen, content)) is not None:
                return tried, _small(target, found)
    return tried, None


def outcome(name: str, target: Target, seed: str, content: bytes) -> Finding | None:
    """Try one input; None where the target takes or properly refuses it."""
    signal.setitimer(signal.ITIMER_PROF, LONGEST_S)
    try:
        target.seeds[seed].take(content)
    except target.refusals:
        return None
    except (Exception, TakesTooLong) as error:  # noqa: BLE001  anything else is what is looked for
        return Finding(name, seed, content, type(error).__name__, _place(error), _trace(error))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _small(target: Target, found: Finding) -> Finding:
    def is_same(content: bytes) -> bool:
        other = outcome(found.target, target, found.seed, content)
        return other is not None and (other.error, other.place) == (found.error, found.place)

    smallest = shrunk(found.content, is_same, until=time.monotonic() + LONGEST_S)
    return outcome(found.target, target, found.seed, smallest) or found


def _place(error: BaseException) -> str:
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_ours(frame.filename)]
    return f"{Path(own[-1].filename).relative_to(ROOT)}:{own[-1].lineno}" if own else "?"


def _is_ours(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(ROOT) and not {".venv", "tests"} & set(path.relative_to(ROOT).parts)


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error, limit=-8))


@contextmanager
def _bounded() -> Iterator[None]:
    def too_long(_signal: int, _frame: FrameType | None) -> None:
        raise TakesTooLong(f"still busy after {LONGEST_S} s")

    before = signal.signal(signal.SIGPROF, too_long)
    try:
        yield
    finally:
        signal.signal(signal.SIGPROF, before)


def seconds_from_now(seconds: float) -> Callable[[int], bool]:
    """Return what lets a try go on for so long [s of this process on a core]: a busy machine takes nothing off it."""
    end = time.process_time() + seconds
    return lambda _tried: time.process_time() < end
