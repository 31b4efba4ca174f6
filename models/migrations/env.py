"""Run by Alembic, on the connection that `models.schema` gives it and in that connection's transaction."""

from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString, SQLModel
from sqlmodel.sql.sqltypes import UTCDateTime

from models import tables

assert tables.EventRow.metadata is SQLModel.metadata  # importing them has registered every table


def plainly(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write SQLModel's own types as the ones they stand for: old migrations must not depend on its insides."""
    if kind == "type" and isinstance(item, AutoString):
        length = item.impl_instance.length if isinstance(item.impl_instance, sa.String) else None
        return f"sa.String({length or ''})"
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=plainly,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
