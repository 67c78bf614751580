from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from config.errors import ConfigurationError, Conflict, Unreachable
from gateway.operations import Operations
from gateway.operations.connections import Connections
from gateway.operations.migrating import configuration, upgrade
from gateway.operations.tables import METADATA
from gateway.reading import instant
from tests.unit.gateway.operations.rows import NOW, judged


def test_the_migrations_build_exactly_the_tables_of_the_metadata(tmp_path: Path) -> None:
    connections = Connections(f"sqlite:///{tmp_path}/drift.sqlite")
    with connections.writing() as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    connections.engine.dispose()


def test_upgrading_twice_changes_nothing(operations: Operations) -> None:
    operations.tokens.create("lesen", "reader")
    operations.upgrade()
    assert [token.name for token in operations.tokens.list()] == ["lesen"]


def test_a_database_that_was_never_upgraded_is_not_ready(tmp_path: Path) -> None:
    database = Operations(f"sqlite:///{tmp_path}/empty.sqlite")
    with pytest.raises(Unreachable):
        database.ready()
    database.close()


def test_the_folder_of_the_database_is_made(tmp_path: Path) -> None:
    database = Operations(f"sqlite:///{tmp_path}/deep/er/operations.sqlite")
    database.upgrade()
    database.ready()
    database.close()
    assert (tmp_path / "deep/er/operations.sqlite").exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////dev/null/state/operations.sqlite"])
def test_a_database_that_keeps_nothing_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"no file|no room"):
        Operations(url)


def test_what_failed_halfway_leaves_nothing_behind(operations: Operations) -> None:
    def judge_twice() -> None:
        with operations.begin() as connection:
            operations.judgements.record(connection, judged("meter_silent", "a", NOW))
            operations.judgements.record(connection, judged("meter_silent", "a", NOW))

    with pytest.raises(Conflict):
        judge_twice()
    assert not operations.judgements.judged("meter_silent", "a", NOW)


def test_a_period_is_judged_once_even_by_two_processes(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.sqlite"
    one, other = Operations(url), Operations(url)
    one.upgrade()
    with one.begin() as connection:
        one.judgements.record(connection, judged("meter_silent", "a", NOW))
    with pytest.raises(Conflict), other.begin() as connection:
        other.judgements.record(connection, judged("meter_silent", "a", NOW))
    one.close()
    other.close()


def test_every_table_and_index_can_be_written_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    tables = METADATA.sorted_tables
    statements = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    statements += [str(CreateIndex(index).compile(dialect=dialect)) for table in tables for index in table.indexes]
    (one_open,) = [statement for statement in statements if "uq_alert_open" in statement]
    assert "UNIQUE" in one_open
    assert "WHERE state <> 'resolved'" in one_open
    assert any("BIGSERIAL" in statement for statement in statements)


def test_a_database_of_a_later_version_is_left_alone(operations: Operations) -> None:
    with operations.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="later version"):
        operations.upgrade()


def test_more_callers_than_connections_find_the_database_unreachable(tmp_path: Path) -> None:
    connections = Connections(f"sqlite:///{tmp_path}/busy.sqlite")
    connections.engine.pool._timeout = 0.01  # type: ignore[attr-defined]  # half a minute, else
    with ExitStack() as held:
        for _ in range(15):
            held.enter_context(connections.reading())
        with pytest.raises(Unreachable, match="too many at once"):
            held.enter_context(connections.reading())
    connections.engine.dispose()


def test_what_an_early_version_recorded_is_there_after_every_migration(tmp_path: Path) -> None:
    database = Operations(f"sqlite:///{tmp_path}/old.sqlite")
    with database.begin() as connection:
        command.upgrade(configuration(connection), "0001")
        row = "'gs:1', 'gs', 'exchange', 1000, '1.50', NULL, 'S', 6, NULL, 'd', 'recorded', 'x', 2000"
        connection.execute(text(f"INSERT INTO meter_event VALUES ({row})"))

    database.upgrade()

    (event,) = database.events.of_meter("gs")
    assert (event.id, event.time, event.old_end, event.digits) == ("gs:1", instant(1000), Decimal("1.50"), 6)
    database.close()


def test_a_database_without_room_is_unreachable(operations: Operations) -> None:
    with operations.begin() as connection:
        (pages,) = connection.execute(text("PRAGMA page_count")).one()
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(Unreachable, match=r"full.*is there room on the disk"):
        operations.audit.record("Klimaschutz", "freeze", "2025", {"much": "x" * 100_000})
