"""Notices drafted from the case and worded. Giving them is in ``notice_acts``, their papers in ``notice_papers``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from incident_desk.domain.errors import ChangedMeanwhile
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.neighbours.affected import refuse_no_neighbour
from incident_desk.domain.neighbours.notices import Notice, NoticeField, lines_of, notice_from
from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident, NeighbourNotice
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.neighbours import notice_rows, notice_values
from incident_desk.services.transaction import Transaction, transaction


def begin(case_no: str, to_code: str, *, actor: Actor, now: datetime) -> NeighbourNotice:
    """Draft a notice to the office *to_code* from what the case knows now. Journal ``notice.drafted``.

    A draft to the same neighbour that has not gone out yet is brought up to date instead of writing another. The
    neighbour need not be on the list of those affected: nothing holds a notice back.

    Raises:
        UnknownOffice, NotANeighbour, NotFound.
    """
    tree = Rulebook.shipped().offices
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        office = sending_office(incident, actor)
        refuse_no_neighbour(to_code, tree.get(office), tree)
        row = _open_draft(tx, incident, office, to_code)
        if row is None:
            row = NeighbourNotice(
                incident_id=incident.id, office_code=office, number=_next_number(tx, incident), to_code=to_code,
                texts={}, version=0, drafted_by=actor.ref, drafted_at=now,
            )  # fmt: skip
        _write(tx, incident, row, actor=actor, now=now)
        tx.outcome("notice", f"{case_no}/{row.number}")
    return row


def word(
    case_no: str,
    number: int,
    texts: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> NeighbourNotice:
    """Put an officer's words in place of the case's; an empty text goes back to the case. Journal ``notice.drafted``.

    Raises:
        NoticeIsFixed, NoticeDropped, NoticeTextTooLong, NotAllowed, NotFound.
        ChangedMeanwhile: somebody saved since *expected_version*; ``params`` hold both.
    """
    with transaction() as tx:
        incident, row = notice_rows.find_own(tx, case_no, number, actor)
        notice_rows.refuse_fixed(row)
        if expected_version is not None and row.version != expected_version:
            raise ChangedMeanwhile(current=_printed(row), typed=dict(texts), version=row.version)
        row.texts = _own_words(row, texts)
        _write(tx, incident, row, actor=actor, now=now)
        tx.outcome("notice", f"{case_no}/{number}")
    return row


def refresh(case_no: str, number: int, *, actor: Actor, now: datetime) -> NeighbourNotice:
    """Write the draft anew from the case; an officer's own words stay.

    Raises:
        NoticeIsFixed, NoticeDropped, NotAllowed, NotFound.
    """
    return word(case_no, number, {}, actor=actor, now=now)


def drop(case_no: str, number: int, *, actor: Actor, now: datetime) -> NeighbourNotice:
    """Give a draft up (作废); its number stays. Journal ``notice.dropped``.

    Raises:
        NoticeIsFixed, NoticeDropped, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = notice_rows.find_own(tx, case_no, number, actor)
        notice_rows.refuse_fixed(row)
        row.dropped_at, row.dropped_by = now, actor.ref
        data = {"notice": row.id, "number": number}
        tx.journal(incident, "notice.dropped", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("notice", f"{case_no}/{number}")
    return row


def sending_office(incident: Incident, actor: Actor) -> str:
    """Who gives the notice: the file's office, where it is the actor's or below it, else the actor's own."""
    is_below = incident.office_code.startswith(scope.code_prefix(actor.office))
    return incident.office_code if is_below else actor.office


def _own_words(row: NeighbourNotice, texts: Mapping[str, str]) -> dict[str, str]:
    """Words that differ from what is printed now stand before the case; those emptied go back to it."""
    printed, words = _printed(row), dict(row.texts)
    for field in NoticeField:
        if field.value not in texts:
            continue
        text = texts[field.value].replace("\r\n", "\n").strip()
        if not text:
            words.pop(field.value, None)
        elif text != printed[field.value]:
            words[field.value] = text
    return words


def _printed(row: NeighbourNotice) -> dict[str, str]:
    return {line.field.value: line.text for line in notice_from(row.snapshot).lines}


def _open_draft(tx: Transaction, incident: Incident, office: str, to_code: str) -> NeighbourNotice | None:
    rows = tx.session.scalars(
        notice_rows.of_case(incident)
        .where(
            NeighbourNotice.office_code == office, NeighbourNotice.to_code == to_code,
            NeighbourNotice.dropped_at.is_(None),
        )
        .order_by(NeighbourNotice.number.desc())
    )  # fmt: skip
    return next((row for row in rows if not notice_rows.is_fixed(row)), None)


def _next_number(tx: Transaction, incident: Incident) -> int:
    query = select(func.max(NeighbourNotice.number)).where(NeighbourNotice.incident_id == incident.id)
    return (tx.session.scalar(query) or 0) + 1


def _follows(tx: Transaction, incident: Incident, row: NeighbourNotice) -> int | None:
    """The number of the notice to the same neighbour that went out before this one."""
    earlier = tx.session.scalars(
        notice_rows.of_case(incident)
        .where(
            NeighbourNotice.to_code == row.to_code, NeighbourNotice.office_code == row.office_code,
            NeighbourNotice.number < row.number, NeighbourNotice.dropped_at.is_(None),
        )
        .order_by(NeighbourNotice.number.desc())
    )  # fmt: skip
    return next((one.number for one in earlier if notice_rows.is_fixed(one)), None)


def _write(tx: Transaction, incident: Incident, row: NeighbourNotice, *, actor: Actor, now: datetime) -> None:
    follows = _follows(tx, incident, row)
    values = notice_values.values_of(
        tx.session, incident, office=row.office_code, to_code=row.to_code, follows=follows, actor=actor, now=now
    )
    offices = Rulebook.shipped().offices
    notice = Notice(
        case_no=incident.case_no, exercise=incident.is_exercise, number=row.number, from_code=row.office_code,
        from_name=values.from_name, to_code=row.to_code, to_name=offices.bureau_zh(row.to_code), title=values.title,
        lines=lines_of(values.known, row.texts), made_at=now, follows=follows,
    )  # fmt: skip
    row.snapshot, row.digest = json.loads(notice.snapshot()), notice.digest()
    row.version += 1
    tx.session.add(row)
    tx.session.flush()
    data = {
        "notice": row.id, "number": row.number, "to": row.to_code, "version": row.version, "digest": row.digest,
    }  # fmt: skip
    tx.journal(incident, "notice.drafted", actor=actor, at=now, office=row.office_code, data=data)
