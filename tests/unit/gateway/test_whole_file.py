"""A file is there whole or as it was before."""

import resource
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import StorageFull
from gateway.photos import PhotoFolder
from gateway.whole_file import write_whole
from tests.unit.gateway.pictures import jpeg

ROOM_BYTES = 100


@pytest.fixture
def _no_room() -> Iterator[None]:
    """A disk that takes a hundred bytes of a file, and no more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_stands_there_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "gs.yaml"
    file.write_bytes(b"before")
    file.chmod(0o640)

    write_whole(file, b"after")

    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["gs.yaml"]


@pytest.mark.usefixtures("_no_room")
def test_a_full_disk_leaves_what_stood_there_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "gs.yaml"
    file.write_bytes(b"before")

    with pytest.raises(OSError, match="too large"):
        write_whole(file, bytes(ROOM_BYTES + 1))

    assert file.read_bytes() == b"before"
    assert [one.name for one in tmp_path.iterdir()] == ["gs.yaml"]


@pytest.mark.usefixtures("_no_room")
def test_a_photo_that_finds_no_room_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        PhotoFolder(tmp_path).keep(jpeg(orientation=6))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
