"""Scripts and styles out of the installed packages, each under the hash of its content."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path

import orjson
import swagger_ui_bundle
import vl_convert
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from config.errors import NotFound

router = APIRouter(include_in_schema=False)
_OWN = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
# What the login page needs stands under /public; it holds no data.
_OPEN = frozenset({"zaehlwerk.css", "zaehlwerk.svg"})


@dataclass(frozen=True)
class StaticFile:
    """A file by name; `make` gives its content, `version` changes whenever the content does."""

    name: str
    version: str
    make: Callable[[], bytes]

    @cached_property
    def url(self) -> str:
        """Where it is served: the hash of its version is part of the address, so that it never changes there."""
        digest = hashlib.blake2b(self.version.encode(), digest_size=8).hexdigest()
        return f"{'/public' if self.name in _OPEN else ''}/static/{digest}/{self.name}"

    @cached_property
    def content(self) -> bytes:
        """The content, made once."""
        return self.make()


class StaticFiles:
    """Every static file by name."""

    def __init__(self) -> None:
        self._files = {file.name: file for file in (*_own_files(), *_swagger_files(), _vega_file())}

    def url(self, name: str) -> str:
        """Return where a file is served."""
        return self._files[name].url

    def at(self, url: str) -> StaticFile:
        """Return the file that is served there; raises `NotFound`."""
        file = self._files.get(url.rpartition("/")[2])
        if file is None or file.url != url:
            raise NotFound("file", url)
        return file


def _own_files() -> list[StaticFile]:
    return [_file(path) for path in sorted(_OWN.iterdir())]


def _swagger_files() -> list[StaticFile]:
    folder = Path(swagger_ui_bundle.swagger_ui_path)
    return [_file(folder / name) for name in ("swagger-ui.css", "swagger-ui-bundle.js")]


def _file(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(path.name, hashlib.sha256(content).hexdigest(), lambda: content)


def _vega_file() -> StaticFile:
    """Vega, Vega-Lite and Vega-Embed as one script; bundling takes a second, so it is done when first asked for."""
    versions = (
        metadata.version("vl-convert-python"),
        vl_convert.get_vega_version(),
        vl_convert.get_vega_embed_version(),
    )
    return StaticFile("vega.js", f"{versions} de", _vega_bundle)


def _vega_bundle() -> bytes:
    number, time = vl_convert.get_format_locale("de-DE"), vl_convert.get_time_format_locale("de-DE")
    locale = orjson.dumps({"number": number, "time": time}).decode()
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return f"{bundle}\nwindow.zaehlwerkLocale = {locale};\n".encode()


@router.get("/static/{digest}/{name}")
@router.get("/public/static/{digest}/{name}")
async def static_file(request: Request) -> Response:
    """Return a static file, to be kept by the browser for a year."""
    files: StaticFiles = request.app.state.static_files
    file = files.at(request.url.path)
    content = await asyncio.to_thread(getattr, file, "content")
    media_type = _TYPES[Path(file.name).suffix]
    return Response(content, media_type=media_type, headers={"Cache-Control": _FOREVER})
