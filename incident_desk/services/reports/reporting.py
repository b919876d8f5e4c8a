"""Reports upward: begun from the case, worded, checked by a second person, laid before the leader.

Signing is in ``report_signing``, the way to each recipient in ``report_filing``, the documents in ``report_papers``.
Nothing that is missing holds a report back: it is printed as 正在核实 and becomes a task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO

from sqlalchemy import or_, select

from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import FactKind, ReportForm, ReportKind
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.report_steps import ReportStep, ReportStepManner
from incident_desk.domain.reports.report_titles import part_zh
from incident_desk.domain.reports.report_wording import clean_texts
from incident_desk.domain.reports.reporting import ReportDraft
from incident_desk.domain.reports.urgency import PRESET, Urgency
from incident_desk.extensions import db
from incident_desk.models import (
    ClockRecord,
    Evidence,
    FactRecord,
    Incident,
    PhoneCall,
    Report,
    ReportDelivery,
    ReportStepRecord,
)
from incident_desk.records import images
from incident_desk.services import addresses, people, scope
from incident_desk.services.cases import facts, five_lines
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.messages import leader_messages
from incident_desk.services.reports import report_drafting, report_following, report_recipients
from incident_desk.services.reports.report_rows import (
    ReportView,
    automatic_draft,
    find,
    find_own,
    refuse_fixed,
    refuse_other_version,
    rows_of,
    view_of,
    write_draft,
)
from incident_desk.services.scope import offices_above
from incident_desk.services.transaction import Transaction, transaction

SKETCH_LIMIT = 20_000_000
NEWS = (
    FactKind.GRADE_CHANGED.value, FactKind.TRIGGER_KNOWN.value, FactKind.TRIGGER_WITHDRAWN.value,
    FactKind.FACTS_CORRECTED.value,
)  # fmt: skip
"""Kinds of fact beside the sheet's that a report says."""


class NoRecipient(DomainError):
    """A report to nobody."""

    code = "no_recipient"
    message_id = N_("Choose at least one recipient.")


class RecipientWasReached(DomainError):
    """A recipient who has the report cannot be struck off."""

    code = "recipient_was_reached"
    status = 409
    message_id = N_("%(name)s has this report already and stays on its list.")


class AlreadySigned(DomainError):
    """A report that is laid before a leader, or signed, a second time."""

    code = "already_signed"
    status = 409
    message_id = N_("This report is signed already.")


