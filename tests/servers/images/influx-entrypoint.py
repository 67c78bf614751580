#!/usr/bin/env python3
"""Starts influxd and, as the official image does, sets it up once from `DOCKER_INFLUXDB_INIT_*`."""

import json
import os
import time
import urllib.request
from pathlib import Path

ADDRESS = "http://127.0.0.1:8086"
DATA = "/var/lib/influxdb2"
COMMAND = ["influxd", f"--bolt-path={DATA}/influxd.bolt", f"--engine-path={DATA}/engine"]
COMMAND += [f"--sqlite-path={DATA}/influxd.sqlite", "--http-bind-address=:8086", "--reporting-disabled"]


def setting(name: str) -> str:
    """Return a setting, or the content of the file that `…_FILE` names."""
    file = os.environ.get(f"DOCKER_INFLUXDB_INIT_{name}_FILE")
    return Path(file).read_text().strip() if file else os.environ[f"DOCKER_INFLUXDB_INIT_{name}"]


def wait_until_healthy() -> None:
    """Return once influxd answers."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{ADDRESS}/health", timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def set_up() -> None:
    """Create operator, organisation, bucket and token unless that was done before."""
    with urllib.request.urlopen(f"{ADDRESS}/api/v2/setup", timeout=10) as answer:
        if not json.load(answer)["allowed"]:
            return
    wanted = {key: setting(key.upper()) for key in ("username", "password", "org", "bucket")}
    wanted["token"] = setting("ADMIN_TOKEN")
    body = json.dumps(wanted).encode()
    urllib.request.urlopen(f"{ADDRESS}/api/v2/setup", data=body, timeout=30).close()


def main() -> None:
    """Become influxd; a second process sets it up and ends."""
    if os.environ.get("DOCKER_INFLUXDB_INIT_MODE") == "setup" and os.fork() == 0:
        wait_until_healthy()
        set_up()
        return
    os.execvp(COMMAND[0], COMMAND)


main()
