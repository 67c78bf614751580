"""What `append` returned from is there after `kill -9`, and nothing is there in halves."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.embedded import EmbeddedStore
from gateway.spool import Spool

PER_BATCH = 7
# Appends for ever and says after every commit how many batches are durable by its own account.
WRITER = """
import sys
from pathlib import Path
from gateway.embedded import EmbeddedStore
from gateway.reading import Reading
from gateway.spool import Spool

sink = {"embedded": EmbeddedStore, "spool": Spool}[sys.argv[1]](Path(sys.argv[2]))
batch = 0
while True:
    sink.append([Reading("meter", "volume", batch * 7 + number, float(batch)) for number in range(7)])
    batch += 1
    print(batch, flush=True)
"""


def kill_a_writer_after(batches: int, kind: str, path: Path) -> int:
    """Kill an appending process with -9 in the midst of its work; return the last batch that it called durable."""
    command = [sys.executable, "-c", WRITER, kind, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        for _ in range(batches):
            writer.stdout.readline()
        writer.kill()
        rest = writer.stdout.read().split("\n")
    return max([batches, *(int(line) for line in rest[:-1] if line)])


# Lets no file grow beyond a megabyte and appends until nothing goes any more.
FILLER = """
import resource, sys
from pathlib import Path
from config.errors import StorageFull
from gateway.embedded import EmbeddedStore
from gateway.reading import Reading
from gateway.spool import Spool

resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
sink = {"embedded": EmbeddedStore, "spool": Spool}[sys.argv[1]](Path(sys.argv[2]))
batch = 0
try:
    while True:
        sink.append([Reading("meter", "volume", batch * 700 + number, float(batch)) for number in range(700)])
        batch += 1
except StorageFull as error:
    print(batch, error)
"""


@pytest.mark.parametrize("batches", [1, 40, 300])
def test_a_killed_embedded_store_has_every_confirmed_batch_and_no_half_one(tmp_path: Path, batches: int) -> None:
    path = tmp_path / "readings.sqlite"
    confirmed = kill_a_writer_after(batches, "embedded", path)

    store = EmbeddedStore(path)
    series = store.read("meter", "volume")
    store.close()

    assert series.time_ms.tolist() == list(range(len(series)))
    assert len(series) % PER_BATCH == 0
    assert confirmed <= len(series) // PER_BATCH <= confirmed + 1


@pytest.mark.parametrize("batches", [1, 40, 300])
def test_a_killed_spool_has_every_confirmed_batch_in_order_and_no_half_one(tmp_path: Path, batches: int) -> None:
    path = tmp_path / "spool.sqlite"
    confirmed = kill_a_writer_after(batches, "spool", path)

    spool = Spool(path)
    waiting = [reading.time_ms for _, reading in spool.oldest(1_000_000)]
    depth = spool.depth()
    spool.close()

    assert waiting == list(range(len(waiting)))
    assert depth == len(waiting)
    assert len(waiting) % PER_BATCH == 0
    assert confirmed <= len(waiting) // PER_BATCH <= confirmed + 1


@pytest.mark.parametrize("kind", ["embedded", "spool"])
def test_a_full_disk_refuses_the_batch_and_keeps_every_earlier_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "sink.sqlite"
    command = [sys.executable, "-c", FILLER, kind, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    batches, _, words = said.partition(" ")

    assert int(batches) > 5
    assert str(path) in words
    sink = EmbeddedStore(path) if kind == "embedded" else Spool(path)
    kept = len(sink.read("meter", "volume")) if isinstance(sink, EmbeddedStore) else sink.depth()
    assert kept == int(batches) * 700
    sink.ready()
    sink.close()
