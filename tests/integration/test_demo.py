"""The demo as a newcomer meets it."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_commands_running import called, ended, environment, running, status, until
from tests.servers.search import LOOPBACK, free_port, program
from zaehlwerk.demo.broker import STAND_IN
from zaehlwerk.demo.history.incidents import CUT_OFF_METER, FORGOTTEN_METER
from zaehlwerk.demo.stray import TOPIC as STRAY

PAGES = ("/", "/alarme", "/massnahmen", "/daten", "/liegenschaften/gs-am-wald", "/zaehler/gs-am-wald-wasser")


def fetched(url: str) -> Any:
    """Return a JSON document."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def text_of(url: str) -> str:
    """Return a page."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


@pytest.mark.skipif(program("mosquitto") is None, reason="the demo runs on its stand-in here, see the other test")
def test_the_demo_shows_live_pages_and_its_three_alerts_and_ends_by_itself(tmp_path: Path) -> None:
    port, state = free_port(), tmp_path / "state"
    url = f"http://{LOOPBACK}:{port}"
    with running(tmp_path, "demo", "--port", str(port), "--for", "25", "--state", str(state)) as demo:
        until(lambda: status(f"{url}/ready") == 200)
        assert {page: status(url + page) for page in PAGES} == dict.fromkeys(PAGES, 200)
        assert "Beispiel" in text_of(url + "/")
        until(lambda: len(fetched(f"{url}/v1/alerts")["items"]) == 3)
        until(lambda: len(list((state / "mails").glob("*.eml"))) == 3)
        assert "Eine Frage an Sie" in text_of(f"{url}/zaehler/{FORGOTTEN_METER}")
        until(lambda: STRAY in text_of(f"{url}/daten"))
        assert demo.wait(60) == 0
    alerts = {alert["rule"]: alert for alert in json.loads(on(state, "alerts", "--json"))}
    assert alerts["water_runs_at_night"]["value"] == pytest.approx(0.42, abs=0.02)
    assert {rule: alert["property"] for rule, alert in alerts.items()} == {
        "meter_silent": "bauhof-am-gleis",
        "water_runs_at_night": "gs-am-wald",
        "measure_target_missed": "sporthalle-am-markt",
    }
    assert_mails_can_be_opened(state / "mails")
    substitutes = json.loads(on(state, "consumption", CUT_OFF_METER, "--json"))["substitutes"]
    assert [one["known_sum"] for one in substitutes] == [True]
    assert_live_readings_follow_the_history(state, "gs-am-wald-strom", "gs-am-wald-wasser")


def on(state: Path, *arguments: str) -> str:
    """Return what a command prints about the demo's kept state."""
    sample = Path(__file__).parents[2] / "zaehlwerk" / "demo" / "portfolio"
    answer = called(state, *arguments, "--portfolio", str(sample), "--state", str(state))
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def assert_mails_can_be_opened(folder: Path) -> None:
    """Every mail goes to a function at example.org and says so in its subject what is wrong."""
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")]
    assert all(mail["To"].addresses[0].domain == "example.org" for mail in mails)
    assert any("Wasser läuft nachts durch" in mail["Subject"] for mail in mails)


def assert_live_readings_follow_the_history(state: Path, *meters: str) -> None:
    """Behind the last full hour stand readings of this run, and none fell."""
    for meter in meters:
        readings = json.loads(on(state, "readings", meter, "--json"))["readings"]
        assert not re.search(r":00:00[+-]", readings[-1]["time"]), meter
        values = [reading["value"] for reading in readings]
        assert values == sorted(values), meter


def test_a_kept_state_is_gone_on_with(tmp_path: Path) -> None:
    arguments = ("demo", "--port", str(free_port()), "--for", "0", "--state", str(tmp_path / "state"))
    first, second = called(tmp_path, *arguments), called(tmp_path, *arguments)
    assert (first.returncode, second.returncode) == (0, 0)
    loaded = [int(re.findall(r"(\d+) readings of sample data", run.stderr)[0]) for run in (first, second)]
    assert loaded[0] > 900_000
    assert loaded[1] < 100


def test_ctrl_c_while_loading_ends_cleanly(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, "demo", "--port", str(port)) as demo:
        until(lambda: status(f"http://{LOOPBACK}:{port}/health") == 200)
        assert ended(demo, signal.SIGINT) == 0
    assert "Traceback" not in (tmp_path / "demo.log").read_text()


WITHOUT_MOSQUITTO = "import zaehlwerk.demo.broker as b; b.find_mosquitto = lambda: None; import zaehlwerk.__main__"


def test_without_mosquitto_a_stand_in_brings_the_demo_up_and_says_so(tmp_path: Path) -> None:
    url = f"http://{LOOPBACK}:{(port := free_port())}"
    command = [sys.executable, "-c", WITHOUT_MOSQUITTO, "demo", "--port", str(port)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(tmp_path))
    try:
        until(lambda: status(f"{url}/ready") == 200)
        assert STAND_IN in text_of(f"{url}/daten")
        demo.send_signal(signal.SIGINT)
        _, log = demo.communicate(timeout=60)
    finally:
        demo.kill()
    assert demo.returncode == 0
    assert b"amqtt stands in" in log
