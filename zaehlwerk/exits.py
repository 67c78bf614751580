"""How a command ends: 0 done, 1 failed at work, 2 wrong call or configuration, 3 not enough data."""

import difflib
from collections.abc import Iterable
from enum import IntEnum

from config.errors import ConfigurationError, InsufficientData, InvalidReading, NotFound, ZaehlwerkError

_FEW = 8  # names that a message lists


class ExitCode(IntEnum):
    """The exit codes that scripts rely on."""

    DONE = 0
    FAILED = 1
    WRONG_CALL = 2
    NOT_ENOUGH_DATA = 3


class WrongCall(ZaehlwerkError):
    """The command was called with something that cannot be; the text says what would be right."""


def exit_code_of(error: ZaehlwerkError) -> ExitCode:
    """Return the exit code of an error."""
    match error:
        case ConfigurationError() | NotFound() | WrongCall() | InvalidReading():
            return ExitCode.WRONG_CALL
        case InsufficientData():
            return ExitCode.NOT_ENOUGH_DATA
        case _:
            return ExitCode.FAILED


def unknown(kind: str, wanted: str, known: Iterable[str]) -> WrongCall:
    """Return the error for an id that nothing has, with the closest one that exists, and all if they are few."""
    names = list(known)
    close = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    allowed = f" (allowed: {', '.join(names)})" if 0 < len(names) <= _FEW else ""
    return WrongCall(f"there is no {kind} {wanted!r}{hint}{allowed}")
