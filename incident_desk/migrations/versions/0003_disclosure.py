"""Disclosure: approval chain, press conferences, public opinion

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

from incident_desk.models.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT = UtcDateTime(timezone=True)


def upgrade():
    """Drafts with their way, figures, press conferences, opinion, what our page showed; corrections of releases."""
    with op.batch_alter_table("release") as batch:
        batch.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("next_notice_at", AT, nullable=True))
        batch.create_foreign_key(op.f("fk_release_corrects_id_release"), "release", ["corrects_id"], ["id"])
    op.create_table(
        "disclosure_chain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("set_at", AT, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_disclosure_chain_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_chain")),
        sa.UniqueConstraint("office_code", "number", name=op.f("uq_disclosure_chain_number")),
    )
    op.create_index(op.f("ix_disclosure_chain_office_code"), "disclosure_chain", ["office_code"])
    op.create_table(
        "release_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", AT, nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("dropped_at", AT, nullable=True),
        sa.Column("dropped_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["corrects_id"], ["release.id"], name=op.f("fk_release_draft_corrects_id_release")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_release_draft_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_release_draft_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_draft")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_release_draft_number")),
    )
    op.create_index(op.f("ix_release_draft_incident_id"), "release_draft", ["incident_id"])
    op.create_table(
        "release_draft_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("written_at", AT, nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("writer", sa.String(), nullable=False),
        sa.Column("writer_person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["release_draft.id"], name=op.f("fk_release_draft_version_draft_id_release_draft")
        ),
        sa.ForeignKeyConstraint(
            ["writer_person_id"], ["person.id"], name=op.f("fk_release_draft_version_writer_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_draft_version")),
        sa.UniqueConstraint("draft_id", "version", name=op.f("uq_release_draft_version_once")),
    )
    op.create_index(op.f("ix_release_draft_version_draft_id"), "release_draft_version", ["draft_id"])
    op.create_table(
        "release_draft_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("person_ref", sa.String(), nullable=True),
        sa.Column("manner", sa.String(), nullable=False),
        sa.Column("second_hearer", sa.String(), nullable=True),
        sa.Column("page_sha256", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("confirmed_at", AT, nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["release_draft.id"], name=op.f("fk_release_draft_step_draft_id_release_draft")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_draft_step")),
    )
    op.create_index(op.f("ix_release_draft_step_draft_id"), "release_draft_step", ["draft_id"])
    op.create_table(
        "release_draft_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["release_draft.id"], name=op.f("fk_release_draft_publication_draft_id_release_draft")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_release_draft_publication_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_draft_publication")),
        sa.UniqueConstraint("release_id", name=op.f("uq_release_draft_publication_release_id")),
    )
    op.create_index(op.f("ix_release_draft_publication_draft_id"), "release_draft_publication", ["draft_id"])
    op.create_table(
        "approved_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sampled_at", AT, nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("entered_at", AT, nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_person_id", sa.Integer(), nullable=True),
        sa.Column("approved_at", AT, nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entered_person_id"], ["person.id"], name=op.f("fk_approved_figure_entered_person_id_person")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_approved_figure_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_approved_figure_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_figure")),
    )
    op.create_index(op.f("ix_approved_figure_incident_id"), "approved_figure", ["incident_id"])
    op.create_table(
        "press_conference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("held_at", AT, nullable=False),
        sa.Column("spokespeople", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=False),
        sa.Column("transcript_sha256", sa.String(), nullable=True),
        sa.Column("transcript_name", sa.String(), nullable=True),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_press_conference_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_press_conference_office_code_office")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_press_conference_release_id_release")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_press_conference")),
        sa.UniqueConstraint("release_id", name=op.f("uq_press_conference_release_id")),
    )
    op.create_index(op.f("ix_press_conference_incident_id"), "press_conference", ["incident_id"])
    op.create_table(
        "public_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("office_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("seen_at", AT, nullable=False),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("line_at", AT, nullable=True),
        sa.Column("line_by", sa.String(), nullable=True),
        sa.Column("answered_at", AT, nullable=True),
        sa.Column("answered_where", sa.String(), nullable=True),
        sa.Column("answer_link", sa.String(), nullable=True),
        sa.Column("answer_recorded_by", sa.String(), nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_public_opinion_incident_id_incident")),
        sa.ForeignKeyConstraint(["office_code"], ["office.code"], name=op.f("fk_public_opinion_office_code_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_opinion")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_public_opinion_number")),
    )
    op.create_index(op.f("ix_public_opinion_incident_id"), "public_opinion", ["incident_id"])
    op.create_table(
        "public_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("from_at", AT, nullable=False),
        sa.Column("to_at", AT, nullable=True),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_public_state_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_state")),
    )
    op.create_index(op.f("ix_public_state_incident_id"), "public_state", ["incident_id"])
    op.create_index(op.f("ix_public_state_open"), "public_state", ["incident_id", "to_at"])


def downgrade():
    """Take them away; releases stay."""
    op.drop_table("public_state")
    op.drop_table("public_opinion")
    op.drop_table("press_conference")
    op.drop_table("approved_figure")
    op.drop_table("release_draft_publication")
    op.drop_table("release_draft_step")
    op.drop_table("release_draft_version")
    op.drop_table("release_draft")
    op.drop_table("disclosure_chain")
    with op.batch_alter_table("release") as batch:
        batch.drop_constraint(op.f("fk_release_corrects_id_release"), type_="foreignkey")
        batch.drop_column("next_notice_at")
        batch.drop_column("corrects_id")
