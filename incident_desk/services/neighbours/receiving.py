"""A neighbour's file on the receiving desk: looked through, shown, and taken once into a case of this office.

The office has learned when the file reached it; its own clocks start then. A file that this very installation made
joins the sender's case, which the addressee sees from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.errors import N_
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.neighbours.cap import CapAlert, read_alert
from incident_desk.domain.neighbours.exchange import Exchange, read_exchange
from incident_desk.domain.neighbours.notices import NoticeField, NoticeWay
from incident_desk.domain.neighbours.refusals import (
    NotForThisOffice,
    NoticeFileRefused,
    OnlyExercisesHere,
    OtherKindOfCase,
    SameNumberOtherContent,
)
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Incident, NeighbourNotice, Office, ReceivedNotice
from incident_desk.records.notice_packet import ALERT, LETTER, NOTICE, TRACE, Packet, read_packet
from incident_desk.services import installation, scope
from incident_desk.services.calls import call_taking, corrections
from incident_desk.services.cases import facts
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.command.command_rows import past
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from incident_desk.services.neighbours import notice_acts, notice_papers
from incident_desk.services.neighbours.notice_acts import Giving
from incident_desk.services.transaction import Transaction, transaction

CHANNEL = "NEIGHBOUR_NOTICE"
"""Source of information by the code list: a notice from a neighbouring area."""


@dataclass(frozen=True, slots=True)
class SenderKey:
    """The key that signed, and whether this office took files signed with it, or with another of the same sender."""

    fingerprint: str
    is_known: bool
    is_other: bool


@dataclass(frozen=True, slots=True)
class LookedThrough:
    """A file before it is taken: what it says, who signed it, and what taking it would do."""

    sha256: str
    exchange: Exchange
    alert: CapAlert
    has_trace: bool
    key: SenderKey
    taken: ReceivedNotice | None
    own_case: Incident | None
    """The case that this very installation made the file from."""
    earlier: Incident | None
    """The case that an earlier file of the same incident opened or joined here."""
    joinable: tuple[Incident, ...]
    """Open cases of this office and of the same kind that it may join instead."""


def look(content: bytes, *, actor: Actor) -> LookedThrough:
    """Look through a file and keep its bytes; no row is written.

    Raises:
        NoticeFileRefused, NoticeFileTooLarge, NotForThisOffice, OnlyExercisesHere: what to do is in the message.
    """
    found = _look(read_packet(content), actor, db.session)
    evidence_store().keep_bytes(content)
    return found


def look_again(sha256: str, *, actor: Actor) -> LookedThrough:
    """The same of a file that was looked through before.

    Raises:
        NotFound: no such file; else as ``look``.
    """
    return _look(read_packet(notice_papers.stored(sha256).read_bytes()), actor, db.session)


def take(sha256: str, *, received_at: datetime, join: str | None, actor: Actor, now: datetime) -> Incident:
    """Take a file that was looked through: open a case, or join the one named in *join*. Journal ``notice.received``.

    The same file taken twice changes nothing and gives the same case. A file about an incident of which an earlier
    one was taken always joins that case.

    Raises:
        SameNumberOtherContent, OtherKindOfCase, TimeInFuture, NotFound; and as ``look``.
    """
    packet = read_packet(notice_papers.stored(sha256).read_bytes())
    with transaction() as tx:
        tx.session.get_one(Office, actor.office, with_for_update={"key_share": True})  # two takers must not meet
        found = _look(packet, actor, tx.session)
        if found.taken is not None:
            incident = tx.session.get_one(Incident, found.taken.incident_id)
            tx.outcome("received_notice", incident.case_no)
            return incident
        at = past(received_at, now=now, field="received_at")
        incident, opened = _case(tx, found, join, at=at, actor=actor, now=now)
        row = _row(found, incident, opened=opened, at=at, actor=actor, now=now)
        tx.session.add(row)
        tx.session.flush()
        data = {
            "received": row.id, "from": row.sender_code, "file": row.sha256, "key": row.sender_key.replace(" ", ""),
            "at": at,
        }  # fmt: skip
        tx.journal(incident, "notice.received", actor=actor, at=now, office=actor.office, data=data)
        tx.outcome("received_notice", incident.case_no)
    return incident


def received(actor: Actor) -> list[tuple[ReceivedNotice, Incident]]:
    """The files that the actor's office or one below it took, newest first."""
    query = (
        select(ReceivedNotice, Incident)
        .join(Incident, Incident.id == ReceivedNotice.incident_id)
        .where(ReceivedNotice.office_code.startswith(scope.code_prefix(actor.office)))
        .order_by(ReceivedNotice.id.desc())
    )
    return [(row, incident) for row, incident in db.session.execute(query)]


