"""Writes a file whole or not at all: nobody ever finds half of it, not after a full disk or a power cut either."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, content: bytes) -> None:
    """Put content behind a name, durable on return; raises `OSError`, then what stood there stands still.

    A file that is there keeps its mode and, where that is allowed, its owner.
    """
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".tmp", delete=False) as file:
        beside = Path(file.name)
        try:
            file.write(content)
            file.flush()
            _dress(beside, path)
            os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    _make_name_durable(path.parent)


def _dress(beside: Path, path: Path) -> None:
    with suppress(FileNotFoundError):
        there = path.stat()
        shutil.copymode(path, beside)
        with suppress(PermissionError):
            os.chown(beside, there.st_uid, there.st_gid)


def _make_name_durable(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
