"""What the console keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    access()
    uploads()
    inspecting()
    bodywork()
    personnel()
    lists()
    letters()


def access() -> None:
    op.create_table(
        "sign_in_link",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("onward", sa.String(500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_link"),
    )
    op.create_index("ix_sign_in_link_mailbox", "sign_in_link", ["mailbox"])
    op.create_table(
        "web_session",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_web_session_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_web_session"),
    )
    op.create_index("ix_web_session_person_id", "web_session", ["person_id"])
    op.create_table(
        "access_token",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_access_token_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_access_token"),
    )
    op.create_index("ix_access_token_person_id", "access_token", ["person_id"])
    op.create_table(
        "account",
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_person_id_person"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_account"),
        sa.UniqueConstraint("issuer", "person_id", name="uq_account_issuer_person_id"),
    )
    op.create_index("ix_account_person_id", "account", ["person_id"])


def uploads() -> None:
    op.create_table(
        "scan",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("signature", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_scan"),
    )
    op.create_index("ix_scan_next_try", "scan", ["next_try"])
    op.create_table(
        "upload",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("draft", sa.String(200), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_id", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_upload_person_id_person"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["sealed_text.id"], name="fk_upload_submission_id_sealed_text"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
    )
    op.create_index("ix_upload_hash", "upload", ["hash"])
    op.create_index("ix_upload_person_id", "upload", ["person_id"])
    op.create_index("ix_upload_submission_id", "upload", ["submission_id"])


def inspecting() -> None:
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_allocation_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
    )
    op.create_index("ix_allocation_case_id", "allocation", ["case_id"])
    op.create_index("ix_allocation_person_id", "allocation", ["person_id"])
    op.create_table(
        "inspector_cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("cover_id", sa.String(80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_inspector_cover_person_id_person"),
        sa.ForeignKeyConstraint(["cover_id"], ["person.id"], name="fk_inspector_cover_cover_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_inspector_cover"),
    )
    op.create_index("ix_inspector_cover_person_id", "inspector_cover", ["person_id"])
    op.create_index("ix_inspector_cover_cover_id", "inspector_cover", ["cover_id"])
    op.create_table(
        "conflict_of_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("body_id", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("ended_by", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_conflict_of_interest_person_id_person"
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name="fk_conflict_of_interest_body_id_body"),
        sa.PrimaryKeyConstraint("id", name="pk_conflict_of_interest"),
    )
    op.create_index("ix_conflict_of_interest_body_id", "conflict_of_interest", ["body_id"])
    op.create_index("ix_conflict_of_interest_person_id", "conflict_of_interest", ["person_id"])
    op.create_table(
        "assessment_draft",
        sa.Column("case_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(80), nullable=False),
        sa.Column("narrative", sa.String(), nullable=False),
        sa.Column("private", sa.String(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_assessment_draft_person_id_person"),
        sa.PrimaryKeyConstraint("case_id", "version", name="pk_assessment_draft"),
    )


def bodywork() -> None:
    op.create_table(
        "submission_draft",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("body_id", sa.String(80), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("report_id", sa.String(80), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_id", sa.String(80), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name="fk_submission_draft_body_id_body"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_submission_draft_person_id_person"),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["sealed_text.id"], name="fk_submission_draft_submission_id_sealed_text"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_submission_draft"),
    )
    for column in ("body_id", "person_id", "submission_id"):
        op.create_index(f"ix_submission_draft_{column}", "submission_draft", [column])
    op.create_table(
        "contact_cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("mailbox", sa.String(254), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contact_cover"),
    )
    op.create_index("ix_contact_cover_owner", "contact_cover", ["owner"])
    op.create_table(
        "contact_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contact_change"),
    )
    op.create_index("ix_contact_change_owner", "contact_change", ["owner"])
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("cover", sa.Integer(), nullable=False, server_default="0"))
        notice.drop_constraint("uq_notice_case_id_clock_version_rung_role", type_="unique")
        notice.create_unique_constraint(
            "uq_notice_case_id_clock_version_rung_role_cover",
            ["case_id", "clock", "version", "rung", "role", "cover"],
        )


def personnel() -> None:
    op.create_table(
        "personnel_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_personnel_change_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_personnel_change"),
    )
    op.create_index("ix_personnel_change_person_id", "personnel_change", ["person_id"])


def lists() -> None:
    """What the lists of cases and reports are sorted and counted by, so that they stay fast with 100,000 cases."""
    op.add_column("case_", sa.Column("waits_on", sa.String(20), nullable=False, server_default=""))
    op.execute(
        "UPDATE case_ SET waits_on = CASE WHEN waiting_for LIKE 'the body''s%' THEN 'body' "
        "WHEN kind = 'response' THEN 'oversight' ELSE 'inspectorate' END WHERE ended_on IS NULL"
    )
    with op.batch_alter_table("case_") as table:
        table.alter_column("waits_on", server_default=None)
    for index in ("ix_case_due", "ix_case__body_id", "ix_case__report_id"):
        op.drop_index(index, "case_")
    of_a_body = [
        "body_id",
        "id",
        "ended_on",
        "kind",
        "stage",
        "next_due",
        "waits_on",
        "report_id",
        "policy_hash",
    ]
    op.create_index("ix_case_body", "case_", of_a_body)
    op.create_index("ix_case_stage", "case_", ["stage", "next_due", "id"])
    op.create_index("ix_case_waits", "case_", ["waits_on", "next_due", "id", "stage"])
    op.create_index("ix_case_next", "case_", ["next_due", "id", "ended_on"])
    op.create_index("ix_case_ended", "case_", ["ended_on", "next_due", "id", "body_id"])
    op.create_index("ix_case_map", "case_", ["stage", "body_id"])
    op.create_index("ix_case_of_report", "case_", ["report_id", "stage", "outcome"])
    op.drop_index("ix_clock_due", "clock")
    op.create_index("ix_clock_due", "clock", ["due", "state", "kind", "case_id"])
    op.create_index("ix_clock_running", "clock", ["case_id", "state", "kind", "due", "id"])


def letters() -> None:
    op.add_column("contact", sa.Column("holder", sa.String(200), nullable=False, server_default=""))
    op.create_table(
        "letter_draft",
        sa.Column("id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("body_id", sa.String(80), nullable=False),
        sa.Column("person_id", sa.String(80), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_aside", sa.Boolean(), nullable=False),
        sa.Column("reviewed_by", sa.String(200), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_letter_draft_person_id_person"),
        sa.PrimaryKeyConstraint("id", "version", name="pk_letter_draft"),
    )
    op.create_index("ix_letter_draft_body_id", "letter_draft", ["body_id"])
