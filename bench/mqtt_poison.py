"""What one message in a thousand that cannot be read costs the others.

Turns with and without poison alternate, and every turn with is compared with the one without beside it. Each
empties a backlog, so the publisher is infinitely faster than the collector. Twice: with a window of 20 unacknowledged
messages that holds, which is the default of brokers and makes every reader slow: there throughput is compared. And as
this machine's mosquitto does it without a word about windows in its configuration, which does not keep to it: there a
turn is over in a second and as long as the machine's neighbours make it, so CPU is compared.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from bench.in_flight_window import Relay, held_window
from bench.mqtt_backlog import Emptied, emptied, fill, leave_session
from gateway.reading import Reading, Receipt, Refused
from gateway.spool import Spool
from tests.servers.mosquitto import Broker, mosquitto_program

WINDOW = 20
LIMIT = 0.9
POISON_EVERY = 1_000
KINDS = (None, POISON_EVERY)
PAIRS = 12
HELD_MESSAGES = 3_000
MESSAGES = 30_000


class CountingSink:
    """Hands on to a spool and counts the commits: what is unacknowledged is acknowledged by each."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.commits = 0

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        """Append to the spool."""
        self.commits += 1
        return self._spool.append(readings, refused)

    def ready(self) -> None:
        """Ask the spool."""
        self._spool.ready()


@dataclass(frozen=True, slots=True)
class Turn:
    """One emptied backlog; the window's part is 0 where the broker was read without a relay."""

    emptied: Emptied
    per_commit: float
    mean_unacknowledged: float = 0.0
    full_share: float = 0.0


@contextmanager
def _default_broker(folder: Path) -> Iterator[Broker]:
    """Yield a broker whose in-flight window is what mosquitto has without a word about it: 20."""
    program = mosquitto_program(folder)
    configuration = folder / "mosquitto.conf"
    lines = configuration.read_text().splitlines()
    configuration.write_text("\n".join(line for line in lines if not line.startswith("max_inflight")) + "\n")
    with program:
        yield program.broker


class Bench:
    """A broker, a publisher that is warm, and a folder for the spools."""

    def __init__(self, broker: Broker, publishing: ProcessPoolExecutor, folder: Path) -> None:
        self._broker, self._publishing, self._folder = broker, publishing, folder

    def turn(self, messages: int, poison_every: int | None, relay: Relay | None) -> Turn:
        """Fill the backlog, empty it through the relay if there is one, and demand that nothing is missing."""
        client_id = "bench-poison"
        leave_session(self._broker, client_id, clean=False)
        self._publishing.submit(fill, self._broker.host, self._broker.port, messages, poison_every).result()
        poison = messages // poison_every if poison_every else 0
        with closing(Spool(self._folder / f"{time.monotonic_ns()}.sqlite")) as spool:
            sink = CountingSink(spool)
            done = emptied(relay.broker if relay else self._broker, client_id, sink, messages, poison)
            assert (spool.depth(), len(spool.refused(messages))) == (messages - poison, poison)
        leave_session(self._broker, client_id, clean=True)
        per_commit = messages / sink.commits
        if relay is None:
            return Turn(done, per_commit)
        use = relay.use()
        return Turn(done, per_commit, use.mean_unacknowledged, use.full_share)

    def pairs(self, messages: int, relay: Relay | None) -> list[tuple[Turn, Turn]]:
        """Return turns without and with poison; a first pair warms up."""
        pairs = []
        for number in range(PAIRS + 1):
            # without first, then with first: what gets slower or faster with time hits both alike
            turns = {every: self.turn(messages, every, relay) for every in (KINDS if number % 2 else KINDS[::-1])}
            pairs.append((turns[None], turns[POISON_EVERY]))
        return pairs[1:]


def _figure(name: str, messages: int, pairs: list[tuple[Turn, Turn]], ratio: Callable[[Turn, Turn], float]) -> Figure:
    ratios = sorted(ratio(clean, poisoned) for clean, poisoned in pairs)

    def median(value: Callable[[Turn], float], of: int) -> float:
        return statistics.median(value(pair[of]) for pair in pairs)

    details: dict[str, float | int | str] = {
        "without_per_s": median(lambda turn: turn.emptied.per_s, 0),
        "with_per_s": median(lambda turn: turn.emptied.per_s, 1),
        "without_cpu_us": median(lambda turn: turn.emptied.cpu_us, 0),
        "with_cpu_us": median(lambda turn: turn.emptied.cpu_us, 1),
        "lowest_ratio": ratios[0],
        "highest_ratio": ratios[-1],
        "messages_per_commit": median(lambda turn: turn.per_commit, 1),
        "messages": messages,
        "pairs": len(pairs),
    }
    if mean := median(lambda turn: turn.mean_unacknowledged, 1):
        full = 100 * median(lambda turn: turn.full_share, 1)
        details |= {"mean_unacknowledged": mean, "window_full_percent": full}
    return Figure(name, statistics.median(ratios), LIMIT, "at least", details=details)


def _throughput(clean: Turn, poisoned: Turn) -> float:
    return poisoned.emptied.per_s / clean.emptied.per_s


def _messages_per_cpu(clean: Turn, poisoned: Turn) -> float:
    return clean.emptied.cpu_us / poisoned.emptied.cpu_us


def measure() -> list[Figure]:
    """Return the throughput with poison against that without, for a window that holds and for the broker's own."""
    Path(".bench").mkdir(exist_ok=True)
    context = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=".bench"))).resolve()
        broker = stack.enter_context(_default_broker(folder))
        publishing = stack.enter_context(ProcessPoolExecutor(1, mp_context=context))
        bench = Bench(broker, publishing, folder)
        relay = stack.enter_context(held_window(broker, WINDOW))
        held, own = bench.pairs(HELD_MESSAGES, relay), bench.pairs(MESSAGES, None)
    name = "MQTT with one poison message per 1,000, against none"
    return [
        _figure(f"{name}: throughput, a window of {WINDOW} that holds", HELD_MESSAGES, held, _throughput),
        _figure(f"{name}: messages per CPU, mosquitto's defaults", MESSAGES, own, _messages_per_cpu),
    ]
