"""Nobody gets in without a token; each role gets what its row says and nothing else."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Route

from api.application import application
from api.security.permissions import ROLES, Permission, allows, needed
from tests.unit.api.client import BROWSER, Client
from tests.unit.api.district import SmallDistrict

_SAMPLES = {
    "property_id": "gs-test",
    "meter_id": "gs-strom",
    "measure_id": "gs-regelung",
    "alert_id": "1",
    "event_id": "gs-strom:exchange_suspected:1767225600000",
    "sha256": "0" * 64,
    "year": "2025",
    "digest": "0",
    "name": "charts.js",
}
_OPEN = re.compile(r"/health|/public(/.*)?|/anmelden")


def _walk(routes: list[BaseRoute]) -> Iterator[Route]:
    for route in routes:
        if isinstance(route, Route):
            yield route
        inner = (
            getattr(route, "original_router", None) or getattr(route, "router", None) or getattr(route, "app", None)
        )
        yield from _walk(list(getattr(inner, "routes", [])))


def calls_of(app: FastAPI) -> list[tuple[str, str]]:
    """Return every method and path that the application knows, with samples in place of parameters."""
    found = {
        (method, re.sub(r"{(\w+)}", lambda match: _SAMPLES[match[1]], route.path))
        for route in _walk(app.routes)
        for method in route.methods or ()
    }
    return sorted(found)


def test_the_walk_finds_the_routes(app: FastAPI) -> None:
    paths = {path for _, path in calls_of(app)}
    assert {"/health", "/v1/readings", "/", "/docs", "/openapi.json", "/metrics", "/ready", "/alarme/1"} <= paths
    assert len(paths) > 35


def test_an_anonymous_caller_gets_401_everywhere_save_health_and_public(app: FastAPI, anonymous: Client) -> None:
    for method, path in calls_of(app):
        answer = anonymous.request(method, path)
        if _OPEN.fullmatch(path) and (method, path) != ("POST", "/anmelden"):
            assert answer.status_code != 401, (method, path)
        else:
            assert answer.status_code == 401, (method, path, answer.status_code)
            assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "path", ["/nirgends", "/v1/nirgends", "/static/0/vega.js", "/PUBLIC/properties", "//health/x"]
)
def test_what_does_not_exist_is_401_too_so_that_nobody_can_map_the_house(anonymous: Client, path: str) -> None:
    assert anonymous.get(path).status_code == 401


def test_a_person_without_token_sees_the_login_form_and_no_data(anonymous: Client) -> None:
    answer = anonymous.page("/liegenschaften/gs-test")
    assert answer.status_code == 401
    assert 'name="token"' in answer.text
    assert "Grundschule" not in answer.text


def test_a_link_out_of_a_mail_keeps_its_suggestion_through_the_login(
    district: SmallDistrict, anonymous: Client
) -> None:
    login = anonymous.page("/alarme/1?antwort=fehlalarm")
    target = re.search(r'name="target" value="([^"]+)"', login.text)
    assert target is not None
    token = district.operations.tokens.create("Hausmeister", "facility_manager")
    answer = anonymous.form("/anmelden", {"token": token, "target": target[1]})
    assert answer.headers["location"] == "/alarme/1?antwort=fehlalarm"


def test_the_stylesheet_of_the_login_page_is_open(anonymous: Client) -> None:
    sheet = re.search(r'rel="stylesheet" href="([^"]+)"', anonymous.page("/").text)
    assert sheet is not None
    answer = anonymous.get(sheet[1])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_a_wrong_token_is_401(app: FastAPI) -> None:
    assert Client(app, "zw_wrong").get("/v1/properties").status_code == 401


def test_a_revoked_token_is_401(app: FastAPI, district: SmallDistrict, reader: Client) -> None:
    assert reader.get("/v1/properties").status_code == 200
    district.operations.tokens.revoke(district.operations.tokens.list()[0].id)
    assert reader.get("/v1/properties").status_code == 401


@pytest.mark.parametrize("role", list(ROLES))
def test_each_role_gets_403_exactly_where_its_row_does_not_reach(
    app: FastAPI, as_role: Callable[[str], Client], role: str
) -> None:
    client = as_role(role)
    for method, path in calls_of(app):
        answer = client.request("GET" if method == "HEAD" else method, path)
        may = allows(role, needed(method, path)) or _OPEN.fullmatch(path) is not None
        # Forms ask for their form token too; what the role lacks is said in the answer.
        assert ("the role" in answer.text and answer.status_code == 403) != may, (role, method, path)
        assert answer.status_code != 401 or path == "/anmelden"


@pytest.mark.parametrize(
    ("role", "method", "path", "allowed"),
    [
        ("device", "POST", "/v1/readings", True),
        ("device", "GET", "/v1/meters/gs-strom/readings", False),
        ("device", "GET", "/", False),
        ("reader", "GET", "/", True),
        ("reader", "POST", "/v1/readings", False),
        ("reader", "POST", "/v1/alerts/1/answer", False),
        ("reader", "POST", "/alarme/1", False),
        ("facility_manager", "POST", "/v1/alerts/1/answer", True),
        ("facility_manager", "POST", "/v1/meters/gs-strom/readings", True),
        ("facility_manager", "POST", "/v1/balance/2025/freeze", False),
        ("facility_manager", "POST", "/v1/events/gs-strom:exchange_suspected:1/accept", True),
        ("facility_manager", "POST", "/v1/meters/gs-strom/exchanges", True),
        ("facility_manager", "POST", "/zaehler/gs-strom/ereignisse", True),
        ("reader", "POST", "/v1/events/gs-strom:exchange_suspected:1/undo", False),
        ("reader", "POST", "/v1/meters/gs-strom/exchanges", False),
        ("reader", "POST", "/zaehler/gs-strom/wechsel", False),
        ("device", "GET", "/v1/photos/0", False),
        ("climate_manager", "POST", "/v1/balance/2025/freeze", True),
        ("climate_manager", "POST", "/v1/readings", False),
        ("administrator", "POST", "/v1/readings", True),
        ("administrator", "DELETE", "/v1/properties/gs-test", True),
        ("climate_manager", "DELETE", "/v1/properties/gs-test", False),
        ("visitor", "GET", "/", False),
    ],
)
def test_the_table_of_permissions(role: str, method: str, path: str, allowed: bool) -> None:
    assert allows(role, needed(method, path)) is allowed


def test_a_route_that_no_row_names_is_the_administrators() -> None:
    assert needed("POST", "/v1/something/new") is Permission.ADMINISTER


def test_signing_in_sets_a_cookie_that_no_script_and_no_other_site_gets(
    district: SmallDistrict, anonymous: Client
) -> None:
    token = district.operations.tokens.create("Frau Muster", "reader")
    answer = anonymous.form("/anmelden", {"token": token, "target": "/daten"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/daten")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert anonymous.get("/v1/properties").status_code == 200


def test_the_cookie_is_secure_where_the_public_address_is_https(district: SmallDistrict) -> None:
    client = Client(application(district.services(public_url="https://zaehlwerk.example")))
    token = district.operations.tokens.create("Frau Muster", "reader")
    answer = client.form("/anmelden", {"token": token}, origin="https://zaehlwerk.example")
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_signing_in_never_leads_to_another_site(district: SmallDistrict, anonymous: Client, target: str) -> None:
    token = district.operations.tokens.create("Frau Muster", "reader")
    assert anonymous.form("/anmelden", {"token": token, "target": target}).headers["location"] == "/"


def _signed_in(app: FastAPI, district: SmallDistrict, role: str) -> tuple[Client, str]:
    client = Client(app)
    token = district.operations.tokens.create(f"Person {role}", role)
    assert client.form("/anmelden", {"token": token}).status_code == 303
    return client, client.csrf("/alarme/1")


def test_a_form_without_its_sessions_token_is_refused(app: FastAPI, district: SmallDistrict) -> None:
    client, csrf = _signed_in(app, district, "facility_manager")
    _, foreign = _signed_in(app, district, "climate_manager")
    assert client.form("/alarme/1", {"antwort": "erledigt"}).status_code == 403
    assert client.form("/alarme/1", {"antwort": "erledigt", "csrf": foreign}).status_code == 403
    assert district.operations.alerts.get(1).answer is None
    assert client.form("/alarme/1", {"antwort": "erledigt", "csrf": csrf}).status_code == 303


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "http://x:99999"])
def test_a_form_from_another_site_is_refused(app: FastAPI, district: SmallDistrict, origin: str) -> None:
    client, csrf = _signed_in(app, district, "facility_manager")
    answer = client.form("/alarme/1", {"antwort": "erledigt", "csrf": csrf}, origin=origin)
    assert answer.status_code == 403


def test_the_cookie_alone_writes_nothing_through_the_interface(app: FastAPI, district: SmallDistrict) -> None:
    client, _ = _signed_in(app, district, "administrator")
    assert client.post("/v1/alerts/1/resolve").status_code == 403
    own = {"origin": "http://testserver"}
    assert client.request("POST", "/v1/alerts/1/resolve", headers=own).status_code == 403
    assert district.operations.alerts.get(1).state == "firing"


def test_signing_out_takes_the_cookie_away(app: FastAPI, district: SmallDistrict) -> None:
    client, csrf = _signed_in(app, district, "reader")
    assert client.form("/abmelden", {"csrf": csrf}).status_code == 303
    assert client.page("/").status_code == 401


def test_the_demo_is_open_and_says_that_it_is_sample_data(district: SmallDistrict) -> None:
    client = Client(application(district.services(demo=True)))
    answer = client.page("/alarme")
    assert answer.status_code == 200
    assert "Beispieldaten" in answer.text


def test_the_demo_takes_no_form_from_another_site(district: SmallDistrict) -> None:
    client = Client(application(district.services(demo=True)))
    form = {"antwort": "erledigt", "csrf": client.csrf("/alarme/1")}
    assert client.form("/alarme/1", form, origin="http://evil.example").status_code == 403
    assert (
        client.request("POST", "/v1/alerts/1/resolve", headers={"origin": "http://evil.example"}).status_code == 403
    )
    assert client.form("/alarme/1", form).status_code == 303


@pytest.mark.parametrize("path", ["/", "/health", "/v1/properties", "/v1/nirgends", "/docs"])
def test_every_answer_carries_the_security_headers(administrator: Client, anonymous: Client, path: str) -> None:
    for answer in (anonymous.get(path), administrator.request("GET", path, headers=BROWSER)):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
