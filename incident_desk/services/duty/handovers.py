"""Handing over the desk (交接班): both sign the same computed list; it is frozen with a digest, in the journal too."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from incident_desk.domain.duty.handover import (
    TAKE_WITHIN,
    HandedOver,
    HandoverState,
    OpenThread,
    TakerManner,
    digest_of,
    snapshot,
    threads_of,
)
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Handover, Office, Person
from incident_desk.services import people, scope
from incident_desk.services.duty import desk_messages, roster, threads
from incident_desk.services.transaction import Transaction, key_set_aside, transaction

LONGEST_NOTES = 4_000
LISTED = 100


class ListChanged(DomainError):
    """What is open is no longer what the person read."""

    code = "handover_list_changed"
    status = 409
    message_id = N_("The list of open points has changed meanwhile: read it again, then sign.")


class FaultUnexplained(DomainError):
    """Equipment or telephone are not in order, and nobody says what is wrong."""

    code = "handover_fault_unexplained"
    message_id = N_("Write in the notes what is wrong with the equipment or why the telephone was not tested.")


class TakerRefused(DomainError):
    """The taker cannot be this person."""

    code = "handover_taker_refused"
    message_id = N_("The taker is another person of this office who may keep the desk.")


class HandoverLapsed(DomainError):
    """The giver's signature waited too long, was taken back or given again."""

    code = "handover_lapsed"
    status = 409
    message_id = N_("This signature no longer waits: it is too old or was given again. The giver signs anew.")


class GiverNotAPerson(DomainError):
    """A program signs nothing."""

    code = "handover_giver_not_a_person"
    status = 403
    message_id = N_("Only a person who is signed in can hand over or take over.")


@dataclass(frozen=True, slots=True)
class HandoverForm:
    """What the giver says; ``seen`` is the digest of the list that was read."""

    equipment_ok: bool
    phone_tested: bool
    notes: str
    seen: str


@dataclass(frozen=True, slots=True)
class Taker:
    """How the taker proves who it is on the giver's screen, and from where, for counting tries."""

    login: str
    password: str
    address: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class HandoverView:
    """One handover as it was frozen, and whether the row still is what was signed."""

    row: Handover
    listed: HandedOver
    state: HandoverState
    is_whole: bool


def open_list(actor: Actor) -> tuple[tuple[OpenThread, ...], str]:
    """Every open thread, and the digest that a signature on this list names."""
    found = threads.open_threads(actor)
    return found, digest_of(found)


def sign_as_giver(form: HandoverForm, *, actor: Actor, now: datetime) -> Handover:
    """The giver signs; the taker follows from their own session within minutes. Journal ``handover.given``.

    Raises:
        ListChanged, FaultUnexplained, GiverNotAPerson: what to do is in the message.
    """
    with transaction() as tx:
        row = _given(tx, form, actor=actor, now=now)
        tx.outcome("handover", row.id)
    return row


def sign_on_same_screen(form: HandoverForm, taker: Taker, *, actor: Actor, now: datetime) -> Handover:
    """Giver and taker sign at once, the taker by log-in name and password. Journal ``handover.given``, ``.signed``.

    Raises:
        WrongSignIn, TooManyTries: the taker's name and password.
        TakerRefused, ListChanged, FaultUnexplained, GiverNotAPerson: what to do is in the message.
    """
    _refuse_unexplained(form)
    with key_set_aside():
        person = people.prove(taker.login, taker.password, address=taker.address, browser=taker.browser, now=now)
    with transaction() as tx:
        row = _given(tx, form, actor=actor, now=now)
        _taken(tx, row, person.to_actor(), TakerManner.SAME_SCREEN, threads_of(row.given), now=now)
        tx.outcome("handover", row.id)
    return row


def take(handover_id: int, *, seen: str, actor: Actor, now: datetime) -> Handover:
    """The taker signs in their own session what is open now. Journal ``handover.signed``.

    What came up or was settled since the giver signed is marked so in the snapshot.

    Raises:
        NotFound: none of this office.
        HandoverLapsed, TakerRefused, ListChanged, GiverNotAPerson: what to do is in the message.
    """
    with transaction() as tx:
        row = tx.session.scalar(select(Handover).where(Handover.id == handover_id).with_for_update())
        if row is None or row.office_code != actor.office:
            raise NotFound
        if state_of(row, now) is not HandoverState.WAITING:
            raise HandoverLapsed
        found = threads.open_threads(actor)
        if digest_of(found) != seen:
            raise ListChanged(field="seen")
        _taken(tx, row, actor, TakerManner.OWN_SESSION, found, now=now)
        tx.outcome("handover", row.id)
    return row


def take_back(handover_id: int, *, actor: Actor, now: datetime) -> Handover:
    """The giver takes a signature back that nobody has taken over. Journal ``handover.lapsed``.

    Raises:
        NotFound: no such signature of this person.
    """
    with transaction() as tx:
        row = tx.session.scalar(select(Handover).where(Handover.id == handover_id).with_for_update())
        if row is None or row.from_person_id != actor.person_id or row.state == HandoverState.SIGNED.value:
            raise NotFound
        _lapse(tx, row, actor=actor, now=now)
        tx.outcome("handovers", row.id)
    return row


def state_of(row: Handover, now: datetime) -> HandoverState:
    """Where a handover stands: a signature that waited too long has lapsed, also before anybody writes it down."""
    if row.state == HandoverState.WAITING.value and row.given_at + TAKE_WITHIN <= now:
        return HandoverState.LAPSED
    return HandoverState(row.state)


