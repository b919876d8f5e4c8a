"""A message is promised with its record or not at all, once by its key, marked as exercise where the case is one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from incident_desk.extensions import db
from incident_desk.models import Incident, JournalEntry, OutboxMessage, Person, Setting
from incident_desk.services import scope
from incident_desk.services.calls import call_taking
from incident_desk.services.messages import outbox
from incident_desk.services.transaction import transaction
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import TANKER, sheet

pytestmark = pytest.mark.usefixtures("app_context")


def _take(**more: object) -> Incident:
    return call_taking.take_call(sheet(**more), actor=actor("officer"), now=NOW)


def _messages() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def _promise(tx: Any, incident: Incident, key: str = "k") -> None:
    outbox.promise(
        tx, incident, key=key, template="contact_test", to_number="+8610000000001", body="试", not_before=NOW
    )


def _promise_and(incident: Incident, then: str) -> None:
    """Journal and promise in one transaction, and then do what cannot be."""
    with transaction() as tx:
        found = scope.incident(actor("officer"), incident.case_no, tx.session)
        tx.journal(found, "log.added", actor=actor("officer"), at=NOW)
        _promise(tx, found)
        if then == "fail":
            raise RuntimeError("the power went")
        _promise(tx, found)


def test_a_promise_dies_with_its_record() -> None:
    incident = _take()
    before = len(_messages())
    with pytest.raises(RuntimeError, match="the power went"):
        _promise_and(incident, "fail")
    assert len(_messages()) == before


def test_a_message_promised_twice_is_refused_with_all_that_went_with_it() -> None:
    incident = _take()
    before = db.session.scalars(select(JournalEntry.seq)).all()
    with pytest.raises(IntegrityError):
        _promise_and(incident, "promise it again")
    assert db.session.scalars(select(JournalEntry.seq)).all() == before


def test_the_leaders_of_the_office_are_told_of_a_new_case() -> None:
    incident = _take()
    message = _messages()[0]
    assert (message.to_number, message.state, message.next_try_at) == ("+8610000000001", "promised", NOW)
    for word in (incident.case_no, "堵河某桥", "苯胺", "11月21日02:25", f"/incidents/{incident.case_no}"):
        assert word in message.body
    assert not message.body.startswith("【演练】")


def test_a_message_of_an_exercise_says_so_and_is_marked() -> None:
    db.session.add(Setting(name="exercise", value={"on": True}))
    db.session.commit()
    incident = _take()
    assert incident.case_no.startswith("X420300-")
    assert _messages()[0].is_exercise
    assert _messages()[0].body.startswith("【演练】")


def test_a_case_opens_though_no_leader_has_a_number() -> None:
    for leader in db.session.scalars(select(Person).where(Person.role == "leader")):
        leader.phone = None
    db.session.commit()
    assert _take().case_no == "420300-2026-0001"
    assert _messages() == []


def test_a_very_long_place_shortens_the_message_and_not_its_time_or_link() -> None:
    incident = _take(**{**TANKER, "place_text": "竹山县" * 200})
    body = _messages()[0].body
    assert "11月21日02:25" in body
    assert f"/incidents/{incident.case_no}" in body
