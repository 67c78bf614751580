"""What is lost when the broker, configured as it is shipped, is killed with signal 9.

A foreign publisher (plain paho, QoS 1) forgets what the broker has confirmed; what the broker had not written down by
then is gone, unless it was delivered already. Twice ten rounds, with the collector listening and with the collector
away, so that its session queues. Every round kills at another time after the last save, the latest just before the
next one. Meanwhile a box and the simulation publish through the same broker: they hold what they sent.

mosquitto saves when *more* than `autosave_interval` whole seconds have passed, so one second later than it says, and
what it says is on disk when the whole queue is written. So the bound is the interval and two seconds. What it has
handed to a collector is safe: the collector stores what it received before the line broke.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.broker_scene import BrokerScene, shipped_save_interval_s
from bench.figures import Figure
from bench.foreign_publisher import ForeignPublisher, foreign_name
from bench.own_publishers import OwnPublishers, missing
from gateway.reading import milliseconds
from tests.servers.waiting import wait_until

ROUNDS = 10
PER_SECOND = 2_000.0
METERS = 20
FOREIGN = [foreign_name(number) for number in range(METERS)]
SIMULATED = [f"simulated-{number}" for number in range(5)]
BOXED = [f"boxed-{number}" for number in range(5)]
SAVED_EVERY_S = shipped_save_interval_s() + 1
AWAY_LIMIT_S = SAVED_EVERY_S + 1.0
LISTENING_LIMIT_S = 0.1
LATEST_S = 0.1  # before the next save
LAST_ACKNOWLEDGEMENTS_S = 0.3
FIRST_MS = milliseconds(datetime(2026, 1, 1, tzinfo=UTC))
ROUND_MS = 3_600_000
WITHIN_S = 90.0
SETTLED_S = 2.0
ROUNDS_FILE = Path(".bench/broker-kill.json")


@dataclass(frozen=True, slots=True)
class Round:
    """One kill: how long after the last save [s], messages published, confirmed by then, and lost of these."""

    since_saved_s: float
    per_second: float
    published: int
    confirmed: int
    lost: int

    @property
    def lost_s(self) -> float:
        """The loss as seconds of messages."""
        return self.lost / self.per_second


def _round(scene: BrokerScene, number: int, first_ms: int, *, listening: bool) -> Round:
    publisher = ForeignPublisher(scene.mosquitto.host, scene.mosquitto.port, meters=METERS, first_ms=first_ms)
    kill_after_s = SAVED_EVERY_S * (number + 1) / ROUNDS - LATEST_S
    begun_s = time.monotonic()
    infos = list(publisher.steadily(PER_SECOND, is_over=_at(scene, begun_s, kill_after_s)))
    since_saved_s = scene.since_saved_s()
    scene.mosquitto.kill()
    per_second = len(infos) / (time.monotonic() - begun_s)
    time.sleep(LAST_ACKNOWLEDGEMENTS_S)
    confirmed = {number for number, info in enumerate(infos) if info.is_published()}
    scene.mosquitto.start()
    if not listening:
        scene.collector.start()
    publisher.publish()  # behind all others, so they are stored if it is
    publisher.close()
    wait_until(lambda: len(infos) in _stored(scene, len(infos), first_ms), seconds=WITHIN_S)
    arrived = set().union(*(_stored(scene, meter, first_ms) for meter in range(METERS)))
    if not listening:
        scene.collector.stop()
    return Round(since_saved_s, per_second, len(infos), len(confirmed), len(confirmed - arrived))


def _at(scene: BrokerScene, begun_s: float, kill_after_s: float) -> Callable[[], bool]:
    # At least one save falls into the flow, so that a loss has room to be as large as it can be.
    earliest_s, latest_s = begun_s + SAVED_EVERY_S + 1, begun_s + 4 * SAVED_EVERY_S

    def is_reached() -> bool:
        now_s = time.monotonic()
        return now_s > latest_s or (now_s > earliest_s and 0 <= scene.since_saved_s() - kill_after_s < LATEST_S)

    return is_reached


def _stored(scene: BrokerScene, number: int, first_ms: int) -> set[int]:
    """Return the numbers of the stored messages of the meter that this message is of."""
    series = scene.stored(foreign_name(number % METERS), first_ms=first_ms, end_ms=first_ms + ROUND_MS)
    return {round(value) for value in series.value.tolist()}


def _rounds(scene: BrokerScene) -> tuple[list[Round], list[Round]]:
    """Return the rounds with the collector listening, and those with the collector away."""
    with scene.collector:
        listening = [_round(scene, number, FIRST_MS + number * ROUND_MS, listening=True) for number in range(ROUNDS)]
    first_ms = FIRST_MS + ROUNDS * ROUND_MS
    return listening, [
        _round(scene, number, first_ms + number * ROUND_MS, listening=False) for number in range(ROUNDS)
    ]


def _foreign_figure(what: str, rounds: list[Round], limit_s: float) -> Figure:
    worst = max(rounds, key=lambda one: one.lost_s)
    details: dict[str, float | int | str] = {
        "messages_most": worst.lost,
        "messages_median": statistics.median(one.lost for one in rounds),
        "kill_after_save_s": worst.since_saved_s,
        "confirmed": sum(one.confirmed for one in rounds),
        "per_second": statistics.median(one.per_second for one in rounds),
        "rounds": len(rounds),
        "autosave_interval": shipped_save_interval_s(),
    }
    name = f"Broker killed, collector {what}: confirmed messages of a foreign publisher lost"
    return Figure(name, worst.lost_s, limit_s, "at most", "s of messages", details)


def measure() -> list[Figure]:
    """Return what a foreign publisher loses at most, with a collector and without, and what our own ones do."""
    Path(".bench").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=".bench") as place:
        folder = Path(place).resolve()
        scene = BrokerScene(folder, heard=FOREIGN + SIMULATED, boxed=BOXED)
        with scene.mosquitto:
            scene.let_the_session_be_saved()
            own = OwnPublishers(scene.mosquitto.url, folder, boxed=BOXED, simulated=SIMULATED)
            with own.running():
                listening, away = _rounds(scene)
                own.rest()
                with scene.collector:
                    wait_until(lambda: own.waiting == 0, seconds=WITHIN_S)
                    time.sleep(SETTLED_S)
            lost = missing(own.sent, scene.times_of)
    _write_rounds({"listening": listening, "away": away})
    details: dict[str, float | int | str] = {"sent": len(own.sent), "kills": 2 * ROUNDS}
    return [
        _foreign_figure("listening", listening, LISTENING_LIMIT_S),
        _foreign_figure("away", away, AWAY_LIMIT_S),
        Figure(
            "Broker killed: readings of a box and of the simulation lost", lost, 0, "at most", "readings", details
        ),
    ]


def _write_rounds(rounds: dict[str, list[Round]]) -> None:
    document = {what: [asdict(one) for one in several] for what, several in rounds.items()}
    ROUNDS_FILE.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
