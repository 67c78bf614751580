from datetime import timedelta

from gateway.operations import Operations, OutboxState
from tests.unit.gateway.operations.rows import NOW, message

LEASE = timedelta(minutes=5)


def put(operations: Operations, key: str = "k") -> bool:
    with operations.begin() as connection:
        return operations.outbox.put(connection, message(key))


def test_a_message_put_twice_is_one_message(operations: Operations) -> None:
    assert put(operations)
    assert not put(operations)
    assert len(operations.outbox.due(NOW)) == 1


def test_a_claimed_message_is_not_given_to_a_second_deliverer(operations: Operations) -> None:
    put(operations)
    assert [row.key for row in operations.outbox.claim(NOW, lease=LEASE)] == ["k"]
    assert operations.outbox.claim(NOW, lease=LEASE) == []


def test_the_claim_of_a_deliverer_that_died_ends(operations: Operations) -> None:
    put(operations)
    operations.outbox.claim(NOW, lease=LEASE)
    assert len(operations.outbox.claim(NOW + LEASE, lease=LEASE)) == 1


def test_a_failed_attempt_waits_for_its_next_time(operations: Operations) -> None:
    put(operations)
    row = operations.outbox.claim(NOW, lease=LEASE)[0]
    operations.outbox.failed(row.id, "server away", NOW + timedelta(minutes=1))
    assert operations.outbox.due(NOW) == []
    again = operations.outbox.due(NOW + timedelta(minutes=1))[0]
    assert (again.attempts, again.error) == (1, "server away")


def test_what_was_given_up_is_shown_and_not_tried_again(operations: Operations) -> None:
    put(operations)
    operations.outbox.failed(operations.outbox.due(NOW)[0].id, "no such mailbox", None)
    assert operations.outbox.due(NOW + timedelta(days=30)) == []
    assert [row.error for row in operations.outbox.list(OutboxState.FAILED)] == ["no such mailbox"]


def test_a_delivered_message_is_done(operations: Operations) -> None:
    put(operations)
    operations.outbox.delivered(operations.outbox.due(NOW)[0].id, NOW)
    assert operations.outbox.due(NOW + timedelta(days=30)) == []
    assert operations.outbox.list()[0].delivered_at == NOW
