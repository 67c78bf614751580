"""The operations database: what people and the service did. Readings live in the store, not here."""

from gateway.operations.alerts.rows import (
    AlertLogRow,
    AlertRow,
    AlertState,
    Answer,
    JudgementRow,
    NewAlert,
    OutboxMessage,
    OutboxRow,
    OutboxState,
    Outcome,
)
from gateway.operations.database import Operations
from gateway.operations.rows import (
    AuditRow,
    BoxStateRow,
    FormerValueRow,
    FrozenBalanceRow,
    MeterEventRow,
    PhotoRow,
    ReadingNoteRow,
    Role,
    TokenRow,
)

__all__ = [
    "AlertLogRow",
    "AlertRow",
    "AlertState",
    "Answer",
    "AuditRow",
    "BoxStateRow",
    "FormerValueRow",
    "FrozenBalanceRow",
    "JudgementRow",
    "MeterEventRow",
    "NewAlert",
    "Operations",
    "OutboxMessage",
    "OutboxRow",
    "OutboxState",
    "Outcome",
    "PhotoRow",
    "ReadingNoteRow",
    "Role",
    "TokenRow",
]
