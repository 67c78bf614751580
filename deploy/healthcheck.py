"""Tells the container engine whether the run mode that this container was started with does its work.

`serve` and `run` answer `/health`; `collect` and `watch` touch `alive-collect` and `alive-watch` in the state
folder; any other command is healthy while it runs. Needs nothing but Python, so that it stays quick.
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

SILENT_FOR_S = 60.0


def answers(port: str) -> bool:
    """Say whether the page server is alive."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=4).close()
    except OSError:
        return False
    return True


def is_alive(sign: Path, now: float) -> bool:
    """Say whether the sign of life was touched lately; a missing one is none."""
    try:
        return now - sign.stat().st_mtime < SILENT_FOR_S
    except FileNotFoundError:
        return False


def is_healthy(command: list[str], state: Path, now: float) -> bool:
    """Judge the run mode that stands in this command line."""
    if {"serve", "run", "demo"} & set(command):
        port = command[command.index("--port") + 1] if "--port" in command else "8000"
        return answers(port)
    mode = next((word for word in command if word in {"collect", "watch"}), None)
    return mode is None or is_alive(state / f"alive-{mode}", now)


if __name__ == "__main__":
    first_process = Path("/proc/1/cmdline").read_text().split("\0")
    folder = Path(os.environ.get("ZAEHLWERK_STATE", "/state"))
    sys.exit(0 if is_healthy(first_process, folder, time.time()) else 1)
