"""Drafting and checking put on record for a person who is not at the screen: by word of mouth, or on paper.

A step covers the version that was read, by its digest. What was said by word of mouth is a task until confirmed.
"""

from __future__ import annotations

from datetime import datetime
from typing import IO

from sqlalchemy import select

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.report_steps import ReportStep, ReportStepManner, StepAct, check_step
from incident_desk.models import Incident, Person, Report, ReportStepRecord
from incident_desk.records import images
from incident_desk.services.cases import tasks
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.people import people_of
from incident_desk.services.reports import reporting
from incident_desk.services.reports.report_rows import find_own, is_fixed, refuse_fixed, refuse_other_digest
from incident_desk.services.scope import offices_above
from incident_desk.services.transaction import Transaction, transaction

PAGE_LIMIT = 50_000_000
CONFIRM_TASK = "confirm_step"


class NothingSaidByMouth(DomainError):
    """No step by word of mouth is open under this number."""

    code = "nothing_said_by_mouth"
    status = 409
    message_id = N_("There is nothing said by word of mouth to confirm here.")


class NotTheOneWhoSaidIt(DomainError):
    """What was said by word of mouth is confirmed by the one who said it."""

    code = "not_the_one_who_said_it"
    status = 403
    message_id = N_("%(name)s said it by word of mouth and confirms it in person.")


def record(
    case_no: str, number: int, step: ReportStep, manner: ReportStepManner, *, name: str, digest: str, actor: Actor,
    now: datetime, at: datetime | None = None, second_hearer: str = "", page: IO[bytes] | None = None,
) -> Report:  # fmt: skip
    """Put on record that *name* drafted or checked the version that *digest* names, not at the screen.

    *name* is a person's name or a reference such as ``person:7``. Journal ``report.drafted_by`` or ``report.checked``.

    Raises:
        StepNameMissing, SecondHearerMissing, PagePhotoMissing, SignedBeforeDrafted, TimeInFuture.
        TooLarge, EmptyFile, NotAnImage, ImageDamaged, ImageTooManyPixels: the photograph.
        DraftChanged, ReportIsFixed, NotAllowed, NotFound.
    """
    view = reporting.one(actor, case_no, number)
    if at is not None:
        check_not_future(at, now=now)
    ref, known = _person(view.row.office_code, name)
    image = _kept(page) if manner is ReportStepManner.PAGE_PHOTO else None
    hearer = second_hearer.strip() or None if manner is ReportStepManner.BY_TELEPHONE else None
    act = StepAct(
        step, manner, known, _moment(at, view.draft.made_at, now), actor.name, digest, image_sha256=image,
        second_hearer=hearer,
    )  # fmt: skip
    check_step(act, drafted_at=view.draft.made_at)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_other_digest(row, digest)
        if not _is_again(row, act):
            if step is ReportStep.DRAFT:
                refuse_fixed(row)
            _write(tx, incident, row, act, ref, actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def confirm(case_no: str, number: int, step_id: int, *, actor: Actor, now: datetime) -> Report:
    """Whoever drafted or checked by word of mouth confirms it. Journal ``report.step_confirmed``.

    Raises:
        NothingSaidByMouth, NotTheOneWhoSaidIt, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        step = tx.session.scalar(
            select(ReportStepRecord).where(ReportStepRecord.id == step_id, ReportStepRecord.report_id == row.id)
        )
        if step is None:
            raise NotFound
        if step.manner != ReportStepManner.BY_TELEPHONE:
            raise NothingSaidByMouth
        if step.person_ref is not None and step.person_ref != actor.ref:
            raise NotTheOneWhoSaidIt(name=step.name)
        if step.confirmed_at is None:
            step.confirmed_at, step.confirmed_by = now, actor.ref
            data = {"report": row.id, "step": step.id, "digest": step.digest}
            tx.journal(incident, "report.step_confirmed", actor=actor, at=now, office=row.office_code, data=data)
            tasks.close_task(tx, incident, CONFIRM_TASK, f"step-{step.id}", actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def known_people(office: str) -> list[Person]:
    """Who may have drafted or checked for *office*: its own people first, then those of the offices above."""
    return [person for code in offices_above(office) for person in people_of(code)]


def _write(
    tx: Transaction, incident: Incident, row: Report, act: StepAct, ref: str | None, *, actor: Actor, now: datetime
) -> None:
    step = ReportStepRecord(
        step=act.step.value, manner=act.manner.value, name=act.name, person_ref=ref, at=act.at, recorded_by=actor.ref,
        recorder_name=actor.name, recorded_at=now, digest=act.digest, image_sha256=act.image_sha256,
        second_hearer=act.second_hearer,
    )  # fmt: skip
    row.steps.append(step)
    tx.session.flush()
    data = {
        "report": row.id, "digest": row.digest, "step": step.id, "manner": act.manner.value, "by": ref,
        "page": act.image_sha256,
    }  # fmt: skip
    if act.step is ReportStep.CHECK:
        row.checked_by, row.checked_at = ref or actor.ref, act.at
        row.state = "checked" if row.state == "draft" and not is_fixed(row) else row.state
        same = {"same_person": ref == row.drafted_by}
        tx.journal(incident, "report.checked", actor=actor, at=now, office=row.office_code, data={**data, **same})
    else:
        tx.journal(incident, "report.drafted_by", actor=actor, at=now, office=row.office_code, data=data)
    if not act.is_confirmed():
        tasks.open_task(tx, incident, CONFIRM_TASK, f"step-{step.id}", actor=actor, now=now)


def _is_again(row: Report, act: StepAct) -> bool:
    """The same act once more: a double click that carried a file."""
    said = (act.step.value, act.manner.value, act.name, act.digest, act.image_sha256, act.second_hearer)
    return any(
        (one.step, one.manner, one.name, one.digest, one.image_sha256, one.second_hearer) == said for one in row.steps
    )


def _person(office: str, given: str) -> tuple[str | None, str]:
    """Reference and name; a name alone where that person has no account here."""
    wanted = given.strip()
    for person in known_people(office):
        if wanted in (f"person:{person.id}", person.name):
            return f"person:{person.id}", person.name
    return None, "" if wanted.startswith("person:") else wanted[:60]


def _kept(page: IO[bytes] | None) -> str | None:
    if page is None:
        return None
    store = evidence_store()
    with store.receive(page, limit_bytes=PAGE_LIMIT) as incoming:
        images.inspect(incoming.path)
        store.keep(incoming)
    return incoming.sha256


def _moment(at: datetime | None, made_at: datetime, now: datetime) -> datetime:
    """When it was; a time typed to the minute counts as the second of the draft within that minute."""
    if at is None:
        return now
    return made_at if made_at.replace(second=0, microsecond=0) <= at < made_at else at
