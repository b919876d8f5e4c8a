"""Reminders: signs of life, acknowledged by name, the ladder; findings that a duty does not exist

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

import incident_desk.models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    """Signs of life of the worker, reminders with who knows of them, findings."""
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "time_anchor",
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("counter_s", sa.Double(), nullable=False),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_step_s", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("machine", name=op.f("pk_time_anchor")),
    )
    op.create_table(
        "reminder",
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_breach", sa.Boolean(), nullable=False),
        sa.Column("raised_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_step_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_reminder_clock_id_clock")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_reminder_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_reminder_office_code_office")),
        sa.PrimaryKeyConstraint("clock_id", name=op.f("pk_reminder")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_next_step_at"), ["next_step_at"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("heard_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("confirm_by", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_finding_incident_id_incident")),
        sa.ForeignKeyConstraint(["clock_id"], ["clock.id"], name=op.f("fk_finding_clock_id_clock")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_finding_office_code_office")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_finding_second_id_person")),
        sa.ForeignKeyConstraint(["fact_id"], ["fact.id"], name=op.f("fk_finding_fact_id_fact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_clock_id"), ["clock_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_confirm_by"), ["confirm_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_incident_id"), ["incident_id"], unique=False)


def downgrade():
    """Back to none."""
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_incident_id"))
        batch_op.drop_index(batch_op.f("ix_finding_confirm_by"))
        batch_op.drop_index(batch_op.f("ix_finding_clock_id"))
    op.drop_table("finding")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_next_step_at"))
        batch_op.drop_index(batch_op.f("ix_reminder_incident_id"))
    op.drop_table("reminder")
    op.drop_table("time_anchor")
    op.drop_table("heartbeat")
