import asyncio
import logging
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest

from alerts.channels.channel import LoginRefused, Undeliverable
from alerts.delivery import GIVE_UP_AFTER, LEASE, LONGEST_WAIT, Delivery, wait_before
from alerts.inbox import undelivered
from config.errors import Unreachable
from gateway.operations import Operations, OutboxState
from tests.unit.alerts.district import NOW
from tests.unit.alerts.mails import HeldChannel, put

MINUTE = timedelta(minutes=1)


def deliver(operations: Operations, channel: HeldChannel, now: datetime = NOW) -> int:
    return asyncio.run(Delivery(operations, channel, lambda: now).deliver_due(now))


def test_a_message_is_delivered_once(operations: Operations) -> None:
    put(operations, "a", "b")
    channel = HeldChannel()
    assert deliver(operations, channel) == 2
    assert deliver(operations, channel) == 0
    assert len(channel.mails) == 2


def test_a_server_that_is_away_gets_the_message_when_it_is_back(operations: Operations) -> None:
    put(operations, "a")
    channel = HeldChannel([Unreachable("connection refused")])
    assert deliver(operations, channel) == 0
    assert deliver(operations, channel, NOW) == 0
    assert deliver(operations, channel, NOW + MINUTE) == 1
    assert deliver(operations, channel, NOW + 60 * MINUTE) == 0
    assert [mail["Message-ID"] for mail in channel.mails] == ["<a@example.org>"]


def test_a_server_that_is_away_is_asked_once_a_pass(operations: Operations) -> None:
    put(operations, "a", "b", "c")
    channel = HeldChannel([Unreachable("away")] * 3)
    deliver(operations, channel)
    assert len(channel.errors) == 2


def test_a_refused_recipient_is_given_up_at_once_and_stops_no_other(operations: Operations) -> None:
    put(operations, "a", "b")
    channel = HeldChannel([Undeliverable("550 no such mailbox")])
    assert deliver(operations, channel) == 1
    (failed,) = undelivered(operations)
    assert (failed.given_up, failed.detail) == (True, "550 no such mailbox")
    assert failed.reason == "Der Mailserver lehnt die Nachricht oder den Empfänger ab."


def test_a_wrong_password_keeps_the_message_and_is_told_in_german(operations: Operations) -> None:
    put(operations, "a")
    deliver(operations, HeldChannel([LoginRefused("user 'zaehlwerk'")]))
    (waiting,) = undelivered(operations)
    assert not waiting.given_up
    assert waiting.reason == "Der Mailserver lehnt die Anmeldung ab: Benutzer oder Passwort stimmen nicht."


def test_after_three_days_a_message_is_given_up_and_shown(operations: Operations) -> None:
    put(operations, "a")
    late = NOW + GIVE_UP_AFTER
    deliver(operations, HeldChannel([Unreachable("away")]), late)
    assert [message.key for message in operations.outbox.list(OutboxState.FAILED)] == ["a"]
    assert deliver(operations, HeldChannel(), late + timedelta(days=1)) == 0
    assert undelivered(operations)[0].given_up


@pytest.mark.parametrize(
    "change", ["""'{"kind": "alert"}'""", "json_set(content, '$.person', null)", "json_set(content, '$.chart', 7)"]
)
def test_a_message_that_makes_no_mail_does_not_block_the_rest(operations: Operations, change: str) -> None:
    put(operations, "a", "b")
    with operations.begin() as connection:
        connection.exec_driver_sql(f"UPDATE outbox SET content = {change} WHERE key = 'a'")
    assert deliver(operations, HeldChannel()) == 1
    (failed,) = undelivered(operations)
    assert failed.reason == "Adresse oder Inhalt ergeben keine Mail."


def test_two_deliverers_do_not_send_the_same_message(operations: Operations) -> None:
    put(operations, "a")
    other = HeldChannel()

    class Slow(HeldChannel):
        def send(self, mail: object) -> None:
            asyncio.run(Delivery(operations, other, lambda: NOW).deliver_due(NOW))

    assert deliver(operations, Slow()) == 1
    assert other.mails == []


def test_a_message_late_in_a_long_pass_is_kept_from_others_as_long_as_the_first(operations: Operations) -> None:
    put(operations, "a", "b")
    times, other = [NOW], HeldChannel()

    class Slow(HeldChannel):
        def send(self, mail: EmailMessage) -> None:
            super().send(mail)
            times.append(times[-1] + LEASE * 0.9)
            if len(self.mails) == 2:
                deliver(operations, other, times[-1])

    assert asyncio.run(Delivery(operations, Slow(), lambda: times[-1]).deliver_due(NOW)) == 2
    assert other.mails == []


def test_a_lost_server_is_logged_once_and_its_return_once(
    operations: Operations, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    put(operations, "a", "b")
    delivery = Delivery(operations, HeldChannel([Unreachable("away")] * 3), lambda: NOW)

    async def passes() -> None:
        for minutes in (0, 1, 2, 30):
            await delivery.deliver_due(NOW + minutes * MINUTE)

    asyncio.run(passes())
    assert [record.message for record in caplog.records if record.name == "alerts.delivery"] == [
        "mails are kept: away",
        "mails go out again after 0:30:00",
    ]


def test_waits_double_up_to_a_ceiling_and_are_spread() -> None:
    waits = [wait_before(attempt, 0) for attempt in (1, 2, 3, 20)]
    assert waits == [timedelta(seconds=30), MINUTE, 2 * MINUTE, LONGEST_WAIT]
    assert len({wait_before(1, row) for row in range(5)}) == 5


def test_leaving_the_context_ends_the_run(operations: Operations) -> None:
    put(operations, "a")
    channel = HeldChannel()

    async def run() -> None:
        async with asyncio.TaskGroup() as group, Delivery(operations, channel, lambda: NOW) as delivery:
            group.create_task(delivery.run(), name="delivery")
            while not channel.mails:
                await asyncio.sleep(0)

    asyncio.run(run())
    assert len(channel.mails) == 1
