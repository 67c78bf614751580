"""Where things are and which secrets open them: the environment variables `ZAEHLWERK_…`.

Every secret may instead stand in a file that `ZAEHLWERK_…_FILE` names, as container secrets do.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from config.errors import ConfigurationError
from config.parsing.spelling import did_you_mean

PREFIX = "ZAEHLWERK_"
SECRETS = ("influx_token", "database_url", "smtp_url", "uplink_password")
INFLUX = ("influx_url", "influx_token", "influx_org", "influx_bucket")
_ELSEWHERE = ("ZAEHLWERK_TEST_", "ZAEHLWERK_REFERENCE_DATA")  # read by the test suite alone
_DEFAULT_SECRETS = frozenset({"admin", "changeme", "change-me", "password", "secret", "my-super-secret-auth-token"})


class Settings(BaseSettings):
    """The settings of one process. Secrets never show in `repr`; ask them by `.get_secret_value()`.

    All four `influx_…` are None: the embedded store in `state` is used. `smtp_url` None: no mail is sent. `edge_id`,
    `uplink_…` and `spool_…` belong to the box in a building.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    portfolio: Path | None = None
    state: Path = Path(".state")
    influx_url: str | None = Field(default=None, pattern="^https?://.")
    influx_token: SecretStr | None = None
    influx_org: str | None = None
    influx_bucket: str | None = None
    database_url: SecretStr = SecretStr("")  # never empty: SQLite in `state` unless it is set
    smtp_url: SecretStr | None = None
    public_url: str = Field(default="http://127.0.0.1:8000", pattern="^https?://.")
    language: Literal["de", "en"] = "de"
    push_requests_per_minute: int = Field(default=600, ge=1)  # of one token, as the next
    push_readings_per_hour: int = Field(default=1_000_000, ge=1)
    inbox: Path | None = None  # a watched folder; None: no files are imported by themselves
    edge_id: str | None = Field(default=None, pattern="^[a-z0-9][a-z0-9-]*$")
    uplink_url: str | None = Field(default=None, pattern="^mqtts?://.")
    uplink_username: str | None = None
    uplink_password: SecretStr | None = None
    spool_days: int = Field(default=60, ge=1)
    spool_megabytes: int = Field(default=2048, ge=8)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `load_settings` hands in and nothing else, so that tests bring an environment of their own."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _database_beside_the_state(cls, given: dict[str, object]) -> dict[str, object]:
        state = Path(str(given.get("state", ".state")))
        return {"database_url": f"sqlite:///{state / 'operations.sqlite'}", **given}

    @field_validator("state")
    @classmethod
    def _nameable_in_a_url(cls, state: Path) -> Path:
        if "?" in str(state):  # the database would lie in another file, named by what stands before it
            raise ValueError("must have no question mark in its name")
        return state

    @field_validator("smtp_url")
    @classmethod
    def _mail_scheme(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("smtp://", "smtps://")):
            raise ValueError("must begin with smtp:// or smtps://")
        return url

    @field_validator("influx_token")
    @classmethod
    def _no_default_secret(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and token.get_secret_value().lower() in _DEFAULT_SECRETS:
            raise ValueError("is a well-known default; make a token of your own")
        return token

    @model_validator(mode="after")
    def _influx_is_complete(self) -> Self:
        missing = [name for name in INFLUX if getattr(self, name) is None]
        if missing and len(missing) < len(INFLUX):
            raise ValueError(f"InfluxDB needs all four settings; missing: {', '.join(map(variable, missing))}")
        return self


def load_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read the settings from `environ` (default: the process's); overrides that are not None win.

    An unknown `ZAEHLWERK_…` variable is an error. Raises `ConfigurationError` naming every wrong variable.
    """
    environ = os.environ if environ is None else environ
    given = {name: value for name, value in environ.items() if _is_ours(name) and value != ""}
    mistakes = [*_unknown(given), *_contradictions(given)]
    values, unreadable = _with_secret_files(given)
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in values.items()}
    chosen = {**source(), **{name: value for name, value in overrides.items() if value is not None}}
    try:
        settings = Settings(**chosen)
    except ValidationError as error:
        raise ConfigurationError("\n".join([*mistakes, *unreadable, *_in_words(error)])) from None
    if mistakes or unreadable:
        raise ConfigurationError("\n".join([*mistakes, *unreadable]))
    return settings


def variable(field: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + field.upper()


def variables() -> tuple[str, ...]:
    """Return every environment variable that is understood, `…_FILE` twins included."""
    files = [variable(name) + "_FILE" for name in SECRETS]
    return (*map(variable, Settings.model_fields), *files)


def secret_of(environ: Mapping[str, str], name: str) -> str | None:
    """Return the secret in variable `name`, else the content of the file that `<name>_FILE` names, else None.

    Raises `ConfigurationError` where the file cannot be read.
    """
    if environ.get(name):
        return environ[name]
    file = environ.get(name + "_FILE")
    return _secret_in(name + "_FILE", Path(file)) if file else None


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) and not name.startswith(_ELSEWHERE)


def _unknown(given: Mapping[str, str]) -> list[str]:
    known = variables()
    return [f"{name}: there is no such setting{did_you_mean(name, known)}" for name in given if name not in known]


def _contradictions(given: Mapping[str, str]) -> list[str]:
    pairs = [(variable(name), variable(name) + "_FILE") for name in SECRETS]
    return [
        f"{plain}: set either {plain} or {file}, not both" for plain, file in pairs if {plain, file} <= given.keys()
    ]


def _with_secret_files(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    values, mistakes = dict(given), []
    for name in map(variable, SECRETS):
        file = values.pop(name + "_FILE", None)
        if file is None:
            continue
        try:
            values[name] = _secret_in(name + "_FILE", Path(file))
        except ConfigurationError as error:
            mistakes.append(str(error))
    return values, mistakes


def _secret_in(name: str, file: Path) -> str:
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigurationError(f"{name}: cannot read {file}: {reason}") from error
    if not secret:
        raise ConfigurationError(f"{name}: {file} is empty")
    return secret


def _in_words(error: ValidationError) -> list[str]:
    # Without the input: it may be a secret.
    return [
        f"{variable(str(mistake['loc'][0])) if mistake['loc'] else 'ZAEHLWERK_INFLUX_…'}: "
        f"{mistake['msg'].removeprefix('Value error, ')}"
        for mistake in error.errors(include_input=False, include_url=False)
    ]
