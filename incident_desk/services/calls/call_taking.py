"""Taking a call: the draft that is saved as one types, and the case that opens from it, whatever is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import OccurrenceKind
from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Call, CallDraft, Incident
from incident_desk.services import installation, scope
from incident_desk.services.calls import case_sheet, corrections, first_calls
from incident_desk.services.cases import case_files, facts
from incident_desk.services.law import circumstances, clocks
from incident_desk.services.messages import leader_messages
from incident_desk.services.transaction import Transaction, transaction

LONGEST_DRAFT = 200_000
LONGEST_KEY = 64


class DraftNotTaken(DomainError):
    """A draft that is too large, or whose key is none."""

    code = "draft_not_taken"
    message_id = N_("The draft is too large to keep. Shorten the notes.")


class DraftIsOpened(DomainError):
    """The case of this draft was opened; what comes now is added to the case."""

    code = "draft_is_opened"
    status = 409
    message_id = N_("This call was already opened as a case. Add to the case instead; what you typed is still here.")


class DraftsNeedAPerson(DomainError):
    """A program has no desk to keep drafts on."""

    code = "drafts_need_a_person"
    status = 403
    message_id = N_("Only a signed-in person keeps drafts; a program opens the case at once.")


def save_draft(
    key: str, body: Mapping[str, Any], *, actor: Actor, now: datetime, expected_version: int | None = None
) -> CallDraft:
    """Keep what has been typed so far under *key*, made by the page; the first save makes the draft.

    Raises:
        ChangedMeanwhile: the draft was saved from elsewhere since *expected_version*; ``params`` hold both.
        DraftIsOpened: its case is open.
        DraftNotTaken, DraftsNeedAPerson, NotFound: too large; no person; another office's draft.
    """
    if actor.person_id is None:
        raise DraftsNeedAPerson
    if not 8 <= len(key) <= LONGEST_KEY or len(str(body)) > LONGEST_DRAFT:
        raise DraftNotTaken
    with transaction() as tx:
        draft = tx.session.scalar(select(CallDraft).where(CallDraft.key == key).with_for_update())
        if draft is None:
            draft = CallDraft(key=key, person_id=actor.person_id, office_code=actor.office, started_at=now, version=0)
            tx.session.add(draft)
        _refuse_draft(draft, actor, body, expected_version)
        draft.body, draft.saved_at = dict(body), now
        draft.version += 1
    return draft


def draft_of(actor: Actor, key: str) -> CallDraft:
    """The draft *key* of the actor's office.

    Raises:
        NotFound: there is none, or it is another office's.
    """
    draft = db.session.scalar(select(CallDraft).where(CallDraft.key == key))
    if draft is None or draft.office_code != actor.office:
        raise NotFound
    return draft


def drafts_of(actor: Actor) -> list[CallDraft]:
    """The unopened drafts of the actor's office, the actor's own first, then the newest: a shift takes them over."""
    query = (
        select(CallDraft)
        .where(CallDraft.office_code == actor.office, CallDraft.incident_id.is_(None), CallDraft.discarded_at.is_(None))
        .order_by(CallDraft.saved_at.desc())
    )
    return sorted(db.session.scalars(query), key=lambda draft: draft.person_id != actor.person_id)


def discard_draft(key: str, *, actor: Actor, now: datetime) -> CallDraft:
    """Put a draft aside; it is kept, and saving it again brings it back.

    Raises:
        NotFound, DraftIsOpened.
    """
    with transaction() as tx:
        draft = tx.session.scalar(select(CallDraft).where(CallDraft.key == key).with_for_update())
        if draft is None or draft.office_code != actor.office:
            raise NotFound
        if draft.incident_id is not None:
            raise DraftIsOpened
        draft.discarded_at = now
    return draft


def take_call(
    sheet: CallSheet | str,
    *,
    actor: Actor,
    now: datetime,
    problems: tuple[FieldProblem, ...] = (),
) -> Incident:
    """Open the case of a call, from its sheet or from the draft with this key; nothing unknown or unread stops it.

    A draft that was opened before gives the same case again. Facts are dated when the office learned; clocks and
    calls to make follow from them; the leaders of the office are told.

    Raises:
        NotFound: no such draft at this office.
    """
    is_exercise = installation.is_exercise_only()
    with transaction() as tx:
        draft = None
        if isinstance(sheet, str):
            draft = _claim_draft(tx, actor, sheet)
            if draft.incident_id is not None:
                found = tx.session.get_one(Incident, draft.incident_id)
                tx.outcome("incident", found.case_no)
                return found
            sheet, problems = CallSheet.from_form(draft.body, now=now)
        incident = open_sheet(tx, sheet, problems, is_exercise=is_exercise, actor=actor, now=now)
        if draft is not None:
            draft.incident_id = incident.id
        tx.outcome("incident", incident.case_no)
    return incident


def add_call(
    case_no: str, sheet: CallSheet, *, actor: Actor, now: datetime, problems: tuple[FieldProblem, ...] = ()
) -> Call:
    """A further call about a case on record: its answers become facts of the case, dated when they were learned.

    Raises:
        NotFound: not this actor's to see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        call = add_sheet(tx, incident, sheet, problems, actor=actor, now=now)
        tx.outcome("call", f"{case_no}/{call.id}")
    return call


