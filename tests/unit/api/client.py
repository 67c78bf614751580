"""A caller of the application without a socket."""

import asyncio
import re
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI

BROWSER = {"accept": "text/html,application/xhtml+xml"}


@dataclass
class Client:
    """Calls the application in this process, as whoever holds `token`; cookies are kept like a browser does."""

    app: FastAPI
    token: str | None = None
    host: str = "http://testserver"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        json: object = None,
        data: dict[str, str] | None = None,
        content: bytes | None = None,
        files: dict[str, bytes] | None = None,
    ) -> httpx.Response:
        """Return the answer; redirects are not followed."""
        body = {"json": json, "data": data, "content": content, "files": files}
        return asyncio.run(self._request(method, path, headers or {}, body))

    async def _request(
        self, method: str, path: str, headers: dict[str, str], body: dict[str, object]
    ) -> httpx.Response:
        own = {"authorization": f"Bearer {self.token}"} if self.token else {}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        given = {name: value for name, value in body.items() if value is not None}
        async with httpx.AsyncClient(transport=transport, base_url=self.host, cookies=self.cookies) as client:
            answer = await client.request(method, path, headers=own | headers, **given)  # type: ignore[arg-type]
            self.cookies = client.cookies
            return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        """GET, with headers by name (`if_none_match` for `If-None-Match`)."""
        return self.request("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def page(self, path: str) -> httpx.Response:
        """GET as a browser does."""
        return self.request("GET", path, headers=BROWSER)

    def csrf(self, path: str) -> str:
        """Return the token that a page's forms carry."""
        found = re.search(r'name="csrf" value="(\w+)"', self.page(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, json: object = None) -> httpx.Response:
        """POST a JSON document."""
        return self.request("POST", path, json=json)

    def form(self, path: str, data: dict[str, str], *, origin: str | None = "http://testserver") -> httpx.Response:
        """POST a form as a browser does."""
        return self.request("POST", path, headers=BROWSER | ({"origin": origin} if origin else {}), data=data)
