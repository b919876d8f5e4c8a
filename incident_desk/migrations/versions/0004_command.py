"""Command: headquarters, instructions, leaders' words, papers, response

Revision: 0004
Follows: 0003
"""

from alembic import op
import sqlalchemy as sa

import incident_desk.models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('command_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('head_name', sa.String(), nullable=False),
    sa.Column('head_unit', sa.String(), nullable=False),
    sa.Column('head_phone', sa.String(), nullable=False),
    sa.Column('members', sa.String(), nullable=False),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('ended_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_command_group_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_command_group'))
    )
    with op.batch_alter_table('command_group', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_command_group_incident_id'), ['incident_id'], unique=False)

    op.create_table('command_paper',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('document_no', sa.String(), nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('drafted_by', sa.String(), nullable=False),
    sa.Column('drafted_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('asked_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('asked_by', sa.String(), nullable=True),
    sa.Column('sign_method', sa.String(), nullable=True),
    sa.Column('signed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('signed_by', sa.String(), nullable=True),
    sa.Column('signatory', sa.String(), nullable=True),
    sa.Column('sign_recorded_by', sa.String(), nullable=True),
    sa.Column('sign_recorder_name', sa.String(), nullable=True),
    sa.Column('signature_sha256', sa.String(), nullable=True),
    sa.Column('second_hearer', sa.String(), nullable=True),
    sa.Column('sign_confirmed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('sign_confirmed_by', sa.String(), nullable=True),
    sa.Column('document_sha256', sa.String(), nullable=True),
    sa.Column('sent_how', sa.String(), nullable=True),
    sa.Column('sent_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('receiver_name', sa.String(), nullable=True),
    sa.Column('proof', sa.String(), nullable=True),
    sa.Column('proof_sha256', sa.String(), nullable=True),
    sa.Column('received_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('sent_recorded_by', sa.String(), nullable=True),
    sa.Column('answer_text', sa.String(), nullable=True),
    sa.Column('answer_no', sa.String(), nullable=True),
    sa.Column('answered_by', sa.String(), nullable=True),
    sa.Column('answered_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('answer_sha256', sa.String(), nullable=True),
    sa.Column('answer_recorded_by', sa.String(), nullable=True),
    sa.Column('dropped_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('dropped_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_command_paper_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_command_paper_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_command_paper')),
    sa.UniqueConstraint('incident_id', 'number', name='uq_command_paper_number')
    )
    with op.batch_alter_table('command_paper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_command_paper_incident_id'), ['incident_id'], unique=False)

    op.create_table('command_post',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('document_no', sa.String(), nullable=False),
    sa.Column('head_name', sa.String(), nullable=False),
    sa.Column('head_title', sa.String(), nullable=False),
    sa.Column('head_phone', sa.String(), nullable=False),
    sa.Column('deputies', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('set_up_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('replaced_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('replaced_by', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_command_post_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_command_post_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_command_post'))
    )
    with op.batch_alter_table('command_post', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_command_post_incident_id'), ['incident_id'], unique=False)

    op.create_table('meeting_minutes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('chair', sa.String(), nullable=False),
    sa.Column('present', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('held_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('file_sha256', sa.String(), nullable=True),
    sa.Column('file_name', sa.String(), nullable=True),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('withdrawn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_meeting_minutes_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_meeting_minutes_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_minutes')),
    sa.UniqueConstraint('incident_id', 'number', name='uq_meeting_minutes_number')
    )
    with op.batch_alter_table('meeting_minutes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_meeting_minutes_incident_id'), ['incident_id'], unique=False)

    op.create_table('response_act',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('document_no', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('withdrawn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_response_act_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_response_act_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response_act'))
    )
    with op.batch_alter_table('response_act', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_response_act_incident_id'), ['incident_id'], unique=False)

    op.create_table('scene_journey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('head_office', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('departed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('departed_recorded_by', sa.String(), nullable=True),
    sa.Column('arrived_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('arrived_recorded_by', sa.String(), nullable=True),
    sa.Column('present_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('present_recorded_by', sa.String(), nullable=True),
    sa.Column('deputy_named_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('deputy_reason', sa.String(), nullable=False),
    sa.Column('deputy_recorded_by', sa.String(), nullable=True),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('withdrawn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_scene_journey_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_scene_journey_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scene_journey'))
    )
    with op.batch_alter_table('scene_journey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scene_journey_incident_id'), ['incident_id'], unique=False)

    op.create_table('instruction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('office_code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('given_title', sa.String(), nullable=False),
    sa.Column('given_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('passed_by', sa.String(), nullable=False),
    sa.Column('passed_how', sa.String(), nullable=True),
    sa.Column('hearer', sa.String(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=True),
    sa.Column('to_unit', sa.String(), nullable=False),
    sa.Column('to_name', sa.String(), nullable=False),
    sa.Column('to_phone', sa.String(), nullable=False),
    sa.Column('due_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('original_sha256', sa.String(), nullable=True),
    sa.Column('recorded_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(), nullable=False),
    sa.Column('received_by', sa.String(), nullable=True),
    sa.Column('received_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('receipt_recorded_by', sa.String(), nullable=True),
    sa.Column('done_by', sa.String(), nullable=True),
    sa.Column('done_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('done_text', sa.String(), nullable=True),
    sa.Column('done_recorded_by', sa.String(), nullable=True),
    sa.Column('reported_by', sa.String(), nullable=True),
    sa.Column('reported_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reported_text', sa.String(), nullable=True),
    sa.Column('reported_how', sa.String(), nullable=True),
    sa.Column('reported_recorded_by', sa.String(), nullable=True),
    sa.Column('confirmed_by', sa.String(), nullable=True),
    sa.Column('confirmed_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('confirmed_sha256', sa.String(), nullable=True),
    sa.Column('confirmed_recorded_by', sa.String(), nullable=True),
    sa.Column('withdrawn_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['group_id'], ['command_group.id'], name=op.f('fk_instruction_group_id_command_group')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_instruction_incident_id_incident')),
    sa.ForeignKeyConstraint(['office_code'], ['office.code'], name=op.f('fk_instruction_office_code_office')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instruction')),
    sa.UniqueConstraint('incident_id', 'number', name='uq_instruction_number')
    )
    with op.batch_alter_table('instruction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_instruction_incident_id'), ['incident_id'], unique=False)

    op.create_table('minutes_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('minutes_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('carried_out_by', sa.String(), nullable=False),
    sa.Column('due_at', incident_desk.models.base.UtcDateTime(timezone=True), nullable=True),
    sa.Column('instruction_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['instruction_id'], ['instruction.id'], name=op.f('fk_minutes_decision_instruction_id_instruction')),
    sa.ForeignKeyConstraint(['minutes_id'], ['meeting_minutes.id'], name=op.f('fk_minutes_decision_minutes_id_meeting_minutes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_decision')),
    sa.UniqueConstraint('minutes_id', 'position', name='uq_minutes_decision_position')
    )


def downgrade():
    op.drop_table('minutes_decision')
    with op.batch_alter_table('instruction', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_instruction_incident_id'))

    op.drop_table('instruction')
    with op.batch_alter_table('scene_journey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scene_journey_incident_id'))

    op.drop_table('scene_journey')
    with op.batch_alter_table('response_act', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_response_act_incident_id'))

    op.drop_table('response_act')
    with op.batch_alter_table('meeting_minutes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_meeting_minutes_incident_id'))

    op.drop_table('meeting_minutes')
    with op.batch_alter_table('command_post', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_command_post_incident_id'))

    op.drop_table('command_post')
    with op.batch_alter_table('command_paper', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_command_paper_incident_id'))

    op.drop_table('command_paper')
    with op.batch_alter_table('command_group', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_command_group_incident_id'))

    op.drop_table('command_group')
