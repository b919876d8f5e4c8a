"""Rounds, consultations, checklists and closing

Revision: 0007
Follows: 0006
"""

from alembic import op
import sqlalchemy as sa

from incident_desk.models.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = UtcDateTime(timezone=True)


def upgrade():
    """Tables of rounds with their answers, of consultations, and of the end of a case."""
    _inquiry_round()
    _round_question()
    _round_office()
    _round_answer()
    _consultation()
    _investigation_act()
    _check_point()
    _package_check()
    _archive_sending()
    _case_finish()


def _inquiry_round():
    op.create_table(
        "inquiry_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_inquiry_round_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_inquiry_round_office_code_office"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_round"),
        sa.UniqueConstraint("incident_id", "number", name="uq_inquiry_round_number"),
    )
    op.create_index("ix_inquiry_round_due_at", "inquiry_round", ["due_at"])
    op.create_index("ix_inquiry_round_incident_id", "inquiry_round", ["incident_id"])


def _round_question():
    op.create_table(
        "round_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["inquiry_round.id"], name="fk_round_question_round_id_inquiry_round"),
        sa.PrimaryKeyConstraint("id", name="pk_round_question"),
        sa.UniqueConstraint("round_id", "position", name="uq_round_question_position"),
    )


def _round_office():
    op.create_table(
        "round_office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("link_digest", sa.String(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("silent_at", INSTANT, nullable=True),
        sa.Column("silent_messages", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["inquiry_round.id"], name="fk_round_office_round_id_inquiry_round"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_round_office_office_code_office"),
        sa.PrimaryKeyConstraint("id", name="pk_round_office"),
        sa.UniqueConstraint("link_digest", name="uq_round_office_link_digest"),
        sa.UniqueConstraint("round_id", "office_code", name="uq_round_office_once"),
    )
    op.create_index("ix_round_office_office_code", "round_office", ["office_code"])


def _round_answer():
    op.create_table(
        "round_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_office_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_office_id"], ["round_office.id"], name="fk_round_answer_round_office_id_round_office"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["round_question.id"], name="fk_round_answer_question_id_round_question"
        ),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_round_answer_fact_id_fact"),
        sa.PrimaryKeyConstraint("id", name="pk_round_answer"),
    )
    op.create_index("ix_round_answer_question_id", "round_answer", ["question_id"])
    op.create_index("ix_round_answer_round_office_id", "round_answer", ["round_office_id"])


def _consultation():
    op.create_table(
        "consultation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("chair", sa.String(), nullable=False),
        sa.Column("present", sa.String(), nullable=False),
        sa.Column("conclusions", sa.String(), nullable=False),
        sa.Column("decisions", sa.String(), nullable=False),
        sa.Column("next_round_at", INSTANT, nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_consultation_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_consultation_office_code_office"),
        sa.ForeignKeyConstraint(["round_id"], ["inquiry_round.id"], name="fk_consultation_round_id_inquiry_round"),
        sa.PrimaryKeyConstraint("id", name="pk_consultation"),
        sa.UniqueConstraint("incident_id", "number", name="uq_consultation_number"),
    )
    op.create_index("ix_consultation_incident_id", "consultation", ["incident_id"])


def _investigation_act():
    op.create_table(
        "investigation_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_investigation_act_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_investigation_act_office_code_office"),
        sa.PrimaryKeyConstraint("id", name="pk_investigation_act"),
    )
    op.create_index("ix_investigation_act_incident_id", "investigation_act", ["incident_id"])


def _check_point():
    op.create_table(
        "check_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("done_recorded_at", INSTANT, nullable=True),
        sa.Column("done_recorded_by", sa.String(), nullable=True),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("accepted_by", sa.String(), nullable=True),
        sa.Column("accepted_text", sa.String(), nullable=True),
        sa.Column("accepted_recorded_at", INSTANT, nullable=True),
        sa.Column("accepted_recorded_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_check_point_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_check_point_office_code_office"),
        sa.PrimaryKeyConstraint("id", name="pk_check_point"),
    )
    op.create_index("ix_check_point_incident_id", "check_point", ["incident_id"])


def _package_check():
    op.create_table(
        "package_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("is_sound", sa.Boolean(), nullable=False),
        sa.Column("explained", sa.String(), nullable=False),
        sa.Column("scanned", sa.String(), nullable=False),
        sa.Column("checked_at", INSTANT, nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_package_check_incident_id_incident"),
        sa.ForeignKeyConstraint(
            ["package_id"], ["archive_package.id"], name="fk_package_check_package_id_archive_package"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_package_check"),
    )
    op.create_index("ix_package_check_incident_id", "package_check", ["incident_id"])


def _archive_sending():
    op.create_table(
        "archive_sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("to_name", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=True),
        sa.Column("receiver_name", sa.String(), nullable=True),
        sa.Column("receipt_no", sa.String(), nullable=True),
        sa.Column("receipt_recorded_at", INSTANT, nullable=True),
        sa.Column("receipt_recorded_by", sa.String(), nullable=True),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_archive_sending_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_archive_sending_office_code_office"),
        sa.ForeignKeyConstraint(
            ["package_id"], ["archive_package.id"], name="fk_archive_sending_package_id_archive_package"
        ),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_archive_sending_fact_id_fact"),
        sa.PrimaryKeyConstraint("id", name="pk_archive_sending"),
    )
    op.create_index("ix_archive_sending_incident_id", "archive_sending", ["incident_id"])


def _case_finish():
    op.create_table(
        "case_finish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("unmet", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_name", sa.String(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_case_finish_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_case_finish_office_code_office"),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name="fk_case_finish_fact_id_fact"),
        sa.PrimaryKeyConstraint("id", name="pk_case_finish"),
        sa.UniqueConstraint("incident_id", name="uq_case_finish_incident_id"),
    )


def downgrade():
    """Rounds, answers, consultations, points and closings are lost; facts that came of them stay."""
    for table, indexes in (
        ("case_finish", ()),
        ("archive_sending", ("ix_archive_sending_incident_id",)),
        ("package_check", ("ix_package_check_incident_id",)),
        ("check_point", ("ix_check_point_incident_id",)),
        ("investigation_act", ("ix_investigation_act_incident_id",)),
        ("consultation", ("ix_consultation_incident_id",)),
        (
            "round_answer",
            (
                "ix_round_answer_question_id",
                "ix_round_answer_round_office_id",
            ),
        ),
        ("round_office", ("ix_round_office_office_code",)),
        ("round_question", ()),
        (
            "inquiry_round",
            (
                "ix_inquiry_round_due_at",
                "ix_inquiry_round_incident_id",
            ),
        ),
    ):
        for index in indexes:
            op.drop_index(index, table_name=table)
        op.drop_table(table)