def add_sheet(
    tx: Transaction,
    incident: Incident,
    sheet: CallSheet,
    problems: tuple[FieldProblem, ...],
    *,
    actor: Actor,
    now: datetime,
) -> Call:
    """A further call inside a running transaction; what was learned before stays learned then."""
    facts.lock(tx, incident)
    call = _record_call(tx, incident, sheet, problems, actor=actor, now=now)
    changed = _record_facts(tx, incident, call, sheet, actor=actor, now=now, leave=(CallField.LEARNED_AT,))
    corrections.after_sheet_change(tx, incident, changed, actor=actor, now=now)
    return call


def calls_of(actor: Actor, case_no: str) -> list[Call]:
    """The calls taken about a case, oldest first. Who rang is shown only to those who may read it.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    return list(db.session.scalars(select(Call).where(Call.incident_id == incident.id).order_by(Call.id)))


def title_of(sheet: CallSheet) -> str:
    """A short name for lists: place or water, and what leaked."""
    where = sheet.place_text or sheet.water_body or "地点不明"
    found = sheet.identified
    what = found.name_zh if found else sheet.substance
    return f"{_short(where, 50)} {_short(what, 20)}".strip()


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def open_sheet(
    tx: Transaction,
    sheet: CallSheet,
    problems: tuple[FieldProblem, ...],
    *,
    is_exercise: bool,
    actor: Actor,
    now: datetime,
) -> Incident:
    """The case of a sheet inside a running transaction, with everything that follows from taking a call."""
    incident = case_files.open_case(
        tx, title=title_of(sheet), learned_at=sheet.learned_at, occurred_at=sheet.occurred.earliest,
        is_exercise=is_exercise, actor=actor, now=now,
    )  # fmt: skip
    call = _record_call(tx, incident, sheet, problems, actor=actor, now=now)
    _record_opening(tx, incident, call, sheet, actor=actor, now=now)
    _record_facts(tx, incident, call, sheet, actor=actor, now=now)
    circumstances.propose(tx, incident, sheet, actor=actor, now=now)
    case_sheet.settle_tasks(tx, incident, sheet, actor=actor, now=now)
    clocks.rederive(tx, incident, now=now)
    first_calls.propose_from_sheet(tx, incident, sheet, actor=actor, now=now)
    _tell_leaders(tx, incident, sheet, now=now)
    return incident


def _record_call(
    tx: Transaction,
    incident: Incident,
    sheet: CallSheet,
    problems: tuple[FieldProblem, ...],
    *,
    actor: Actor,
    now: datetime,
) -> Call:
    document = {key: value for key, value in sheet.to_json().items() if key not in {"caller_name", "caller_phone"}}
    call = Call(
        incident_id=incident.id,
        office_code=actor.office,
        received_by=actor.ref,
        channel=sheet.channel,
        learned_at=sheet.learned_at,
        recorded_at=now,
        sheet=document,
        problems=[_problem(problem) for problem in problems],
        caller_name=sheet.caller_name or None,
        caller_unit=sheet.caller_unit or None,
        caller_phone=sheet.caller_phone or None,
    )
    tx.session.add(call)
    tx.session.flush()
    data = {"call": call.id, "channel": sheet.channel, "learned_at": sheet.learned_at}
    tx.journal(incident, "call.taken", actor=actor, at=now, data=data)
    return call


def _record_opening(
    tx: Transaction, incident: Incident, call: Call, sheet: CallSheet, *, actor: Actor, now: datetime
) -> None:
    occurred = sheet.occurred
    is_about = occurred.kind is OccurrenceKind.ABOUT
    bound = {"occurred_earliest": occurred.earliest.isoformat()} if is_about and occurred.earliest else {}
    told = occurred.latest if is_about else occurred.earliest
    if told is not None and told > sheet.learned_at:
        told = sheet.learned_at
    data = {
        "learned_at": sheet.learned_at.isoformat(),
        "occurred_at": told.isoformat() if told else None,
        "triggers": sorted(circumstances.implied(sheet)),
        **bound,
    }
    facts.record(tx, incident, facts.OPENED, at=sheet.learned_at, data=data, actor=actor, now=now, call_id=call.id)


def _record_facts(
    tx: Transaction,
    incident: Incident,
    call: Call,
    sheet: CallSheet,
    *,
    actor: Actor,
    now: datetime,
    leave: tuple[CallField, ...] = (),
) -> set[CallField]:
    """Record what the call establishes, but for the fields to *leave*; gives back the fields recorded."""
    told = {field: value for field, value in sheet.facts() if field not in leave}
    for field, value in told.items():
        facts.record(
            tx, incident, f"{facts.SHEET}{field}", at=sheet.learned_at, data=value, actor=actor, now=now,
            source=f"call:{call.id}", call_id=call.id,
        )  # fmt: skip
    return set(told)


def _claim_draft(tx: Transaction, actor: Actor, key: str) -> CallDraft:
    draft = tx.session.scalar(select(CallDraft).where(CallDraft.key == key).with_for_update())
    if draft is None or draft.office_code != actor.office:
        raise NotFound
    return draft


def _refuse_draft(draft: CallDraft, actor: Actor, body: Mapping[str, Any], expected_version: int | None) -> None:
    if draft.office_code != actor.office:
        raise NotFound
    if draft.incident_id is not None:
        raise DraftIsOpened
    if expected_version is not None and draft.version != expected_version:
        raise ChangedMeanwhile(current=draft.body, typed=dict(body), version=draft.version)
    draft.discarded_at = None


def _problem(problem: FieldProblem) -> dict[str, object]:
    return {
        "field": problem.field, "code": problem.code, "message_id": problem.message_id,
        "params": {key: str(value) for key, value in problem.params.items()}, "soft": problem.soft, "raw": problem.raw,
    }  # fmt: skip


def _tell_leaders(tx: Transaction, incident: Incident, sheet: CallSheet, *, now: datetime) -> None:
    kind = MessageKind.INCIDENT_OPENED
    found = sheet.identified
    words = {
        "learned": zh_due_time(sheet.learned_at),
        "place": sheet.place_text or sheet.water_body or "地点正在核实",
        "event": (found.name_zh if found else sheet.substance) or sheet.course or "情况正在核实",
    }
    leader_messages.tell(
        tx,
        incident,
        kind,
        words,
        office=incident.office_code,
        key_of=lambda person: message_key(incident.case_no, kind, "incident", f"person-{person}"),
        about={"incident": incident.case_no},
        now=now,
    )
