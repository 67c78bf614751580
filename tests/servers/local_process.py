"""A server program on this machine that a test may stop, kill and start again."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class LocalProcess:
    """Runs one program; it answers when `start` returns and is gone when `stop` or `kill` returns.

    Started again it has the same command, so the same port and the same folder: what it kept is still there.
    """

    def __init__(self, command: Sequence[str], *, log: Path, answers: Callable[[], bool]) -> None:
        self._command = list(command)
        self._log = log
        self._answers = answers
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, timeout_s: float = 30.0) -> None:
        """Start the program and wait until it answers; raises `RuntimeError` with its last words if it does not."""
        if self._process is not None:
            raise RuntimeError(f"{self._command[0]} is running already")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self._command[0]} did not start:\n{self.last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the program as a service manager would; nothing happens if it is not running."""
        if self._process is not None:
            self._process.terminate()
            self._wait()

    def kill(self) -> None:
        """End the program with signal 9, so that it cannot tidy up; nothing happens if it is not running."""
        if self._process is not None:
            self._process.kill()
            self._wait()

    def last_words(self, lines: int = 20) -> str:
        """Return the end of what the program wrote."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _wait(self) -> None:
        assert self._process is not None
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
