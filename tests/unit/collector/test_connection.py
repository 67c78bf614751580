"""Broker addresses and accounts."""

from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from collector.mqtt.connection.broker import Account, account, broker_address
from config.errors import ConfigurationError
from config.portfolio.sources import MqttBroker


def test_the_ports_follow_the_scheme() -> None:
    assert broker_address("mqtt://broker.example.org").port == 1883
    assert broker_address("mqtts://broker.example.org").port == 8883
    assert broker_address("mqtt://127.0.0.1:1884").port == 1884


def test_an_encrypted_broker_may_have_an_authority_of_its_own() -> None:
    address = broker_address("mqtts://broker.example.org?ca=/etc/ssl/county.pem&protocol=5")
    assert address.certificate_authority == Path("/etc/ssl/county.pem")
    assert address.protocol is MQTTProtocolVersion.MQTTv5


@pytest.mark.parametrize("url", ["http://broker", "mqtt://", "mqtt://broker?protocol=4", "mqtt://broker?qos=2"])
def test_what_is_no_broker_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="allowed: mqtt://"):
        broker_address(url)


def test_a_password_in_the_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        broker_address("mqtt://meter:geheim@broker")
    assert "geheim" not in str(caught.value)


def test_a_password_comes_from_the_variable_or_the_file_that_its_twin_names(tmp_path: Path) -> None:
    broker = MqttBroker("broker", "mqtt://broker", "zaehlwerk", "BROKER_PASSWORD")
    secret = tmp_path / "secret"
    secret.write_text("geheim\n", encoding="utf-8")
    assert account(broker, {"BROKER_PASSWORD": "offen"}) == Account("zaehlwerk", "offen")
    assert account(broker, {"BROKER_PASSWORD_FILE": str(secret)}) == Account("zaehlwerk", "geheim")
    with pytest.raises(ConfigurationError, match="set BROKER_PASSWORD or BROKER_PASSWORD_FILE"):
        account(broker, {})


def test_a_password_is_not_shown() -> None:
    assert "geheim" not in repr(Account("zaehlwerk", "geheim"))
