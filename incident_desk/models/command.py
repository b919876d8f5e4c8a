"""Command: the headquarters and its groups, instructions, response and warning, heads at the scene, minutes.

Who gave what to whom, and in which words, stands in these rows and nowhere else, so that it can be destroyed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from incident_desk.models.base import Base


class CommandPost(Base):
    """现场指挥部 of a case as it was from one record to the next: a change is a new row, the one before is replaced."""

    __tablename__ = "command_post"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    name: Mapped[str]
    place: Mapped[str]
    document_no: Mapped[str]
    head_name: Mapped[str]
    head_title: Mapped[str]
    head_phone: Mapped[str]
    deputies: Mapped[str]
    note: Mapped[str]
    set_up_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    replaced_at: Mapped[datetime | None]
    replaced_by: Mapped[str | None]


class CommandGroup(Base):
    """A group of the headquarters with its head; one whose head changes is replaced by a new row."""

    __tablename__ = "command_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    head_name: Mapped[str]
    head_unit: Mapped[str]
    head_phone: Mapped[str]
    members: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class Instruction(Base):
    """指挥部指令、领导批示、口头指示、上级交办. Orders of the headquarters are numbered within the case.

    ``due_at`` is by when it is done, of a leader's word by when it is reported back. ``hearer`` heard an oral one.
    """

    __tablename__ = "instruction"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_instruction_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    kind: Mapped[str]
    number: Mapped[int | None]
    text: Mapped[str]
    given_by: Mapped[str]
    given_title: Mapped[str]
    given_at: Mapped[datetime]
    passed_by: Mapped[str]
    passed_how: Mapped[str | None]
    hearer: Mapped[str]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("command_group.id"))
    to_unit: Mapped[str]
    to_name: Mapped[str]
    to_phone: Mapped[str]
    due_at: Mapped[datetime | None]
    original_sha256: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    received_by: Mapped[str | None]
    received_at: Mapped[datetime | None]
    receipt_recorded_by: Mapped[str | None]
    done_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_text: Mapped[str | None]
    done_recorded_by: Mapped[str | None]
    reported_by: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    reported_text: Mapped[str | None]
    reported_how: Mapped[str | None]
    reported_recorded_by: Mapped[str | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_sha256: Mapped[str | None]
    confirmed_recorded_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class ResponseAct(Base):
    """应急响应、预警、应急处置 started, changed or ended: level, by whom, by which document, when."""

    __tablename__ = "response_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    subject: Mapped[str]
    step: Mapped[str]
    level: Mapped[str]
    body: Mapped[str]
    document_no: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class SceneJourney(Base):
    """负责人赶赴现场: a head of ``head_office`` on the way to the scene, or who acts for the head and why."""

    __tablename__ = "scene_journey"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    head_office: Mapped[str]
    name: Mapped[str]
    title: Mapped[str]
    departed_at: Mapped[datetime | None]
    departed_recorded_by: Mapped[str | None]
    arrived_at: Mapped[datetime | None]
    arrived_recorded_by: Mapped[str | None]
    present_at: Mapped[datetime | None]
    present_recorded_by: Mapped[str | None]
    deputy_named_at: Mapped[datetime | None]
    deputy_reason: Mapped[str]
    deputy_recorded_by: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]


class MeetingMinutes(Base):
    """会议纪要 of the headquarters, numbered within the case; ``file_sha256`` is the paper as somebody attached it."""

    __tablename__ = "meeting_minutes"
    __table_args__ = (UniqueConstraint("incident_id", "number", name="uq_meeting_minutes_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    number: Mapped[int]
    title: Mapped[str]
    place: Mapped[str]
    chair: Mapped[str]
    present: Mapped[str]
    text: Mapped[str]
    held_at: Mapped[datetime]
    file_sha256: Mapped[str | None]
    file_name: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_reason: Mapped[str | None]

    decisions: Mapped[list[MinutesDecision]] = relationship(
        back_populates="minutes", cascade="all, delete-orphan", order_by="MinutesDecision.position"
    )


class MinutesDecision(Base):
    """One decision of minutes; ``instruction_id`` is the order it became."""

    __tablename__ = "minutes_decision"
    __table_args__ = (UniqueConstraint("minutes_id", "position", name="uq_minutes_decision_position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("meeting_minutes.id"))
    position: Mapped[int]
    text: Mapped[str]
    carried_out_by: Mapped[str]
    due_at: Mapped[datetime | None]
    instruction_id: Mapped[int | None] = mapped_column(ForeignKey("instruction.id"))

    minutes: Mapped[MeetingMinutes] = relationship(back_populates="decisions")
