"""Small portfolios on disk for tests that start the product as its users do."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml


def write_portfolio(
    folder: Path,
    *,
    sources: Iterable[dict[str, Any]],
    meters: Iterable[dict[str, Any]],
    time_zone: str = "Europe/Berlin",
    more: dict[str, Any] | None = None,
) -> Path:
    """Write a district with one school that has these meters; `more` adds to the school (measures, areas …)."""
    district = {"id": "lk-test", "name": "Landkreis Test", "state": "RP", "time_zone": time_zone}
    document = {
        "district": {**district, "weather_station": "02486"},
        "municipalities": [{"id": "landkreis", "name": "Landkreis Test", "kind": "district"}],
        "people": [{"id": "hausmeister", "name": "Hausmeister", "email": "hausmeister@example.org"}],
        "sources": list(sources),
        "tariffs": [{"medium": "electricity_import", "eur_per_unit": 0.3}, {"medium": "water", "eur_per_unit": 4.5}],
    }
    school = {
        "id": "schule",
        "name": "Grundschule Test",
        "municipality": "landkreis",
        "category": "schulen",
        "areas": {"net_floor_m2": 2000},
        "facility_manager": "hausmeister",
        "meters": list(meters),
        **(more or {}),
    }
    (folder / "properties").mkdir(parents=True)
    (folder / "district.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    (folder / "properties" / "schule.yaml").write_text(yaml.safe_dump(school, allow_unicode=True), encoding="utf-8")
    return folder


def mqtt_meters(count: int, *, broker: str = "broker") -> list[dict[str, Any]]:
    """Return electricity meters `strom-0` … that publish `{"ts", "kwh"}` on topics `test/strom-0` …"""
    return [
        {
            "id": f"strom-{number}",
            "medium": "electricity_import",
            "unit": "kWh",
            "interval": "PT1M",
            "source": {
                "from": broker,
                "topic": f"test/strom-{number}",
                "format": "json",
                "value": "kwh",
                "time": "ts",
            },
        }
        for number in range(count)
    ]
