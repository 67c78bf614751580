"""A real Chromium in front of the small district, served on loopback under the real content security policy."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from api.application import application
from tests.unit.api.district import SmallDistrict, small_district

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class Served:
    """The application on a free port of 127.0.0.1, in a thread of its own."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    def __enter__(self) -> "Served":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()


@dataclass
class Watched:
    """A page with everything that it complained about and every address that it asked for."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a path and wait until the network is quiet and every chart has been drawn or given up."""
        self.page.goto(f"{self.url}{path}", wait_until="networkidle")
        self.page.wait_for_function("() => [...document.querySelectorAll('.chart')].every((c) => c.dataset.drawn)")
        return self.page

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep warnings and errors."""
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def on_request(self, request: Request) -> None:
        """Keep the address, data blocks aside."""
        if not request.url.startswith("data:"):
            self.asked.append(request.url)

    @property
    def foreign(self) -> list[str]:
        """Addresses elsewhere."""
        return [url for url in self.asked if not url.startswith(self.url)]


@pytest.fixture(scope="package")
def browser(chromium: Path) -> Iterator[Browser]:
    """The browser of this folder: closed before other tests, which its event loop would disturb."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDistrict]:
    """The small district."""
    found = small_district(tmp_path_factory.mktemp("district"))
    yield found
    found.operations.close()
    found.store.close()


@pytest.fixture(scope="package")
def demo(district: SmallDistrict) -> Iterator[str]:
    """The address of the open demo."""
    with Served(application(district.services(demo=True))) as served:
        yield served.url


@pytest.fixture(scope="package")
def guarded(district: SmallDistrict) -> Iterator[str]:
    """The address of the same district outside the demo."""
    with Served(application(district.services())) as served:
        yield served.url


def watched(context: BrowserContext, url: str) -> Watched:
    """Return a new page of a browser's context that is watched."""
    found = Watched(context.new_page(), url)
    found.page.on("console", found.on_console)
    found.page.on("pageerror", lambda error: found.complaints.append(f"page: {error}"))
    found.page.on("request", found.on_request)
    return found


@pytest.fixture
def desk(browser: Browser, demo: str) -> Iterator[Watched]:
    """A page at a desk."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="de-DE") as context:
        yield watched(context, demo)


@pytest.fixture
def phone(browser: Browser, demo: str) -> Iterator[Watched]:
    """A page on a phone."""
    with browser.new_context(viewport={"width": 390, "height": 844}, locale="de-DE", is_mobile=True) as context:
        yield watched(context, demo)
