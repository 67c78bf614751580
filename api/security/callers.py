"""Who asks, and the form token that binds a form to its session."""

import hashlib
import hmac
from dataclasses import dataclass

from starlette.requests import Request

from api.answers.problems import NotSignedIn
from config.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `csrf` is what a form of this caller's pages has to bring back; `token_id` None: the demo's guest."""

    name: str
    role: str
    csrf: str
    token_id: int | None = None


def csrf_of(secret: str) -> str:
    """Return the form token of a session: nobody who does not know the session's token can work it out."""
    return hmac.new(secret.encode(), b"zaehlwerk form", hashlib.sha256).hexdigest()


def check_csrf(caller: Caller, brought: str) -> None:
    """Raise `Forbidden` unless a form brought its caller's own form token."""
    if not hmac.compare_digest(caller.csrf.encode(), brought.encode()):
        raise Forbidden("this form does not belong to this session")


def caller_or_none(request: Request) -> Caller | None:
    """Return who asks, None for somebody without a token."""
    caller = getattr(request.state, "caller", None)
    return caller if isinstance(caller, Caller) else None


def caller_of(request: Request) -> Caller:
    """Return who asks; raises `NotSignedIn` if nobody is known."""
    caller = caller_or_none(request)
    if caller is None:
        raise NotSignedIn("nobody is signed in")
    return caller
