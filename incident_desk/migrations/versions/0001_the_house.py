"""The house

Revision: 0001
Follows: 
"""

from alembic import op
import sqlalchemy as sa

import incident_desk.models.base

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


REFUSAL = "the journal is append-only"


def refuse_changes_of_the_journal():
    """The journal refuses UPDATE and DELETE by trigger, so that no program error can rewrite it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal EXECUTE FUNCTION journal_refuse()"
        )
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal "
                "FOR EACH ROW EXECUTE FUNCTION journal_refuse()"
            )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER journal_no_{verb.lower()} BEFORE {verb} ON journal "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    # REPLACE INTO removes the old row without asking the delete trigger
    op.execute(
        "CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal "
        "WHEN EXISTS (SELECT 1 FROM journal WHERE seq = NEW.seq) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def allow_changes_of_the_journal():
    for verb in ("update", "delete"):
        on_table = " ON journal" if op.get_bind().dialect.name == "postgresql" else ""
        op.execute(f"DROP TRIGGER journal_no_{verb}{on_table}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER journal_no_truncate ON journal")
        op.execute("DROP FUNCTION journal_refuse()")
        return
    op.execute("DROP TRIGGER journal_no_replace")


def upgrade():
    op.create_table('case_number',
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('is_exercise', sa.Boolean(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('office_code', 'year', 'is_exercise', name=op.f('pk_case_number'))
    )
    op.create_table('expert',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('expert_no', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('employer', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=True),
    sa.Column('specialities', sa.JSON(), nullable=False),
    sa.Column('region_code', sa.String(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('backup_phone', sa.String(), nullable=True),
    sa.Column('appointed_to', sa.Date(), nullable=True),
    sa.Column('unavailable_from', sa.Date(), nullable=True),
    sa.Column('unavailable_to', sa.Date(), nullable=True),
    sa.Column('conflicts', sa.JSON(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expert')),
    sa.UniqueConstraint('expert_no', name=op.f('uq_expert_expert_no'))
    )
    op.create_table('idempotency',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('outcome_kind', sa.String(), nullable=True),
    sa.Column('outcome_id', sa.String(), nullable=True),
    sa.Column('used_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency')),
    sa.UniqueConstraint('key', 'actor', name='uq_idempotency_key_actor')
    )
    op.create_table('journal_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_head'))
    )
    op.create_table('office',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name_zh', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('parent_code', sa.String(), nullable=True),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['parent_code'], ['office.code'], name=op.f('fk_office_parent_code_office')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_office'))
    )
    op.create_table('setting',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_setting'))
    )
    op.create_table('sign_in_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login_digest', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('succeeded', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_attempt_address'), ['address'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempt_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_attempt_login_digest'), ['login_digest'], unique=False)

    op.create_table('incident',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_no', sa.String(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('is_exercise', sa.Boolean(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('grade', sa.String(), nullable=True),
    sa.Column('learned_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('occurred_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('opened_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('journal_salt', sa.String(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'closed')", name=op.f('ck_incident_state_known')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_incident_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('case_no', name=op.f('uq_incident_case_no'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_office_code'), ['office_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_state'), ['state'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=True),
    sa.Column('locale', sa.String(), nullable=False),
    sa.Column('theme', sa.String(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('session_epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_person_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('login', name=op.f('uq_person_login'))
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_office_code'), ['office_code'], unique=False)

    op.create_table('access_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('created_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_access_token_office_code_office')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_access_token_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_access_token_digest'))
    )
    op.create_table('archive_package',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('journal_seq', sa.Integer(), nullable=False),
    sa.Column('exported_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('exported_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_archive_package_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_package'))
    )
    with op.batch_alter_table('archive_package', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_archive_package_incident_id'), ['incident_id'], unique=False)

    op.create_table('call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('received_by', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=True),
    sa.Column('learned_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sheet', sa.JSON(), nullable=False),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('caller_name', sa.String(), nullable=True),
    sa.Column('caller_unit', sa.String(), nullable=True),
    sa.Column('caller_phone', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_call_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_call_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call'))
    )
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_incident_id'), ['incident_id'], unique=False)

    op.create_table('call_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('started_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('saved_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('discarded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_call_draft_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_call_draft_office_code_office')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_call_draft_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_draft')),
    sa.UniqueConstraint('key', name=op.f('uq_call_draft_key'))
    )
    with op.batch_alter_table('call_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_call_draft_person_id'), ['person_id'], unique=False)

    op.create_table('callout',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('requested_by', sa.String(), nullable=False),
    sa.Column('requested_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('is_whole_pool', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('confirmed_by', sa.String(), nullable=True),
    sa.Column('confirmed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('basis', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_callout_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_callout_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callout'))
    )
    with op.batch_alter_table('callout', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_callout_incident_id'), ['incident_id'], unique=False)

    op.create_table('clock',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('start_key', sa.String(), nullable=False),
    sa.Column('starts_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('strict_due_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('warn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('urge_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('closed_state', sa.String(), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('warned_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('urged_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('strict_passed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('overdue_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('next_moment_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('due_at IS NULL OR due_at >= starts_at', name=op.f('ck_clock_due_after_start')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_clock_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_clock_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock')),
    sa.UniqueConstraint('incident_id', 'office_code', 'rule_id', 'start_key', name='uq_clock_identity')
    )
    with op.batch_alter_table('clock', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clock_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_clock_is_open'), ['is_open'], unique=False)
        batch_op.create_index(batch_op.f('ix_clock_next_moment_at'), ['next_moment_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_clock_office_code'), ['office_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_clock_strict_due_at'), ['strict_due_at'], unique=False)

    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('original_name', sa.String(), nullable=False),
    sa.Column('client_key', sa.String(), nullable=False),
    sa.Column('width_px', sa.Integer(), nullable=True),
    sa.Column('height_px', sa.Integer(), nullable=True),
    sa.Column('received_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_from', sa.String(), nullable=False),
    sa.Column('phone_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('phone_longitude', sa.Double(), nullable=True),
    sa.Column('phone_latitude', sa.Double(), nullable=True),
    sa.Column('phone_accuracy_m', sa.Double(), nullable=True),
    sa.Column('exif_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('exif_longitude', sa.Double(), nullable=True),
    sa.Column('exif_latitude', sa.Double(), nullable=True),
    sa.Column('exif', sa.JSON(), nullable=False),
    sa.Column('verdicts', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_evidence_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_evidence_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    sa.UniqueConstraint('incident_id', 'client_key', name='uq_evidence_client_key')
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_sha256'), ['sha256'], unique=False)

    op.create_table('field_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_field_link_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_field_link_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_field_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_field_link_digest'))
    )
    with op.batch_alter_table('field_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_field_link_incident_id'), ['incident_id'], unique=False)

    op.create_table('incident_office',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('learned_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_office_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_incident_office_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_office')),
    sa.UniqueConstraint('incident_id', 'office_code', name='uq_incident_office_once')
    )
    with op.batch_alter_table('incident_office', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_office_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incident_office_office_code'), ['office_code'], unique=False)

    op.create_table('journal',
    sa.Column('seq', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('case_no', sa.String(), nullable=True),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('data', sa.Text(), nullable=False),
    sa.Column('prev_hash', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['case_no'], ['incident.case_no'], name=op.f('fk_journal_case_no_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_journal_office_code_office')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_journal'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_journal_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_journal_case_no'), ['case_no'], unique=False)
        batch_op.create_index(batch_op.f('ix_journal_office_code'), ['office_code'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=True),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('is_exercise', sa.Boolean(), nullable=False),
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('to_number', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('promised_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('next_try_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_by', sa.String(), nullable=True),
    sa.Column('leased_until', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('vendor', sa.String(), nullable=True),
    sa.Column('vendor_index', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.String(), nullable=True),
    sa.Column('look_first', sa.Boolean(), nullable=False),
    sa.Column('handed_over_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ask_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.String(), nullable=True),
    sa.Column('about', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_outbox_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_outbox_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_due', ['state', 'next_try_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_ask_at'), ['ask_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_vendor_id'), ['vendor_id'], unique=False)

    op.create_table('phone_call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('contact_key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('reason', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('proposed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('made_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('made_by', sa.String(), nullable=True),
    sa.Column('answered_by', sa.String(), nullable=True),
    sa.Column('said', sa.String(), nullable=True),
    sa.Column('done', sa.String(), nullable=True),
    sa.Column('done_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_phone_call_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_call')),
    sa.UniqueConstraint('incident_id', 'contact_key', name='uq_phone_call_contact')
    )
    with op.batch_alter_table('phone_call', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_phone_call_incident_id'), ['incident_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_phone_call_state'), ['state'], unique=False)

    op.create_table('release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('account', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=True),
    sa.Column('capture_sha256', sa.String(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('published_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('gate', sa.JSON(), nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('is_on_public_page', sa.Boolean(), nullable=False),
    sa.Column('withdrawn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_release_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_release_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release'))
    )
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_incident_id'), ['incident_id'], unique=False)

    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('report_kind', sa.String(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('basis', sa.JSON(), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(), nullable=True),
    sa.Column('document_sha256', sa.String(), nullable=True),
    sa.Column('drafted_by', sa.String(), nullable=False),
    sa.Column('drafted_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('checked_by', sa.String(), nullable=True),
    sa.Column('checked_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('asked_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('asked_by', sa.String(), nullable=True),
    sa.Column('signed_by', sa.String(), nullable=True),
    sa.Column('signatory', sa.String(), nullable=True),
    sa.Column('sign_recorded_by', sa.String(), nullable=True),
    sa.Column('signed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('sign_method', sa.String(), nullable=True),
    sa.Column('signature_sha256', sa.String(), nullable=True),
    sa.Column('second_hearer', sa.String(), nullable=True),
    sa.Column('sign_confirmed_by', sa.String(), nullable=True),
    sa.Column('sign_confirmed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('filed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_report_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_report_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('incident_id', 'number', name='uq_report_number')
    )
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_incident_id'), ['incident_id'], unique=False)

    op.create_table('task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('opened_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(), nullable=False),
    sa.Column('done_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('done_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_task_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_task_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('incident_id', 'kind', 'subject', name='uq_task_subject')
    )
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_task_incident_id'), ['incident_id'], unique=False)

    op.create_table('trace_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('run_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('run_by', sa.String(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('inputs', sa.JSON(), nullable=False),
    sa.Column('facts_version', sa.Integer(), nullable=False),
    sa.Column('network_sha256', sa.String(), nullable=False),
    sa.Column('result', sa.JSON(), nullable=False),
    sa.Column('result_sha256', sa.String(), nullable=False),
    sa.Column('way', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_trace_run_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_trace_run_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trace_run'))
    )
    with op.batch_alter_table('trace_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trace_run_incident_id'), ['incident_id'], unique=False)

    op.create_table('callout_member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('callout_id', sa.Integer(), nullable=False),
    sa.Column('expert_id', sa.Integer(), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=True),
    sa.Column('link_digest', sa.String(), nullable=True),
    sa.Column('reason', sa.JSON(), nullable=False),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('answered_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('arrives_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer_text', sa.String(), nullable=True),
    sa.Column('answered_via', sa.String(), nullable=True),
    sa.Column('round_no', sa.Integer(), nullable=False),
    sa.Column('stood_down_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['callout_id'], ['callout.id'], name=op.f('fk_callout_member_callout_id_callout')),
    sa.ForeignKeyConstraint(['expert_id'], ['expert.id'], name=op.f('fk_callout_member_expert_id_expert')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_callout_member_outbox_id_outbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_callout_member')),
    sa.UniqueConstraint('callout_id', 'expert_id', name='uq_callout_member_once'),
    sa.UniqueConstraint('link_digest', name=op.f('uq_callout_member_link_digest'))
    )
    with op.batch_alter_table('callout_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_callout_member_callout_id'), ['callout_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_callout_member_expert_id'), ['expert_id'], unique=False)

    op.create_table('fact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('source', sa.String(), nullable=True),
    sa.Column('call_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('withdrawn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['call.id'], name=op.f('fk_fact_call_id_call')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_fact_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_fact_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact'))
    )
    with op.batch_alter_table('fact', schema=None) as batch_op:
        batch_op.create_index('ix_fact_incident_kind', ['incident_id', 'kind'], unique=False)

    op.create_table('inbound_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('vendor_id', sa.String(), nullable=False),
    sa.Column('from_number', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('is_exercise', sa.Boolean(), nullable=False),
    sa.Column('received_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_inbound_message_outbox_id_outbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbound_message')),
    sa.UniqueConstraint('vendor_id', name=op.f('uq_inbound_message_vendor_id'))
    )
    op.create_table('report_delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=True),
    sa.Column('sent_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reached_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('receiver_name', sa.String(), nullable=True),
    sa.Column('proof', sa.String(), nullable=True),
    sa.Column('proof_sha256', sa.String(), nullable=True),
    sa.Column('recorded_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_delivery_report_id_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_delivery')),
    sa.UniqueConstraint('report_id', 'recipient', name='uq_report_delivery_once')
    )
    with op.batch_alter_table('report_delivery', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_report_delivery_report_id'), ['report_id'], unique=False)

    refuse_changes_of_the_journal()


def downgrade():
    allow_changes_of_the_journal()
    with op.batch_alter_table('report_delivery', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_delivery_report_id'))

    op.drop_table('report_delivery')
    op.drop_table('inbound_message')
    with op.batch_alter_table('fact', schema=None) as batch_op:
        batch_op.drop_index('ix_fact_incident_kind')

    op.drop_table('fact')
    with op.batch_alter_table('callout_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_callout_member_expert_id'))
        batch_op.drop_index(batch_op.f('ix_callout_member_callout_id'))

    op.drop_table('callout_member')
    with op.batch_alter_table('trace_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trace_run_incident_id'))

    op.drop_table('trace_run')
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_task_incident_id'))

    op.drop_table('task')
    with op.batch_alter_table('report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_report_incident_id'))

    op.drop_table('report')
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_release_incident_id'))

    op.drop_table('release')
    with op.batch_alter_table('phone_call', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_phone_call_state'))
        batch_op.drop_index(batch_op.f('ix_phone_call_incident_id'))

    op.drop_table('phone_call')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_vendor_id'))
        batch_op.drop_index(batch_op.f('ix_outbox_incident_id'))
        batch_op.drop_index(batch_op.f('ix_outbox_ask_at'))
        batch_op.drop_index('ix_outbox_due')

    op.drop_table('outbox')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_journal_office_code'))
        batch_op.drop_index(batch_op.f('ix_journal_case_no'))
        batch_op.drop_index(batch_op.f('ix_journal_at'))

    op.drop_table('journal')
    with op.batch_alter_table('incident_office', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_office_office_code'))
        batch_op.drop_index(batch_op.f('ix_incident_office_incident_id'))

    op.drop_table('incident_office')
    with op.batch_alter_table('field_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_field_link_incident_id'))

    op.drop_table('field_link')
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_sha256'))
        batch_op.drop_index(batch_op.f('ix_evidence_incident_id'))

    op.drop_table('evidence')
    with op.batch_alter_table('clock', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_clock_strict_due_at'))
        batch_op.drop_index(batch_op.f('ix_clock_office_code'))
        batch_op.drop_index(batch_op.f('ix_clock_next_moment_at'))
        batch_op.drop_index(batch_op.f('ix_clock_is_open'))
        batch_op.drop_index(batch_op.f('ix_clock_incident_id'))

    op.drop_table('clock')
    with op.batch_alter_table('callout', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_callout_incident_id'))

    op.drop_table('callout')
    with op.batch_alter_table('call_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_draft_person_id'))

    op.drop_table('call_draft')
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_call_incident_id'))

    op.drop_table('call')
    with op.batch_alter_table('archive_package', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_archive_package_incident_id'))

    op.drop_table('archive_package')
    op.drop_table('access_token')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_office_code'))

    op.drop_table('person')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_state'))
        batch_op.drop_index(batch_op.f('ix_incident_office_code'))

    op.drop_table('incident')
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_attempt_login_digest'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempt_at'))
        batch_op.drop_index(batch_op.f('ix_sign_in_attempt_address'))

    op.drop_table('sign_in_attempt')
    op.drop_table('setting')
    op.drop_table('office')
    op.drop_table('journal_head')
    op.drop_table('idempotency')
    op.drop_table('expert')
    op.drop_table('case_number')