def waiting(actor: Actor, now: datetime) -> Handover | None:
    """The signature of the actor's office that waits for a taker."""
    query = select(Handover).where(
        Handover.office_code == actor.office, Handover.state == HandoverState.WAITING.value,
        Handover.given_at > now - TAKE_WITHIN,
    )  # fmt: skip
    return db.session.scalar(query.order_by(Handover.id.desc()).limit(1))


def listed(actor: Actor, office: str, *, limit: int = LISTED) -> list[Handover]:
    """The handovers of an office that both have signed, newest first.

    Raises:
        NotFound: not an office of this actor.
    """
    scope.office(actor, office)
    query = select(Handover).where(Handover.office_code == office, Handover.state == HandoverState.SIGNED.value)
    return list(db.session.scalars(query.order_by(Handover.taken_at.desc(), Handover.id.desc()).limit(limit)))


def one(actor: Actor, handover_id: int, now: datetime) -> HandoverView:
    """One handover with what was listed.

    Raises:
        NotFound: none of an office of this actor.
    """
    row = db.session.get(Handover, handover_id)
    if row is None or not row.office_code.startswith(scope.code_prefix(actor.office)):
        raise NotFound
    given = threads_of(row.given)
    whole = row.digest is None or row.digest == _digest(row)
    taken = threads_of(row.taken) if row.taken_at else given
    return HandoverView(row, HandedOver(given, taken), state_of(row, now), whole)


def _refuse_unexplained(form: HandoverForm) -> None:
    if not (form.equipment_ok and form.phone_tested) and not form.notes.strip():
        raise FaultUnexplained(field="notes")


def _given(tx: Transaction, form: HandoverForm, *, actor: Actor, now: datetime) -> Handover:
    """The giver's signature on what is open now; an earlier one of the office that still waits is void."""
    if actor.person_id is None or not actor.ref.startswith("person:"):
        raise GiverNotAPerson
    _refuse_unexplained(form)
    office = tx.session.get_one(Office, actor.office, with_for_update={"key_share": True})
    found = threads.open_threads(actor)
    if digest_of(found) != form.seen:
        raise ListChanged(field="seen")
    unsigned = select(Handover).where(
        Handover.office_code == actor.office, Handover.state == HandoverState.WAITING.value
    )  # fmt: skip
    for earlier in tx.session.scalars(unsigned).all():
        _lapse(tx, earlier, actor=actor, now=now)
    slot = roster.shift_at(tx.session, office, now)
    row = Handover(
        office_code=actor.office, is_exercise=desk_messages.is_exercise(), state=HandoverState.WAITING.value,
        from_person_id=actor.person_id, from_name=actor.name, shift_day=slot.day, shift=slot.shift.value,
        equipment_ok=form.equipment_ok, phone_tested=form.phone_tested, notes=form.notes.strip()[:LONGEST_NOTES],
        salt=secrets.token_hex(16), given=snapshot(found), given_digest=digest_of(found), given_at=now, taken=[],
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    data = {"handover": row.id, "items": len(found), "digest": _salted(row, row.given_digest)}
    tx.journal(None, "handover.given", actor=actor, at=now, data=data)
    return row


def _taken(
    tx: Transaction, row: Handover, taker: Actor, manner: TakerManner, found: tuple[OpenThread, ...], *, now: datetime
) -> None:
    if taker.person_id is None or not taker.ref.startswith("person:"):
        raise GiverNotAPerson
    is_other = taker.person_id != row.from_person_id and taker.office == row.office_code
    if not is_other or not taker.may("duty.hand_over"):
        raise TakerRefused(field="taker_login")
    name = tx.session.scalar(select(Person.name).where(Person.id == taker.person_id))
    row.to_person_id, row.to_name, row.taken_at = taker.person_id, name, now
    row.taker_manner, row.taken, row.state = manner.value, snapshot(found), HandoverState.SIGNED.value
    row.digest = _digest(row)
    data = {
        "handover": row.id, "digest": row.digest, "from": row.from_person_id, "to": taker.person_id, "manner": manner,
        "items": dict(Counter(one.kind.value for one in found)), "equipment_ok": row.equipment_ok,
        "phone_tested": row.phone_tested,
    }  # fmt: skip
    tx.journal(None, "handover.signed", actor=taker, at=now, data=data)


def _lapse(tx: Transaction, row: Handover, *, actor: Actor, now: datetime) -> None:
    row.state = HandoverState.LAPSED.value
    tx.journal(None, "handover.lapsed", actor=actor, at=now, data={"handover": row.id})


def _digest(row: Handover) -> str:
    """Salted digest of all that both signed."""
    assert row.taken_at is not None
    document = {
        "office": row.office_code, "shift": [row.shift_day.isoformat(), row.shift], "from": row.from_person_id,
        "from_name": row.from_name, "to": row.to_person_id, "to_name": row.to_name, "manner": row.taker_manner,
        "equipment_ok": row.equipment_ok, "phone_tested": row.phone_tested, "notes": row.notes, "given": row.given,
        "given_at": _utc(row.given_at), "taken": row.taken, "taken_at": _utc(row.taken_at),
    }  # fmt: skip
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _salted(row, canonical)


def _salted(row: Handover, words: str) -> str:
    return salted_digest(bytes.fromhex(row.salt), words.encode())


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
