"""Duty: roster, handover, call checks

Revision: 0005
Follows: 0004
"""

from alembic import op
import sqlalchemy as sa

import incident_desk.models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "roster_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_roster_entry_ends_after_start")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_roster_entry_office_code_office")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_roster_entry_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_entry")),
    )
    with op.batch_alter_table("roster_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_entry_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_roster_entry_time", ["office_code", "starts_at"], unique=False)

    op.create_table(
        "duty_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("entered_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_duty_period_last_after_first")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_duty_period_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_period")),
    )
    with op.batch_alter_table("duty_period", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_period_office_code"), ["office_code"], unique=False)

    op.create_table(
        "roster_watch",
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("next_look_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_roster_watch_office_code_office")),
        sa.PrimaryKeyConstraint("office_code", name=op.f("pk_roster_watch")),
    )
    with op.batch_alter_table("roster_watch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_watch_next_look_at"), ["next_look_at"], unique=False)

    op.create_table(
        "roster_fault",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("starts_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("found_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_72_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_24_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_4_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("mended_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_roster_fault_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_fault")),
        sa.UniqueConstraint("office_code", "key", "round", name="uq_roster_fault_round"),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("from_person_id", sa.Integer(), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(), nullable=True),
        sa.Column("shift_day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("equipment_ok", sa.Boolean(), nullable=False),
        sa.Column("phone_tested", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("given_digest", sa.String(), nullable=False),
        sa.Column("given_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("taken_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("taker_manner", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"], name=op.f("fk_handover_from_person_id_person")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_handover_office_code_office")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_handover_to_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index("ix_handover_office", ["office_code", "given_at"], unique=False)

    op.create_table(
        "wake_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("asked_by_office", sa.String(), nullable=False),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("started_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("next_rung", sa.String(), nullable=True),
        sa.Column("next_step_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_office"], ["office.code"], name=op.f("fk_wake_up_asked_by_office_office")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_wake_up_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wake_up")),
    )
    with op.batch_alter_table("wake_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wake_up_next_step_at"), ["next_step_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_wake_up_office_code"), ["office_code"], unique=False)

    op.create_table(
        "wake_up_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wake_up_id", sa.Integer(), nullable=False),
        sa.Column("rung", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("link_digest", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_via", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_wake_up_attempt_outbox_id_outbox")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wake_up_attempt_person_id_person")),
        sa.ForeignKeyConstraint(["wake_up_id"], ["wake_up.id"], name=op.f("fk_wake_up_attempt_wake_up_id_wake_up")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wake_up_attempt")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_wake_up_attempt_link_digest")),
        sa.UniqueConstraint("wake_up_id", "rung", name="uq_wake_up_attempt_rung"),
    )
    with op.batch_alter_table("wake_up_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wake_up_attempt_wake_up_id"), ["wake_up_id"], unique=False)

    op.create_table(
        "duty_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("written_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_duty_line_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_line")),
    )
    with op.batch_alter_table("duty_line", schema=None) as batch_op:
        batch_op.create_index("ix_duty_line_time", ["office_code", "at"], unique=False)

    op.create_table(
        "call_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("target_office", sa.String(), nullable=False),
        sa.Column("target_name", sa.String(), nullable=False),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_call_check_office_code_office")),
        sa.ForeignKeyConstraint(["target_office"], ["office.code"], name=op.f("fk_call_check_target_office_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_check")),
    )
    with op.batch_alter_table("call_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_check_target_office"), ["target_office"], unique=False)
        batch_op.create_index("ix_call_check_time", ["office_code", "at"], unique=False)



def downgrade():
    op.drop_table("call_check")
    op.drop_table("duty_line")
    op.drop_table("wake_up_attempt")
    op.drop_table("wake_up")
    op.drop_table("handover")
    op.drop_table("roster_fault")
    op.drop_table("roster_watch")
    op.drop_table("duty_period")
    op.drop_table("roster_entry")
