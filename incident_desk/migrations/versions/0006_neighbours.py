"""Neighbours: notices, agreements

Revision: 0006
Follows: 0005
"""

from alembic import op
import sqlalchemy as sa

import incident_desk.models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "neighbour_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("to_code", sa.String(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=True),
        sa.Column("file_sha256", sa.String(), nullable=True),
        sa.Column("file_made_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("file_made_by", sa.String(), nullable=True),
        sa.Column("replied_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("replied_by", sa.String(), nullable=True),
        sa.Column("reply_text", sa.String(), nullable=True),
        sa.Column("reply_recorded_by", sa.String(), nullable=True),
        sa.Column("dropped_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("dropped_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_neighbour_notice_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_neighbour_notice_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbour_notice")),
        sa.UniqueConstraint("incident_id", "number", name="uq_neighbour_notice_number"),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_neighbour_notice_file_sha256")),
    )
    with op.batch_alter_table("neighbour_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_neighbour_notice_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "neighbour_notice_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("number_rung", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("read_back", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("proof_sha256", sa.String(), nullable=True),
        sa.Column("received_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["neighbour_notice.id"], name=op.f("fk_neighbour_notice_act_notice_id_neighbour_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbour_notice_act")),
    )
    with op.batch_alter_table("neighbour_notice_act", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_neighbour_notice_act_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "neighbour_advice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("neighbours", sa.JSON(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("receiver_name", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("proof_sha256", sa.String(), nullable=True),
        sa.Column("recorded_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_neighbour_advice_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_neighbour_advice_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbour_advice")),
        sa.UniqueConstraint("incident_id", "number", name="uq_neighbour_advice_number"),
    )
    with op.batch_alter_table("neighbour_advice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_neighbour_advice_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "received_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sender_code", sa.String(), nullable=False),
        sa.Column("sender_name", sa.String(), nullable=False),
        sa.Column("sender_case_no", sa.String(), nullable=False),
        sa.Column("sender_key", sa.String(), nullable=False),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("opened_case", sa.Boolean(), nullable=False),
        sa.Column("received_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_received_notice_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_received_notice_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_notice")),
        sa.UniqueConstraint("office_code", "identifier", name="uq_received_notice_once"),
    )
    with op.batch_alter_table("received_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_received_notice_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "joint_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("agreement_no", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("water_body", sa.String(), nullable=False),
        sa.Column("upstream_code", sa.String(), nullable=False),
        sa.Column("downstream_code", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("upstream_contact", sa.String(), nullable=False),
        sa.Column("upstream_phone", sa.String(), nullable=False),
        sa.Column("downstream_contact", sa.String(), nullable=False),
        sa.Column("downstream_phone", sa.String(), nullable=False),
        sa.Column("last_meeting_on", sa.Date(), nullable=True),
        sa.Column("last_drill_on", sa.Date(), nullable=True),
        sa.Column("monitoring_plan", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("changed_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("ended_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.CheckConstraint("level IN ('province', 'prefecture', 'county')", name=op.f("ck_joint_agreement_level_known")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_joint_agreement_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_agreement")),
        sa.UniqueConstraint("office_code", "agreement_no", name="uq_joint_agreement_no"),
    )
    with op.batch_alter_table("joint_agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joint_agreement_office_code"), ["office_code"], unique=False)

    op.create_table(
        "agreement_dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("mediated_by", sa.String(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("recorded_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("settled_recorded_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["agreement_id"], ["joint_agreement.id"], name=op.f("fk_agreement_dispute_agreement_id_joint_agreement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_dispute")),
    )
    with op.batch_alter_table("agreement_dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_dispute_agreement_id"), ["agreement_id"], unique=False)

    op.create_table(
        "agreement_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafted_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("sent_how", sa.String(), nullable=True),
        sa.Column("sent_at", incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("receiver_name", sa.String(), nullable=True),
        sa.Column("proof", sa.String(), nullable=True),
        sa.Column("proof_sha256", sa.String(), nullable=True),
        sa.Column("document_sha256", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_agreement_progress_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_progress")),
        sa.UniqueConstraint("office_code", "period", name="uq_agreement_progress_period"),
    )
    with op.batch_alter_table("agreement_progress", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_progress_office_code"), ["office_code"], unique=False)


def downgrade():
    op.drop_table("agreement_progress")
    op.drop_table("agreement_dispute")
    op.drop_table("joint_agreement")
    op.drop_table("received_notice")
    op.drop_table("neighbour_advice")
    op.drop_table("neighbour_notice_act")
    op.drop_table("neighbour_notice")
