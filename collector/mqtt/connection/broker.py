"""How to reach a broker: address, account, session."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from collector.mqtt.connection.packet_stream import BufferedClient
from config.errors import ConfigurationError
from config.parsing.url_parts import url_parts
from config.portfolio.sources import MqttBroker
from config.settings import secret_of

KEEP_ALIVE_S = 60
BRIEF_KEEP_ALIVE_S = 10
SESSION_EXPIRY_S = 14 * 24 * 3600
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_OPTIONS = {"protocol", "share", "ca", "cert", "key"}
_PROTOCOLS = {"3.1.1": MQTTProtocolVersion.MQTTv311, "5": MQTTProtocolVersion.MQTTv5}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """`mqtt://host[:port][?protocol=5&share=NAME]`, or `mqtts://` with `ca=FILE&cert=FILE&key=FILE`, taken apart.

    `certificate_authority` None: the system's. `certificate` and `key` are the client's own. MQTT 3.1.1 unless asked
    otherwise: it costs half of what 5 costs. `share`: the name under which several collectors share the messages.
    """

    host: str
    port: int
    is_encrypted: bool
    certificate_authority: Path | None
    protocol: MQTTProtocolVersion
    certificate: Path | None = None
    key: Path | None = None
    share: str | None = None

    def shared(self, topic: str) -> str:
        """Return what is subscribed to for a topic whose messages the collectors of a share divide among them."""
        return topic if self.share is None else f"$share/{self.share}/{topic}"


@dataclass(frozen=True, slots=True)
class Account:
    """Name and password at the broker; None: anonymous."""

    username: str | None = None
    password: str | None = field(default=None, repr=False)


def broker_address(url: str) -> BrokerAddress:
    """Take a broker's URL apart; raises `ConfigurationError`."""
    parts = url_parts(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    protocol = options.get("protocol", "5" if "share" in options else "3.1.1")
    if parts.scheme not in _PORTS or not parts.hostname or options.keys() - _OPTIONS or protocol not in _PROTOCOLS:
        raise ConfigurationError(
            f"{url!r} is no broker (allowed: mqtt://host[:port], mqtts://…; "
            "?protocol=5&share=NAME&ca=FILE&cert=FILE&key=FILE)"
        )
    if parts.username or parts.password:
        raise ConfigurationError("a broker's account belongs into `username` and `password_env`, not into its url")
    _check_options(url, options, protocol, is_encrypted=parts.scheme == "mqtts")
    return BrokerAddress(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        is_encrypted=parts.scheme == "mqtts",
        certificate_authority=_file(options, "ca"),
        protocol=_PROTOCOLS[protocol],
        certificate=_file(options, "cert"),
        key=_file(options, "key"),
        share=options.get("share"),
    )


def tls_context(address: BrokerAddress) -> ssl.SSLContext:
    """Return what proves the broker to us and us to the broker; raises `ConfigurationError` for unusable files."""
    try:
        context = ssl.create_default_context(cafile=address.certificate_authority)
        if address.certificate is not None:
            context.load_cert_chain(address.certificate, address.key)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(f"the certificates for {address.host} cannot be used: {error}") from error
    return context


def _check_options(url: str, options: Mapping[str, str], protocol: str, *, is_encrypted: bool) -> None:
    if "share" in options and protocol != "5":
        raise ConfigurationError(f"{url!r}: shared subscriptions need protocol=5")
    if set("/+#") & set(options.get("share", "")):
        raise ConfigurationError(f"{url!r}: the name of a share has no /, + or #")
    if not is_encrypted and options.keys() & {"ca", "cert", "key"}:
        raise ConfigurationError(f"{url!r}: certificates need mqtts://")
    if "key" in options and "cert" not in options:
        raise ConfigurationError(f"{url!r}: a key needs its certificate: cert=FILE")


def _file(options: Mapping[str, str], name: str) -> Path | None:
    return Path(options[name]) if name in options else None


def account(broker: MqttBroker, environ: Mapping[str, str]) -> Account:
    """Return the broker's account, the password from its variable or the file that `…_FILE` names.

    Raises `ConfigurationError` when neither is there, or the file cannot be read or is empty.
    """
    if broker.password_env is None:
        return Account(broker.username)
    password = secret_of(environ, broker.password_env)
    if password is None:
        raise ConfigurationError(f"{broker.id}: set {broker.password_env} or {broker.password_env}_FILE")
    return Account(broker.username, password)


def new_client(client_id: str, address: BrokerAddress, who: Account, *, keeps_session: bool = True) -> BufferedClient:
    """Return a client that is not connected yet; `connect` says what `keeps_session` means."""
    is_v5 = address.protocol is MQTTProtocolVersion.MQTTv5
    client = BufferedClient(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if is_v5 else not keeps_session,
        protocol=address.protocol,
        manual_ack=True,
    )
    if who.username is not None:
        client.username_pw_set(who.username, who.password)
    if address.is_encrypted:
        client.tls = tls_context(address)
    return client


def connect(client: paho.Client, address: BrokerAddress, *, keeps_session: bool = True) -> None:
    """Connect and ask for the session that was left, which the broker keeps while we are away; raises `OSError`.

    `keeps_session` False: the session ends with the connection, and the broker is quick to see that it has ended.
    """
    keep_alive_s = KEEP_ALIVE_S if keeps_session else BRIEF_KEEP_ALIVE_S
    if address.protocol is not MQTTProtocolVersion.MQTTv5:
        client.connect(address.host, address.port, keep_alive_s)
        return
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho leaves it untyped
    properties.SessionExpiryInterval = SESSION_EXPIRY_S if keeps_session else 0
    clean_start = not keeps_session
    client.connect(address.host, address.port, keep_alive_s, clean_start=clean_start, properties=properties)
