"""Who may do what: one table of roles, one of routes. What no row names is the administrator's."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """A thing that a role allows."""

    ENTER = "enter"
    PUSH = "push"
    READ = "read"
    ANSWER_ALERTS = "answer_alerts"
    READ_METERS_BY_HAND = "read_meters_by_hand"
    DECIDE_EVENTS = "decide_events"
    KEEP_BALANCE = "keep_balance"
    ADMINISTER = "administer"


_DEVICE = frozenset({Permission.ENTER, Permission.PUSH})
_READER = frozenset({Permission.ENTER, Permission.READ})
_FACILITY_MANAGER = _READER | {
    Permission.ANSWER_ALERTS,
    Permission.READ_METERS_BY_HAND,
    Permission.DECIDE_EVENTS,
}
_CLIMATE_MANAGER = _FACILITY_MANAGER | {Permission.KEEP_BALANCE}

ROLES: dict[str, frozenset[Permission]] = {
    "device": _DEVICE,
    "reader": _READER,
    "facility_manager": _FACILITY_MANAGER,
    "climate_manager": _CLIMATE_MANAGER,
    "administrator": frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a request needs; the first rule that fits decides."""

    methods: frozenset[str]
    path: re.Pattern[str]
    permission: Permission


def _rule(methods: str, path: str, permission: Permission) -> Rule:
    return Rule(frozenset(methods.split()), re.compile(path), permission)


RULES = (
    _rule("POST", r"/v1/readings", Permission.PUSH),
    _rule("POST", r"/v1/meters/[^/]+/(readings|deliveries)", Permission.READ_METERS_BY_HAND),
    _rule("POST", r"/v1/meters/[^/]+/exchanges", Permission.DECIDE_EVENTS),
    _rule("POST", r"/v1/events/[^/]+/(accept|reject|undo)", Permission.DECIDE_EVENTS),
    _rule("POST", r"/v1/alerts/[^/]+/(acknowledge|resolve|comment|silence|answer)", Permission.ANSWER_ALERTS),
    _rule("POST", r"/v1/balance/\d+/freeze", Permission.KEEP_BALANCE),
    _rule("POST", r"/alarme/[^/]+", Permission.ANSWER_ALERTS),
    _rule("POST", r"/zaehler/[^/]+(/lieferungen)?", Permission.READ_METERS_BY_HAND),
    _rule("POST", r"/zaehler/[^/]+/(ereignisse|wechsel)", Permission.DECIDE_EVENTS),
    _rule("POST", r"/abmelden", Permission.ENTER),
    _rule("GET HEAD", r".*", Permission.READ),
)

_OPEN = (
    _rule("GET HEAD", r"/health", Permission.ENTER),
    _rule("GET HEAD", r"/public(/.*)?", Permission.ENTER),
    _rule("POST", r"/anmelden", Permission.ENTER),
)


def is_open(method: str, path: str) -> bool:
    """Say whether a request is answered without a token; the login itself judges the token it is sent."""
    return any(method in rule.methods and rule.path.fullmatch(path) for rule in _OPEN)


def needed(method: str, path: str) -> Permission:
    """Return what a request needs."""
    for rule in RULES:
        if method in rule.methods and rule.path.fullmatch(path):
            return rule.permission
    return Permission.ADMINISTER


def allows(role: str, permission: Permission) -> bool:
    """Say whether a role has a permission; an unknown role has none."""
    return permission in ROLES.get(role, frozenset())
