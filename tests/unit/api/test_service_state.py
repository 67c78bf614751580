"""What the service says of itself: health, readiness, loading, metrics, and errors nobody foresaw."""

from api.application import application
from api.services import Progress
from config.errors import Unreachable
from tests.unit.api.client import Client
from tests.unit.api.district import SmallDistrict


def test_health_needs_no_token(anonymous: Client) -> None:
    assert anonymous.get("/health").json() == {"status": "alive"}
    assert anonymous.request("HEAD", "/health").status_code == 200


def test_ready_names_every_part(reader: Client) -> None:
    answer = reader.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {
        "store": {"status": "ok"},
        "operations": {"status": "ok"},
        "spool": {"status": "not_used"},
        "scheduler": {"status": "not_used"},
    }


def test_ready_is_503_while_a_part_fails_and_says_which(district: SmallDistrict) -> None:
    def broken() -> None:
        raise Unreachable("no tick for 5 minutes")

    services = district.services(demo=True)
    services.checks["scheduler"] = broken  # type: ignore[index]
    answer = Client(application(services)).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["scheduler"] == {"status": "failed", "detail": "no tick for 5 minutes"}


def test_while_loading_pages_show_progress_and_programs_get_503(district: SmallDistrict) -> None:
    client = Client(application(district.services(demo=True)))
    district.progress = Progress(0.42, "Messwerte von 2024 werden geladen")
    page = client.page("/")
    assert page.status_code == 503
    assert "42" in page.text
    assert "Messwerte von 2024 werden geladen" in page.text
    assert 'http-equiv="refresh"' in page.text
    assert client.get("/v1/properties").status_code == 503
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()["share"]) == (503, 0.42)
    assert client.get("/health").status_code == 200
    district.progress = None
    assert client.page("/").status_code == 200


def test_metrics_are_prometheus_text(reader: Client) -> None:
    text = reader.get("/metrics").text
    assert 'zaehlwerk_source_readings_total{source="broker"} 4711' in text
    assert 'zaehlwerk_source_refused_total{source="broker",reason="not_json"} 2' in text
    assert 'zaehlwerk_source_devices_offline{source="bus-gs"} 1' in text
    assert "zaehlwerk_alerts_open 1" in text
    assert 'meter="gs-strom",quantity="active_energy_import"} 1773097200.000' in text


def test_an_error_that_nobody_foresaw_tells_nothing_of_its_inside(district: SmallDistrict) -> None:
    def broken() -> None:
        raise RuntimeError("secret inside")

    services = district.services(demo=True)
    services.checks["spool"] = broken  # type: ignore[index]
    answer = Client(application(services)).get("/ready")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"]
