"""The servers that other tests rely on do what they are for, and come back when they were taken away."""

import smtplib
import ssl
from email.message import EmailMessage

import pytest
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS

from tests.servers.influx import InfluxProgram, InfluxServer, is_healthy
from tests.servers.mosquitto import Broker, MosquittoProgram, speaks_mqtt
from tests.servers.mqtt_clients import Listener, publish
from tests.servers.smtp import SmtpServer

LINE = "reading,meter=m1,quantity=active_energy_import value=12.5 1700000000000"


def write(server: InfluxServer, bucket: str) -> None:
    with InfluxDBClient(server.url, server.token, org=server.org) as client:
        client.write_api(write_options=SYNCHRONOUS).write(bucket, record=LINE, write_precision="ms")


def values(server: InfluxServer, bucket: str) -> list[float]:
    with InfluxDBClient(server.url, server.token, org=server.org) as client:
        tables = client.query_api().query(f'from(bucket: "{bucket}") |> range(start: 0)')
    return [record.get_value() for table in tables for record in table.records]


def test_a_point_written_to_influxdb_is_read_back(influx: InfluxServer, influx_bucket: str) -> None:
    write(influx, influx_bucket)
    assert values(influx, influx_bucket) == [12.5]


def test_every_bucket_is_empty_at_first(influx: InfluxServer) -> None:
    write(influx, influx.fresh_bucket())
    assert values(influx, influx.fresh_bucket()) == []


def test_a_killed_influxdb_comes_back_with_its_points(influxd: InfluxProgram) -> None:
    bucket = influxd.server.fresh_bucket()
    write(influxd.server, bucket)
    influxd.kill()
    assert not is_healthy(influxd.url)
    influxd.start()
    assert values(influxd.server, bucket) == [12.5]


def test_a_message_sent_to_the_broker_arrives(mosquitto: Broker) -> None:
    with Listener(mosquitto, "arrives") as listener:
        publish(mosquitto, "arrives/gas", [b"17"])
        assert listener.received(1) == [b"17"]


def test_a_broker_that_was_taken_away_comes_back_on_its_port(mosquitto_process: MosquittoProgram) -> None:
    mosquitto_process.kill()
    assert not speaks_mqtt(mosquitto_process.broker)
    mosquitto_process.start()
    with Listener(mosquitto_process.broker, "again") as listener:
        publish(mosquitto_process.broker, "again/gas", [b"18"])
        assert listener.received(1) == [b"18"]


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Wasser läuft nachts"
    message["From"] = "zaehlwerk@example.org"
    message["To"] = "nord@example.org"
    message.set_content("Bitte prüfen Sie die Zuleitung.")
    return message


def test_a_mail_arrives_with_its_umlauts(smtp_server: SmtpServer) -> None:
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client:
        client.send_message(mail())
    received = smtp_server.wait_for_mails(1)[0]
    assert received.recipients == ("nord@example.org",)
    assert received.message["Subject"] == "Wasser läuft nachts"
    assert received.message.get_content().strip() == "Bitte prüfen Sie die Zuleitung."


def test_a_mail_server_that_was_away_listens_on_its_port_again(smtp_server: SmtpServer) -> None:
    smtp_server.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10)
    smtp_server.start()
    with smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client:
        client.send_message(mail())
    assert len(smtp_server.mails) == 1


def test_a_refusing_mail_server_keeps_nothing(smtp_server: SmtpServer) -> None:
    smtp_server.refusing = True
    with (
        smtplib.SMTP(smtp_server.host, smtp_server.port, timeout=10) as client,
        pytest.raises(smtplib.SMTPDataError, match="come back later"),
    ):
        client.send_message(mail())
    assert smtp_server.mails == ()


def test_the_secure_mail_server_wants_tls_and_the_right_password(secure_smtp_server: SmtpServer) -> None:
    certificate, login = secure_smtp_server.certificate, secure_smtp_server.login
    assert certificate
    assert login
    with smtplib.SMTP(secure_smtp_server.host, secure_smtp_server.port, timeout=10) as client:
        with pytest.raises(smtplib.SMTPException):
            client.send_message(mail())
        client.starttls(context=ssl.create_default_context(cafile=certificate.path))
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(login.username, "falsch")
        client.login(login.username, login.password)
        client.send_message(mail())
    assert len(secure_smtp_server.mails) == 1
