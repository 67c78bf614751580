"""The one error tree. The type tells retry from give-up; nobody parses messages.

ZaehlwerkError
├── ConfigurationError   wrong settings or portfolio: end before anything starts (exit 2)
├── Unreachable          a device, broker, store or mail server does not answer: retry with back-off
├── StorageFull          the sink cannot make a reading durable: refuse it, raise an alarm, never drop it silently
├── InvalidReading       what arrived is no reading: park it with its reason, count it, go on
├── InsufficientData     a figure cannot be given honestly: say so (exit 3)
├── NotFound             no such meter, property, measure, alert
├── Forbidden            the caller's role does not allow it
└── Conflict             the state of a thing does not allow it (acknowledging a resolved alert, say)
"""

from collections.abc import Iterable
from dataclasses import dataclass


class ZaehlwerkError(Exception):
    """Any error that Zählwerk raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a configuration file: where it stands, what is wrong and what is allowed."""

    file: str
    line: int
    path: str
    message: str
    allowed: str = ""

    def __str__(self) -> str:
        allowed = f" (allowed: {self.allowed})" if self.allowed else ""
        return f"{self.file}:{self.line}: {self.path}: {self.message}{allowed}"


class ConfigurationError(ZaehlwerkError):
    """Settings or portfolio are wrong; `problems` names every mistake that was found, not only the first."""

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        text = problems if isinstance(problems, str) else "\n".join(str(problem) for problem in self.problems)
        super().__init__(text)


class Unreachable(ZaehlwerkError):
    """A device or server does not answer now; trying again later may help.

    `retry_after_s` is how long the server asked to be left alone [s], None if it did not say.
    """

    def __init__(self, *args: object, retry_after_s: float | None = None) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(*args)


class StorageFull(ZaehlwerkError):
    """A reading could not be made durable (disk full, spool bound reached)."""


class InvalidReading(ZaehlwerkError):
    """What arrived is no usable reading; `code` is the stable name of the reason, for counters and tables.

    `meter` is whose reading it would have been (several ids with commas between them), empty where nobody can tell;
    `claimed_ms` the instant that it claims [ms since 1970 UTC], None where that is not what is wrong; `field` which
    part of an entry is wrong, by its name in the interface, empty where it has one part or nobody can tell.
    """

    def __init__(
        self, code: str, detail: str, *, meter: str = "", claimed_ms: int | None = None, field: str = ""
    ) -> None:
        self.code = code
        self.detail = detail
        self.meter = meter
        self.field = field
        self.claimed_ms = claimed_ms
        super().__init__(f"{code}: {detail}")


class InsufficientData(ZaehlwerkError):
    """The data at hand do not carry the figure that was asked for."""


class NotFound(ZaehlwerkError):
    """Nothing has that id; `kind` says of what (meter, property, measure …)."""

    def __init__(self, kind: str, identifier: str) -> None:
        self.kind = kind
        self.identifier = identifier
        super().__init__(f"no {kind} has the id {identifier!r}")


class Forbidden(ZaehlwerkError):
    """The caller is not known or its role does not allow what was asked."""


class Conflict(ZaehlwerkError):
    """The thing's present state does not allow what was asked."""
