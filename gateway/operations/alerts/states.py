"""The life cycle of an alert: which state may follow which.

pending ──▶ firing ──▶ acknowledged ──▶ resolved
   └──────────┴──────────────┴────▲───────▲
              └──▶ no_data ───────┘ (back to where it was)

No data is a state of its own: what cannot be seen any more has not got well.
"""

from config.errors import Conflict
from gateway.operations.alerts.rows import AlertState

_FOLLOWS: dict[AlertState, frozenset[AlertState]] = {
    AlertState.PENDING: frozenset({AlertState.FIRING, AlertState.NO_DATA, AlertState.RESOLVED}),
    AlertState.FIRING: frozenset({AlertState.ACKNOWLEDGED, AlertState.NO_DATA, AlertState.RESOLVED}),
    AlertState.ACKNOWLEDGED: frozenset({AlertState.NO_DATA, AlertState.RESOLVED}),
    AlertState.NO_DATA: frozenset(
        {AlertState.PENDING, AlertState.FIRING, AlertState.ACKNOWLEDGED, AlertState.RESOLVED}
    ),
    AlertState.RESOLVED: frozenset(),
}


def check_step(alert_id: int, before: AlertState, after: AlertState) -> None:
    """Return if `after` may follow `before`; staying is no step. Raises `Conflict`."""
    if after != before and after not in _FOLLOWS[before]:
        raise Conflict(f"alert {alert_id} is {before.value} and cannot become {after.value}")
