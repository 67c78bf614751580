"""Writes the secrets that docker-compose.yml hands to its containers as files; keeps those that are there.

Usage: make_secrets.py FOLDER. Needs nothing but Python. The folder is closed to other users of the machine; the
files in it are readable, as each container reads them under an account of its own.
"""

import base64
import hashlib
import secrets
import sys
from pathlib import Path

RANDOM = ("influx_password", "influx_token", "broker_password", "meters_password")
ACCOUNTS = {"zaehlwerk": "broker_password", "meters": "meters_password"}
ITERATIONS = 10_000


def write_once(file: Path, content: str) -> None:
    """Write a secret unless it is there."""
    if not file.exists():
        file.write_text(content)
        file.chmod(0o444)


def broker_account(user: str, password: str) -> str:
    """Return a line of mosquitto's password file (PBKDF2 with SHA-512)."""
    salt = secrets.token_bytes(12)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"{user}:$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}\n"


def make_secrets(folder: Path) -> None:
    """Fill the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in RANDOM:
        write_once(folder / name, secrets.token_urlsafe(32))
    accounts = [broker_account(user, (folder / name).read_text()) for user, name in ACCOUNTS.items()]
    write_once(folder / "broker_users", "".join(accounts))
    write_once(folder / "smtp_url", "")  # the operator names a mail server here and SMTP_URL_FILE in .env


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]))
