"""Keep each case's next instant, so that a deadline that has not fired is seen at once.

Rows of before get theirs with the case's next event, or by the night's audit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_") as case:
        case.add_column(sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_case_next_at", "case_", ["next_at"])
