"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    bodies()
    reports()
    casework()
    ledger()
    post()
    installation()


def bodies() -> None:
    op.create_table(
        "body",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("division", sa.String(40), nullable=False),
        sa.Column("nation", sa.String(40), nullable=False),
        sa.Column("ons_code", sa.String(20), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_body"),
    )
    op.create_table(
        "oversight_body",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_oversight_body"),
    )
    op.create_table(
        "oversees",
        sa.Column("body_id", sa.String(80), nullable=False),
        sa.Column("oversight_id", sa.String(80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name="fk_oversees_body_id_body"),
        sa.ForeignKeyConstraint(
            ["oversight_id"], ["oversight_body.id"], name="fk_oversees_oversight_id_oversight_body"
        ),
        sa.PrimaryKeyConstraint("body_id", "oversight_id", "since", name="pk_oversees"),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("office", sa.String(200), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_owner", "contact", ["owner"])
    op.create_table(
        "person",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_role_person_id_person"),
        sa.PrimaryKeyConstraint("person_id", "role", "owner", name="pk_person_role"),
    )


def reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(1000), nullable=False),
        sa.Column("s55", sa.Boolean(), nullable=False),
        sa.Column("overview_published_on", sa.Date(), nullable=True),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_table(
        "recommendation",
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("report_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("quoted", sa.String(), nullable=False),
        sa.Column("source", sa.String(1000), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("phrase", sa.String(200), nullable=False),
        sa.Column("limit", sa.String(60), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("policy", sa.String(80), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_recommendation_report_id_report"),
        sa.PrimaryKeyConstraint("reference", name="pk_recommendation"),
    )
    op.create_index("ix_recommendation_report_id", "recommendation", ["report_id"])
    op.create_table(
        "criterion",
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("limit", sa.String(60), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reference"], ["recommendation.reference"], name="fk_criterion_reference_recommendation"
        ),
        sa.PrimaryKeyConstraint("reference", "id", name="pk_criterion"),
    )


def casework() -> None:
    op.create_table(
        "sealed_text",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_text"),
    )
    op.create_table(
        "document",
        sa.Column("submission_id", sa.String(80), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["sealed_text.id"], name="fk_document_submission_id_sealed_text"
        ),
        sa.PrimaryKeyConstraint("submission_id", "name", name="pk_document"),
    )
    op.create_table(
        "order_",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("report_id", sa.String(80), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_order_"),
    )
    op.create_index("ix_order__report_id", "order_", ["report_id"])


def ledger() -> None:
    op.create_table(
        "event",
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("act_key", sa.String(200), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("stream", "seq", name="pk_event"),
    )
    op.create_index("ix_event_kind", "event", ["kind"])
    op.create_table(
        "act_taken",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("stream", sa.String(200), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_act_taken"),
    )
    op.create_index("ix_act_taken_stream", "act_taken", ["stream"])
    op.create_table(
        "case_",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("body_id", sa.String(80), nullable=False),
        sa.Column("oversight_id", sa.String(80), nullable=True),
        sa.Column("report_id", sa.String(80), nullable=False),
        sa.Column("recommendation_kind", sa.String(60), nullable=False),
        sa.Column("division", sa.String(40), nullable=False),
        sa.Column("policy", sa.String(80), nullable=False),
        sa.Column("policy_hash", sa.String(64), nullable=False),
        sa.Column("calendar_hash", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(80), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.String(64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("waiting_for", sa.String(400), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_case_"),
    )
    op.create_index("ix_case__body_id", "case_", ["body_id"])
    op.create_index("ix_case__reference", "case_", ["reference"])
    op.create_index("ix_case__report_id", "case_", ["report_id"])
    op.create_index("ix_case_due", "case_", ["stage", "next_due"])
    op.create_table(
        "clock",
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("started", sa.Date(), nullable=False),
        sa.Column("limit", sa.String(60), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_clock_case_id_case_"),
        sa.PrimaryKeyConstraint("case_id", "id", name="pk_clock"),
    )
    op.create_index("ix_clock_due", "clock", ["due"])


def post() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("clock", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(60), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("template", sa.String(60), nullable=False),
        sa.Column("copied_to", sa.String(200), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("cause_seq", sa.Integer(), nullable=False),
        sa.Column("fell_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("lease", sa.String(80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_id", sa.String(80), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint(
            "case_id", "clock", "version", "rung", "role", name="uq_notice_case_id_clock_version_rung_role"
        ),
    )
    op.create_index("ix_notice_case_id", "notice", ["case_id"])
    op.create_index("ix_notice_mail_id", "notice", ["mail_id"])
    op.create_index("ix_notice_ready", "notice", ["state", "not_before"])
    op.create_table(
        "mail",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("message_id", sa.String(250), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("thread", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("references", sa.String(), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(500), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(80), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("message_id", name="uq_mail_message_id"),
    )
    op.create_index("ix_mail_case_id", "mail", ["case_id"])
    op.create_index("ix_mail_mailbox", "mail", ["mailbox"])
    op.create_index("ix_mail_state", "mail", ["state"])
    op.create_index("ix_mail_thread", "mail", ["thread"])
    op.create_table(
        "attempt",
        sa.Column("mail_id", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(500), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name="fk_attempt_mail_id_mail"),
        sa.PrimaryKeyConstraint("mail_id", "number", name="pk_attempt"),
    )


def installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("timeline", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.create_table(
        "arming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("installation_id", sa.String(80), nullable=False),
        sa.Column("armed_by", sa.String(80), nullable=False),
        sa.Column("armed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("disarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_arming"),
    )
    op.create_index("ix_arming_installation_id", "arming", ["installation_id"])
    op.create_table(
        "heartbeat",
        sa.Column("job", sa.String(60), nullable=False),
        sa.Column("worker", sa.String(80), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_heartbeat"),
    )
    op.create_table(
        "repair",
        sa.Column("id", sa.String(250), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("remedy", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_repair"),
    )
    op.create_index("ix_repair_subject", "repair", ["subject"])
