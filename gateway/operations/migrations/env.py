"""Runs the migrations on the connection that `Operations.upgrade` hands over."""

from alembic import context

from gateway.operations.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=False,  # the transaction is the caller's: two starting processes take turns
)
context.run_migrations()