def letter_of(sha256: str, *, actor: Actor) -> tuple[bytes, str]:
    """The letter inside a file that is addressed to the actor's office, and a name to save it under.

    Raises:
        As ``look_again``.
    """
    found = look_again(sha256, actor=actor)
    content = read_packet(notice_papers.stored(sha256).read_bytes()).parts[LETTER]
    return content, f"{found.exchange.notice.document_no}.docx".replace(" ", "-")


def sheet_of(exchange: Exchange, *, received_at: datetime, now: datetime) -> tuple[CallSheet, tuple[FieldProblem, ...]]:
    """The call sheet of a notice: learned when the file came, from the neighbour's desk."""
    notice = exchange.notice
    form: dict[str, object] = {
        **exchange.sheet,
        "learned_at": received_at.isoformat(),
        "channel": CHANNEL,
        "media": ["WATER_SURFACE"],
        "caller_unit": notice.from_name,
        "caller_name": notice.line(NoticeField.CONTACT).text if notice.line(NoticeField.CONTACT).known else "",
        "notes": f"{notice.from_name}通报（{notice.document_no}）：{notice.line(NoticeField.EVENT).text}",
    }
    return CallSheet.from_form(form, now=now)


def _look(packet: Packet, actor: Actor, session: AnySession) -> LookedThrough:
    exchange, alert = read_exchange(packet.parts[NOTICE]), read_alert(packet.parts[ALERT])
    _refuse_unlike(exchange, alert)
    notice = exchange.notice
    if notice.to_code != actor.office:
        raise NotForThisOffice(field="file", name=notice.to_name)
    if installation.is_exercise_only() and not notice.exercise:
        raise OnlyExercisesHere(field="file")
    taken = session.scalar(
        select(ReceivedNotice).where(
            ReceivedNotice.office_code == actor.office, ReceivedNotice.identifier == exchange.identifier
        )
    )
    if taken is not None and taken.sha256 != packet.sha256:
        raise SameNumberOtherContent(field="file")
    earlier = _earlier(session, actor, exchange)
    return LookedThrough(
        sha256=packet.sha256,
        exchange=exchange,
        alert=alert,
        has_trace=TRACE in packet.parts,
        key=_key(session, actor, notice.from_code, packet.key),
        taken=taken,
        own_case=_made_here(session, packet.sha256, actor),
        earlier=earlier,
        joinable=_joinable(session, actor, notice.exercise),
    )


def _refuse_unlike(exchange: Exchange, alert: CapAlert) -> None:
    """Alert and notice of one file say the same."""
    notice = exchange.notice
    same = (exchange.identifier, notice.from_code, notice.exercise, notice.title)
    if same != (alert.identifier, alert.sender, alert.is_exercise, alert.headline):
        raise NoticeFileRefused(why=N_("alert and notice in it do not say the same"))


def _key(session: AnySession, actor: Actor, sender: str, fingerprint: str) -> SenderKey:
    query = select(ReceivedNotice.sender_key).where(
        ReceivedNotice.office_code == actor.office, ReceivedNotice.sender_code == sender
    )
    before = set(session.scalars(query))
    return SenderKey(fingerprint, fingerprint in before, bool(before) and fingerprint not in before)


def _made_here(session: AnySession, sha256: str, actor: Actor) -> Incident | None:
    """The case that this installation made the very same bytes from, for the office they are addressed to."""
    found: Incident | None = session.scalar(
        select(Incident)
        .join(NeighbourNotice, NeighbourNotice.incident_id == Incident.id)
        .where(NeighbourNotice.file_sha256 == sha256, NeighbourNotice.to_code == actor.office)
    )
    return found