def begin(
    case_no: str,
    *,
    kind: ReportKind,
    form: ReportForm,
    actor: Actor,
    now: datetime,
    rule_id: str | None = None,
    office: str | None = None,
    recipients: Iterable[str] | None = None,
) -> Report:
    """Draft a report from what the case knows now, to whom the open clocks still lack.

    It carries on the words of the office's last report, where the case says nothing new; a follow-up and a result
    report say what is new since.

    Raises:
        NoRecipient: *recipients* are given and none of them is a body to report to.
        NotFound: not this actor's to see.
    """
    wanted = report_recipients.wanted(actor, case_no, form=form, rule_id=rule_id, office=office, kind=kind)
    to = wanted.recipients if recipients is None else report_recipients.same_body(wanted.office, recipients)
    if not to:
        raise NoRecipient(field="recipients")
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        previous = report_following.last_report(tx.session, incident.id, wanted.office)
        row = Report(
            incident_id=incident.id, office_code=wanted.office, report_kind=kind.value, form=form.value, texts={},
            snapshot={}, drafted_by=actor.ref, drafted_at=now, version=0, urgency=PRESET[kind].value, follow_up_no=0,
            previous_id=previous.id if previous else None,
        )  # fmt: skip
        report_drafting.number(tx.session, incident, row)
        report_drafting.rest(tx.session, incident, row, actor=actor, now=now)
        report_drafting.carry_on(tx.session, incident, row, now)
        _send_to(row, to)
        tx.session.add(row)
        write_draft(tx, incident, row, actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{row.number}")
    return row


def word(
    case_no: str,
    number: int,
    texts: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Report:
    """Put an officer's own words in place of what the case gave; an emptied field goes back to the case.

    Fields that *texts* does not name keep their words. Words that change nothing leave the version as it is.

    Raises:
        ReportIsFixed, ChangedMeanwhile, FieldNotWorded, TextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_fixed(row)
        own = clean_texts(texts, automatic_draft(row))
        said = {**{field: text for field, text in row.texts.items() if field not in texts}, **own}
        if said != row.texts:
            refuse_other_version(row, expected_version, texts)
            row.texts = said
            write_draft(tx, incident, row, actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def refresh(case_no: str, number: int, *, actor: Actor, now: datetime) -> Report:
    """Write the draft anew from what the case knows now; an officer's words stay, and newly owed recipients are added.

    Raises:
        ReportIsFixed, NotAllowed, NotFound.
    """
    form = ReportForm(one(actor, case_no, number).row.form)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_fixed(row)
        facts.lock(tx, incident)
        sketch = row.basis.get("sketch_map")
        report_drafting.rest(tx.session, incident, row, actor=actor, now=now)
        if sketch:
            report_drafting.with_map(row, sketch)
        known = {delivery.recipient for delivery in row.deliveries}
        _send_to(row, [code for code in _owed(tx, incident, row.office_code, form) if code not in known])
        write_draft(tx, incident, row, actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def address(case_no: str, number: int, recipients: Iterable[str], *, actor: Actor, now: datetime) -> Report:
    """Choose to whom a report goes; who was reached stays. Journal ``report.addressed``.

    Raises:
        NoRecipient, RecipientWasReached, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        chosen = report_recipients.same_body(row.office_code, recipients)
        if not chosen:
            raise NoRecipient(field="recipients")
        there = {delivery.recipient: delivery for delivery in row.deliveries}
        for recipient, delivery in there.items():
            if recipient not in chosen and delivery.sent_at is not None:
                raise RecipientWasReached(field="recipients", name=delivery.name)
            if recipient not in chosen:
                row.deliveries.remove(delivery)
        _send_to(row, [recipient for recipient in chosen if recipient not in there])
        data = {"report": row.id, "to": list(chosen)}
        tx.journal(incident, "report.addressed", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def rate(case_no: str, number: int, urgency: Urgency, *, actor: Actor, now: datetime) -> Report:
    """Choose how urgent it is (特急、加急、平急); the word is part of what is checked and signed.

    Raises:
        ReportIsFixed, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_fixed(row)
        if row.urgency != urgency.value:
            row.urgency = urgency.value
            write_draft(tx, incident, row, actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def attach_sketch(case_no: str, number: int, stream: IO[bytes], *, actor: Actor, now: datetime) -> Report:
    """Attach the sketch map of sensitive points as a picture; the file is whole on disk before its row.

    Raises:
        TooLarge, EmptyFile, NotAnImage, ImageDamaged, ImageTooManyPixels: the picture.
        ReportIsFixed, NotAllowed, NotFound.
    """
    one(actor, case_no, number)
    store = evidence_store()
    with store.receive(stream, limit_bytes=SKETCH_LIMIT) as incoming:
        images.inspect(incoming.path)
        store.keep(incoming)
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_fixed(row)
        report_drafting.with_map(row, incoming.sha256)
        write_draft(tx, incident, row, actor=actor, now=now)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def check(case_no: str, number: int, *, actor: Actor, now: datetime, expected_version: int | None = None) -> Report:
    """Say that the draft was read and found right (核稿); at night the writer may, and it is on record who did.

    Raises:
        ReportIsFixed, ChangedMeanwhile, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        refuse_other_version(row, expected_version)
        if row.checked_at is None:
            row.checked_by, row.checked_at = actor.ref, now
            row.state = "checked" if row.state == "draft" else row.state
            row.steps.append(
                ReportStepRecord(
                    step=ReportStep.CHECK.value, manner=ReportStepManner.ON_SCREEN.value, name=actor.name or actor.ref,
                    person_ref=actor.ref, at=now, recorded_by=actor.ref, recorder_name=actor.name, recorded_at=now,
                    digest=row.digest or "",
                )
            )  # fmt: skip
            data = {"report": row.id, "digest": row.digest, "same_person": row.drafted_by == actor.ref}
            tx.journal(incident, "report.checked", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("report", f"{case_no}/{number}")
    return row


def ask_to_sign(case_no: str, number: int, *, actor: Actor, now: datetime) -> int:
    """Lay the report before the leaders of its office (送签): a message with its link to each; says to how many.

    An office without leaders of its own asks those of the office above. Journal ``report.asked``.

    Raises:
        AlreadySigned: it is signed.
        NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find_own(actor, case_no, number, tx.session)
        if row.signed_at is not None:
            raise AlreadySigned
        if row.asked_at == now:
            return 0
        row.asked_at, row.asked_by = now, actor.ref
        office = signing_office(row.office_code)
        told = leader_messages.tell(
            tx, incident, MessageKind.SIGN_REQUEST,
            {
                "title": f"{part_zh(ReportKind(row.report_kind), row.follow_up_no)}（第{row.sequence}报）",
                "due": _due_zh(tx, incident, row.office_code),
                "link": addresses.of(f"/incidents/{case_no}/reports/{number}/sign"),
            },
            office=office,
            key_of=lambda person: message_key(
                case_no, MessageKind.SIGN_REQUEST, f"report-{row.id}-{int(now.timestamp())}", f"person-{person}"
            ),
            about={"report": row.id},
            now=now,
        )  # fmt: skip
        data = {"report": row.id, "digest": row.digest, "office": office, "messages": told}
        tx.journal(incident, "report.asked", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("report", f"{case_no}/{number}")
    return told


def one(actor: Actor, case_no: str, number: int) -> ReportView:
    """One report, read.

    Raises:
        NotFound: there is none in a case this actor may see.
    """
    return view_of(*find(actor, case_no, number, db.session()))


def moved_on(view: ReportView) -> bool:
    """Whether the case has learned something since the draft was written from it that the draft would say.

    Acts of reporting and publishing are no news to a report; a new trace, an answered call or a photograph are.
    """
    if view.is_fixed:
        return False
    row, session = view.row, db.session()
    told = select(FactRecord.id).where(
        FactRecord.incident_id == row.incident_id,
        FactRecord.version > int(row.basis.get("case_version", 0)),
        or_(FactRecord.kind.startswith(facts.SHEET, autoescape=True), FactRecord.kind.in_(NEWS)),
    )
    trace = five_lines.newest_trace(session, row.incident_id)
    calls = select(PhoneCall.id).where(
        PhoneCall.incident_id == row.incident_id, PhoneCall.state == "answered", PhoneCall.made_at > view.draft.made_at
    )
    pictures = select(Evidence.id).where(
        Evidence.incident_id == row.incident_id, Evidence.kind == "photo",
        Evidence.id > max(row.basis.get("photographs") or [0]),
    )  # fmt: skip
    return (trace.id if trace else None) != row.basis.get("trace") or any(
        session.scalar(query.limit(1)) is not None for query in (told, calls, pictures)
    )


def all_of(actor: Actor, case_no: str) -> list[ReportView]:
    """The reports of a case, newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    return [view_of(incident, row) for row in db.session.scalars(rows_of(incident.id))]


def case_of(actor: Actor, case_no: str) -> Incident:
    """The case, for pages that stand outside its frame.

    Raises:
        NotFound: not this actor's to see.
    """
    return scope.incident(actor, case_no)


def plain(row: Report) -> ReportDraft:
    """The draft without an officer's words, to show what each field would go back to."""
    return automatic_draft(row)


def signing_office(office: str) -> str:
    """The office whose leaders sign for *office*: its own, else the nearest above that has one."""
    return next((code for code in offices_above(office) if people.leaders_of(code)), office)


def may_write(actor: Actor, row: Report) -> bool:
    """Whether this is a report of the actor's office or of one below it."""
    return row.office_code.startswith(scope.code_prefix(actor.office))


def _send_to(row: Report, addressees: Iterable[str]) -> None:
    for code in addressees:
        row.deliveries.append(
            ReportDelivery(recipient=str(code), name=report_recipients.name_zh(row.office_code, code))
        )


def _owed(tx: Transaction, incident: Incident, office: str, form: ReportForm) -> tuple[str, ...]:
    """Whom the open clocks of *office* lack at this moment."""
    rows = tx.session.scalars(
        select(ClockRecord).where(
            ClockRecord.incident_id == incident.id, ClockRecord.office_code == office, ClockRecord.is_open
        )
    )
    return report_recipients.missing_of([row.to_domain() for row in rows], office, form)


def _due_zh(tx: Transaction, incident: Incident, office: str) -> str:
    """The nearest limit of an open report clock of *office*, as the message says it."""
    rows = tx.session.scalars(
        select(ClockRecord).where(
            ClockRecord.incident_id == incident.id, ClockRecord.office_code == office, ClockRecord.is_open,
            ClockRecord.rule_id.in_(report_recipients.FIRST_REPORT_RULES),
        )
    )  # fmt: skip
    nearest = min((row.strict_due_at for row in rows if row.strict_due_at is not None), default=None)
    return zh_due_time(nearest) if nearest else "及时"
