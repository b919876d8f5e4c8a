"""Reports: versions, receipts, secret items

Revision: 0002
Follows: 0001
"""

from alembic import op
import sqlalchemy as sa

from incident_desk.models.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = UtcDateTime(timezone=True)


def upgrade():
    """Tables of what a report leaves behind it; what stands becomes its own first version."""
    _columns()
    _versions()
    _steps()
    _chases_and_undone()
    _secret_items()


def _columns():
    with op.batch_alter_table("report") as report:
        report.add_column(sa.Column("sequence", sa.Integer(), nullable=True))
        report.add_column(sa.Column("follow_up_no", sa.Integer(), nullable=False, server_default="0"))
        report.add_column(sa.Column("previous_id", sa.Integer(), nullable=True))
        report.add_column(sa.Column("urgency", sa.String(), nullable=False, server_default="extra_urgent"))
        report.add_column(sa.Column("pdf_sha256", sa.String(), nullable=True))
        report.add_column(sa.Column("pages", sa.Integer(), nullable=True))
        report.add_column(sa.Column("signatory_listed", sa.Boolean(), nullable=True))
    op.execute("UPDATE report SET sequence = number")
    with op.batch_alter_table("report") as report:
        report.alter_column("sequence", existing_type=sa.Integer(), nullable=False)
        report.alter_column("follow_up_no", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        report.alter_column("urgency", existing_type=sa.String(), existing_nullable=False, server_default=None)
        report.create_unique_constraint("uq_report_sequence", ["incident_id", "office_code", "sequence"])
        report.create_foreign_key("fk_report_previous_id_report", "report", ["previous_id"], ["id"])
    with op.batch_alter_table("report_delivery") as delivery:
        delivery.add_column(sa.Column("chase_at", INSTANT, nullable=True))
        delivery.add_column(sa.Column("document_sha256", sa.String(), nullable=True))
        delivery.add_column(sa.Column("pdf_sha256", sa.String(), nullable=True))
        delivery.create_index("ix_report_delivery_chase_at", ["chase_at"])


def _versions():
    op.create_table(
        "report_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_version_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_report_version"),
        sa.UniqueConstraint("report_id", "version", name="uq_report_version_once"),
    )
    op.create_index("ix_report_version_report_id", "report_version", ["report_id"])
    op.execute(
        "INSERT INTO report_version (report_id, version, texts, snapshot, digest, saved_by, saved_at) "
        "SELECT id, version, texts, snapshot, digest, drafted_by, drafted_at FROM report"
    )


def _steps():
    op.create_table(
        "report_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("manner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_ref", sa.String(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorder_name", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("image_sha256", sa.String(), nullable=True),
        sa.Column("second_hearer", sa.String(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_step_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_report_step"),
    )
    op.create_index("ix_report_step_report_id", "report_step", ["report_id"])


def _chases_and_undone():
    op.create_table(
        "receipt_chase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_receipt_chase_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt_chase"),
        sa.UniqueConstraint("report_id", "recipient", "sent_at", "step", name="uq_receipt_chase_once"),
    )
    op.create_index("ix_receipt_chase_report_id", "receipt_chase", ["report_id"])
    op.create_table(
        "report_delivery_undone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=True),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_delivery_undone_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_report_delivery_undone"),
    )
    op.create_index("ix_report_delivery_undone_report_id", "report_delivery_undone", ["report_id"])


def _secret_items():
    op.create_table(
        "secret_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("handled_by", sa.String(), nullable=False),
        sa.Column("handled_at", INSTANT, nullable=False),
        sa.Column("register_no", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("struck_by", sa.String(), nullable=True),
        sa.Column("struck_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_secret_item_incident_id_incident"),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name="fk_secret_item_office_code_office"),
        sa.PrimaryKeyConstraint("id", name="pk_secret_item"),
    )
    op.create_index("ix_secret_item_incident_id", "secret_item", ["incident_id"])


def downgrade():
    """Versions but the newest, steps, chases and secret items are lost."""
    for table, index in (
        ("secret_item", "ix_secret_item_incident_id"),
        ("report_delivery_undone", "ix_report_delivery_undone_report_id"),
        ("receipt_chase", "ix_receipt_chase_report_id"),
        ("report_step", "ix_report_step_report_id"),
        ("report_version", "ix_report_version_report_id"),
    ):
        op.drop_index(index, table_name=table)
        op.drop_table(table)
    with op.batch_alter_table("report_delivery") as delivery:
        delivery.drop_index("ix_report_delivery_chase_at")
        for column in ("chase_at", "document_sha256", "pdf_sha256"):
            delivery.drop_column(column)
    with op.batch_alter_table("report") as report:
        report.drop_constraint("fk_report_previous_id_report", type_="foreignkey")
        report.drop_constraint("uq_report_sequence", type_="unique")
        for column in (
            "sequence", "follow_up_no", "previous_id", "urgency", "pdf_sha256", "pages", "signatory_listed",
        ):
            report.drop_column(column)