def _earlier(session: AnySession, actor: Actor, exchange: Exchange) -> Incident | None:
    notice = exchange.notice
    found: Incident | None = session.scalar(
        select(Incident)
        .join(ReceivedNotice, ReceivedNotice.incident_id == Incident.id)
        .where(
            ReceivedNotice.office_code == actor.office, ReceivedNotice.sender_code == notice.from_code,
            ReceivedNotice.sender_case_no == notice.case_no, ReceivedNotice.is_exercise.is_(notice.exercise),
        )
        .order_by(ReceivedNotice.id.desc())
        .limit(1)
    )  # fmt: skip
    return found


def _joinable(session: AnySession, actor: Actor, is_exercise: bool) -> tuple[Incident, ...]:
    query = scope.incidents(actor).where(Incident.state == "open", Incident.is_exercise.is_(is_exercise))
    return tuple(session.scalars(query.order_by(Incident.id.desc()).limit(50)))


def _case(
    tx: Transaction, found: LookedThrough, join: str | None, *, at: datetime, actor: Actor, now: datetime
) -> tuple[Incident, bool]:
    """The case that the file goes into, and whether it was opened for it."""
    is_exercise = found.exchange.notice.exercise
    sheet, problems = sheet_of(found.exchange, received_at=at, now=now)
    if found.own_case is not None:
        incident = tx.session.get_one(Incident, found.own_case.id)
        _join(tx, incident, at=at, actor=actor, now=now)
        _sign_for(tx, incident, found, at=at, actor=actor, now=now)
        return incident, False
    target = found.earlier.case_no if found.earlier is not None else join
    if not target:
        return call_taking.open_sheet(tx, sheet, problems, is_exercise=is_exercise, actor=actor, now=now), True
    incident = scope.incident(actor, target, tx.session)
    if incident.is_exercise is not is_exercise:
        raise OtherKindOfCase(field="join")
    _join(tx, incident, at=at, actor=actor, now=now)
    call_taking.add_sheet(tx, incident, sheet, problems, actor=actor, now=now)
    return incident, False


def _join(tx: Transaction, incident: Incident, *, at: datetime, actor: Actor, now: datetime) -> None:
    """The office has learned at *at*, if it had not before; its own clocks follow."""
    facts.lock(tx, incident)
    known = next((one.learned_at for one in incident.offices if one.office_code == actor.office), None)
    if known is not None and known <= at:
        return
    data = {"office": actor.office}
    facts.record(tx, incident, FactKind.OFFICE_LEARNED, at=at, data=data, actor=actor, now=now, source="neighbour_file")
    corrections.join(tx, incident, actor.office, learned_at=at, reason="neighbour")
    joined = {"office": actor.office, "learned_at": at}
    tx.journal(incident, "office.joined", actor=actor, at=now, office=actor.office, data=joined)
    clocks.rederive(tx, incident, now=now)


def _sign_for(
    tx: Transaction, incident: Incident, found: LookedThrough, *, at: datetime, actor: Actor, now: datetime
) -> None:
    """On one installation taking the file is its receipt: the sender's duty is met by it."""
    row = tx.session.scalar(select(NeighbourNotice).where(NeighbourNotice.file_sha256 == found.sha256))
    if row is None:
        return
    giving = Giving(
        way=NoticeWay.FILE, at=at, received_at=at, answered_by=actor.name[:60] or actor.ref,
        proof=f"SHA-256 {found.sha256[:16]}",
    )  # fmt: skip
    notice_acts.add_act(tx, incident, row, giving, actor=actor, now=now)


def _row(
    found: LookedThrough, incident: Incident, *, opened: bool, at: datetime, actor: Actor, now: datetime
) -> ReceivedNotice:
    notice = found.exchange.notice
    return ReceivedNotice(
        office_code=actor.office, incident_id=incident.id, identifier=found.exchange.identifier, sha256=found.sha256,
        sender_code=notice.from_code, sender_name=notice.from_name, sender_case_no=notice.case_no,
        sender_key=found.key.fingerprint, is_exercise=notice.exercise, opened_case=opened, received_at=at, taken_at=now,
        taken_by=actor.ref,
    )  # fmt: skip
