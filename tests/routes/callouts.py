"""An exercise with the sample pool on a real wall of phones, for the tests of routes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.extensions import db
from incident_desk.models import CalloutMember, Expert, Incident, OutboxMessage
from incident_desk.services.callouts import callout, callout_standing, experts
from incident_desk.services.transaction import transaction
from tests.people import actor


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Called:
    """A case with people called: the case's number, one member, that person's phone, link and message key."""

    case_no: str
    member_id: int
    name: str
    phone: str
    link: str
    key: str


@pytest.fixture
def pool(app: Any) -> None:
    with app.app_context():
        experts.load_sample_pool(actor=actor("admin"), now=now())


@pytest.fixture
def exercise_no(app: Any, case_no: str, pool: None) -> str:
    """The open case of Shiyan, as an exercise."""
    with app.app_context(), transaction() as tx:
        row = tx.session.scalar(select(Incident).where(Incident.case_no == case_no))
        assert row is not None
        row.is_exercise = True
    return case_no


@pytest.fixture
def called(app: Any, exercise_no: str) -> Called:
    with app.app_context():
        found = callout_standing.suggest(actor("officer"), exercise_no, now=now())
        numbers = [choice.expert.expert_no for choice in found.proposal.choices]
        callout.send(exercise_no, numbers, actor=actor("officer"), now=now())
        member = db.session.scalars(select(CalloutMember).order_by(CalloutMember.id)).first()
        assert member is not None
        expert = db.session.get_one(Expert, member.expert_id)
        message = db.session.get_one(OutboxMessage, member.outbox_id)
        link = re.search(r"/a/[\w-]{22}", message.body)
        assert link is not None
        return Called(exercise_no, member.id, expert.name, expert.phone, link.group(0), message.key)


def answer_of(app: Any, called: Called) -> tuple[str | None, datetime | None]:
    with app.app_context():
        member = db.session.get_one(CalloutMember, called.member_id)
        return member.answer, member.arrives_at


Client = Callable[..., Any]
