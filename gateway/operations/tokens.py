"""Access tokens of people and machines, kept as hashes."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import RowMapping, select, update

from config.errors import NotFound
from gateway.operations.connections import Connections
from gateway.operations.rows import Role, TokenRow
from gateway.operations.tables import access_token

_PREFIX = "zw_"  # a leaked one is found by a search
_RANDOM_BYTES = 32


class Tokens:
    """Who may call. A token is 256 random bits, so a plain hash of it cannot be guessed back."""

    def __init__(self, connections: Connections, clock: Callable[[], datetime]) -> None:
        self._connections = connections
        self._clock = clock

    def create(self, name: str, role: Role | str) -> str:
        """Make a token and return it; this is the only time it is seen. Raises `ValueError` for an unknown role."""
        token = _PREFIX + token_urlsafe(_RANDOM_BYTES)
        values = {
            "name": name,
            "role": Role(role).value,
            "sha256": _hash(token),
            "last_four": token[-4:],
            "created_at": self._clock(),
        }
        with self._connections.writing() as writing:
            writing.execute(access_token.insert().values(values))
        return token

    def role_of(self, token: str) -> TokenRow | None:
        """Return whose token it is and what it may do; None for an unknown or revoked one."""
        query = select(access_token).where(access_token.c.sha256 == _hash(token), access_token.c.revoked_at.is_(None))
        with self._connections.reading() as reading:
            row = reading.execute(query).mappings().first()
        return None if row is None else _row(row)

    def list(self) -> list[TokenRow]:
        """Return every token, revoked ones included, oldest first."""
        with self._connections.reading() as reading:
            rows = reading.execute(select(access_token).order_by(access_token.c.id)).mappings().all()
        return [_row(row) for row in rows]

    def revoke(self, token_id: int) -> None:
        """Let a token open nothing from now on; raises `NotFound`."""
        change = update(access_token).where(access_token.c.id == token_id).values(revoked_at=self._clock())
        with self._connections.writing() as writing:
            if writing.execute(change).rowcount == 0:
                raise NotFound("token", str(token_id))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _row(row: RowMapping) -> TokenRow:
    return TokenRow(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        last_four=row["last_four"],
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
