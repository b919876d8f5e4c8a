"""Duties by the calendar

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

import incident_desk.models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    """What falls due for an office without any case."""
    op.create_table(
        "periodic_duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("warned_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("overdue_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("recorded_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_periodic_duty_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periodic_duty")),
        sa.UniqueConstraint("office_code", "rule_id", "period", name="uq_periodic_duty"),
    )
    with op.batch_alter_table("periodic_duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_periodic_duty_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_periodic_duty_office_code"), ["office_code"], unique=False)


def downgrade():
    """Back to none."""
    with op.batch_alter_table("periodic_duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_periodic_duty_office_code"))
        batch_op.drop_index(batch_op.f("ix_periodic_duty_due_on"))
    op.drop_table("periodic_duty")
