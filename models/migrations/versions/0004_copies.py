"""Tell a copy of a ledger from its original, and count how many mails were tried in the last minute."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("installation") as installation:
        installation.add_column(sa.Column("place", sa.String(200), nullable=False, server_default=""))
        installation.add_column(sa.Column("copy_of", sa.String(80), nullable=False, server_default=""))
        installation.add_column(sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True))
        installation.add_column(sa.Column("unmuted_by", sa.String(80), nullable=False, server_default=""))
        installation.add_column(sa.Column("unmuted_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("mail") as mail:
        mail.add_column(sa.Column("meant_for", sa.String(254), nullable=False, server_default=""))
    op.create_index("ix_attempt_started_at", "attempt", ["started_at"])
