"""The broker as it is shipped loses nothing: neither to a slow reader, nor to one who is away, nor to a kill.

With mosquitto's own defaults the first two fail after some 1,000 messages.
"""

import time
from pathlib import Path

from tests.servers.mosquitto import MosquittoProgram
from tests.servers.mqtt_clients import Listener, publish

SENT = [str(number).encode() for number in range(5_000)]
IN_FLIGHT = 2_000


def test_a_slow_reader_gets_every_message(mosquitto_process: MosquittoProgram) -> None:
    with Listener(mosquitto_process.broker, "slow", confirms=False) as listener:
        publish(mosquitto_process.broker, "slow/gas", SENT)
        first = listener.received(IN_FLIGHT)
        listener.confirm_all()
        assert first + listener.received(len(SENT) - IN_FLIGHT) == SENT


def test_a_reader_who_was_away_gets_every_message(mosquitto_process: MosquittoProgram) -> None:
    with Listener(mosquitto_process.broker, "away"):
        pass
    publish(mosquitto_process.broker, "away/gas", SENT)
    with Listener(mosquitto_process.broker, "away") as listener:
        assert listener.received(len(SENT)) == SENT


def test_a_killed_broker_still_has_what_it_saved(mosquitto_process: MosquittoProgram, tmp_path: Path) -> None:
    with Listener(mosquitto_process.broker, "kill"):
        pass
    publish(mosquitto_process.broker, "kill/gas", SENT)
    wait_for_a_save(tmp_path / "mosquitto" / "mosquitto.db")
    mosquitto_process.kill()
    mosquitto_process.start()
    with Listener(mosquitto_process.broker, "kill") as listener:
        assert listener.received(len(SENT)) == SENT


def wait_for_a_save(database: Path) -> None:
    """Return once all that the broker has confirmed is on disk: it saves between two messages, never beside."""
    confirmed_at = time.time()
    while not database.exists() or database.stat().st_mtime <= confirmed_at:
        assert time.time() < confirmed_at + 30, "the broker does not save its queue"
        time.sleep(0.1)
