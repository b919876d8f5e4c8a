"""The desk does not answer: who is woken in turn (叫醒), by durable rows, until somebody takes it.

Beginning, steps, answers and end are rows and journal entries; texts go through the outbox. The worker takes the steps.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from incident_desk.domain.duty import wake_up as rules
from incident_desk.domain.duty.wake_up import Rung, WakeUpAnswer, WakeUpState
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.messages import MessageKind
from incident_desk.domain.permissions import Actor, worker_actor
from incident_desk.extensions import db
from incident_desk.models import Office, WakeUp, WakeUpAttempt
from incident_desk.services import scope
from incident_desk.services.duty import desk_messages, duty_settings, wake_up_calls
from incident_desk.services.transaction import Transaction, transaction

BATCH = 20
LONGEST = 500
LISTED = 50


class WakeUpReasonMissing(DomainError):
    """Nobody is woken without a word why."""

    code = "wake_up_reason_missing"
    message_id = N_("Write in a few words which call was not answered, or why nobody has to come any more.")


class WakeUpRunning(DomainError):
    """The office is being woken already."""

    code = "wake_up_running"
    status = 409
    message_id = N_("This office is being called already; the calls are listed below.")


class WakeUpOver(DomainError):
    """It has ended."""

    code = "wake_up_over"
    status = 409
    message_id = N_("This has ended already: somebody has taken it, or it was called off.")


@dataclass(frozen=True, slots=True)
class WakeUpView:
    """One wake-up with its office and its attempts in order."""

    row: WakeUp
    office: Office
    attempts: tuple[WakeUpAttempt, ...]

    @property
    def state(self) -> WakeUpState:
        """Where it stands."""
        return WakeUpState(self.row.state)

    @property
    def ladder(self) -> tuple[rules.Step, ...]:
        """The steps as they were when it began."""
        return rules.ladder_of(self.row.ladder)

    @property
    def taken_by(self) -> WakeUpAttempt | None:
        """Who takes it."""
        return next((one for one in self.attempts if one.answer == WakeUpAnswer.TAKING.value), None)


def start(office: str, reason: str, *, actor: Actor, now: datetime) -> WakeUp:
    """Begin to wake *office*, the actor's own or one below; its officer is texted at once. Journal ``wake_up.started``.

    Raises:
        NotFound: not an office of this actor.
        WakeUpReasonMissing, WakeUpRunning: what to do is in the message.
    """
    words = reason.replace("\x00", "").strip()[:LONGEST]
    if not words:
        raise WakeUpReasonMissing(field="reason")
    with transaction() as tx:
        found = scope.office(actor, office, tx.session)
        tx.session.refresh(found, with_for_update={"key_share": True})
        if tx.session.scalar(select(WakeUp.id).where(_running(office)).limit(1)) is not None:
            raise WakeUpRunning(field="office")
        ladder = duty_settings.of(found).ladder
        row = WakeUp(
            office_code=office, asked_by_office=actor.office, is_exercise=desk_messages.is_exercise(), reason=words,
            salt=secrets.token_hex(16), state=WakeUpState.RINGING.value, ladder=rules.to_setting(ladder),
            started_at=now, started_by=actor.ref, next_rung=ladder[0].rung.value, next_step_at=now,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        data = {"wake_up": row.id, "asked_by": actor.office, "reason": _digest(row, words)}
        tx.journal(None, "wake_up.started", actor=actor, at=now, office=office, data=data)
        _climb(tx, row, now=now)
        tx.outcome("wake_up", row.id)
    return row


def tick(now: datetime) -> int:
    """The worker's duty: take every step that is due; says how many wake-ups it moved."""
    due = (WakeUp.state == WakeUpState.RINGING.value, WakeUp.next_step_at <= now)
    if db.session.scalar(select(WakeUp.id).where(*due).limit(1)) is None:
        return 0
    with transaction() as tx:
        query = select(WakeUp).where(*due).order_by(WakeUp.next_step_at, WakeUp.id).limit(BATCH)
        rows = tx.session.scalars(query.with_for_update(skip_locked=True)).all()
        for row in rows:
            _climb(tx, row, now=now)
    return len(rows)


def answered(
    tx: Transaction, attempt: WakeUpAttempt, answer: WakeUpAnswer, *, via: str, said: str, actor: Actor, now: datetime
) -> None:
    """Write down what one of the ladder said; taking it ends the wake-up, anything else calls the next at once.

    Raises:
        WakeUpOver: it has ended.
    """
    row = tx.session.get_one(WakeUp, attempt.wake_up_id, with_for_update=True)
    if row.state not in {WakeUpState.RINGING.value, WakeUpState.NOBODY.value}:
        if attempt.answer == answer.value:
            return
        raise WakeUpOver
    words = said.replace("\x00", "").strip()[:LONGEST]
    attempt.answer, attempt.answered_at, attempt.answered_via = answer.value, now, via
    attempt.said, attempt.recorded_by = words or None, actor.ref
    data = {
        "wake_up": row.id, "attempt": attempt.id, "rung": attempt.rung, "answer": answer, "via": via,
        "said": _digest(row, words) if words else None,
    }  # fmt: skip
    tx.journal(None, "wake_up.answered", actor=actor, at=now, office=row.office_code, data=data)
    if answer is WakeUpAnswer.TAKING:
        _end(tx, row, WakeUpState.ANSWERED, actor=actor, now=now)
        _tell_the_others(tx, row, attempt, now=now)
    elif row.state == WakeUpState.RINGING.value and _is_newest(tx, row, attempt):
        row.next_step_at = now
        _climb(tx, row, now=now)


def by_hand(
    wake_up_id: int, attempt_id: int, answer: WakeUpAnswer, *, said: str, actor: Actor, now: datetime
) -> WakeUp:  # fmt: skip
    """Record what somebody said on the telephone, or that nobody answered there.

    Raises:
        NotFound: none of an office of this actor.
        WakeUpOver: it has ended.
    """
    with transaction() as tx:
        row = _find(tx, wake_up_id, actor)
        attempt = tx.session.get(WakeUpAttempt, attempt_id)
        if attempt is None or attempt.wake_up_id != row.id:
            raise NotFound
        answered(tx, attempt, answer, via="phone", said=said, actor=actor, now=now)
        tx.outcome("wake_up", row.id)
    return row


def call_off(wake_up_id: int, reason: str, *, actor: Actor, now: datetime) -> WakeUp:
    """End it without an answer on the ladder: the desk has answered after all. Journal ``wake_up.ended``.

    Raises:
        NotFound: none of an office of this actor.
        WakeUpReasonMissing, WakeUpOver: what to do is in the message.
    """
    words = reason.replace("\x00", "").strip()[:LONGEST]
    if not words:
        raise WakeUpReasonMissing(field="note")
    with transaction() as tx:
        row = _find(tx, wake_up_id, actor)
        if row.state not in {WakeUpState.RINGING.value, WakeUpState.NOBODY.value}:
            raise WakeUpOver
        row.note = words
        _end(tx, row, WakeUpState.CALLED_OFF, actor=actor, now=now)
        _tell_the_others(tx, row, None, now=now)
        tx.outcome("wake_up", row.id)
    return row


def listed(actor: Actor, *, limit: int = LISTED) -> list[WakeUpView]:
    """The wake-ups of the actor's offices, those that run first, then the newest."""
    query = select(WakeUp).where(_visible(actor)).order_by(WakeUp.started_at.desc(), WakeUp.id.desc()).limit(limit)
    found = [_view(row) for row in db.session.scalars(query)]
    return sorted(found, key=lambda view: view.state not in {WakeUpState.RINGING, WakeUpState.NOBODY})


def one(actor: Actor, wake_up_id: int) -> WakeUpView:
    """One wake-up.

    Raises:
        NotFound: none of an office of this actor.
    """
    row = db.session.scalar(select(WakeUp).where(WakeUp.id == wake_up_id, _visible(actor)))
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: WakeUp) -> WakeUpView:
    return WakeUpView(row, db.session.get_one(Office, row.office_code), tuple(row.attempts))


def _visible(actor: Actor) -> ColumnElement[bool]:
    prefix = scope.code_prefix(actor.office)
    return or_(WakeUp.office_code.startswith(prefix), WakeUp.asked_by_office == actor.office)


def _running(office: str) -> ColumnElement[bool]:
    states = (WakeUpState.RINGING.value, WakeUpState.NOBODY.value)
    return and_(WakeUp.office_code == office, WakeUp.state.in_(states))


def _find(tx: Transaction, wake_up_id: int, actor: Actor) -> WakeUp:
    query = select(WakeUp).where(WakeUp.id == wake_up_id, _visible(actor)).with_for_update()
    row = tx.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def _climb(tx: Transaction, row: WakeUp, *, now: datetime) -> None:
    """Call everybody whose turn has come; a rung on which nobody stands passes the call on at once."""
    ladder = rules.ladder_of(row.ladder)
    order = [step.rung for step in ladder]
    while row.next_rung is not None and row.next_step_at is not None and row.next_step_at <= now:
        place = order.index(Rung(row.next_rung))
        reached = wake_up_calls.call(tx, row, ladder[place].rung, now=now)
        if place + 1 < len(ladder):
            after = ladder[place + 1]
            row.next_rung = after.rung.value
            row.next_step_at = after.due_at(row.started_at) if reached else now
        else:
            row.next_rung, row.next_step_at = None, rules.gives_up_at(ladder, row.started_at) if reached else now
    if row.next_rung is None and row.next_step_at is not None and row.next_step_at <= now:
        row.state, row.next_step_at = WakeUpState.NOBODY.value, None
        data = {"wake_up": row.id, "state": row.state}
        tx.journal(
            None, "wake_up.nobody", actor=worker_actor(row.office_code), at=now, office=row.office_code, data=data
        )  # fmt: skip


def _is_newest(tx: Transaction, row: WakeUp, attempt: WakeUpAttempt) -> bool:
    query = select(WakeUpAttempt.id).where(WakeUpAttempt.wake_up_id == row.id, WakeUpAttempt.number.is_not(None))
    return tx.session.scalar(query.order_by(WakeUpAttempt.id.desc()).limit(1)) == attempt.id


def _end(tx: Transaction, row: WakeUp, state: WakeUpState, *, actor: Actor, now: datetime) -> None:
    row.state, row.ended_at, row.ended_by = state.value, now, actor.ref
    row.next_rung = row.next_step_at = None
    data = {"wake_up": row.id, "state": state, "note": _digest(row, row.note) if row.note else None}
    tx.journal(None, "wake_up.ended", actor=actor, at=now, office=row.office_code, data=data)


def _tell_the_others(tx: Transaction, row: WakeUp, taker: WakeUpAttempt | None, *, now: datetime) -> None:
    """Whoever was woken besides may sleep on."""
    attempts = tx.session.scalars(select(WakeUpAttempt).where(WakeUpAttempt.wake_up_id == row.id)).all()
    office = tx.session.get_one(Office, row.office_code)
    for attempt in attempts:
        if attempt is taker or attempt.outbox_id is None or attempt.answer == WakeUpAnswer.CANNOT.value:
            continue
        words = {"office": office.name_zh, "answer": (taker.name if taker else None) or "值班员"}
        desk_messages.promise(
            tx, row.office_code, MessageKind.DUTY_WAKE_UP_OVER, words, subject=f"wake-up-{row.id}",
            recipient=f"attempt-{attempt.id}", number=attempt.number or "", exercise=row.is_exercise,
            about={"wake_up": row.id, "attempt": attempt.id}, now=now,
        )  # fmt: skip


def _digest(row: WakeUp, words: str) -> str:
    return salted_digest(bytes.fromhex(row.salt), words.encode())


def by_link(token: str, answer: WakeUpAnswer, *, said: str = "", now: datetime) -> None:
    """Take the press of a button behind the link.

    Raises:
        NotFound, WakeUpLinkEnded: the link.
        WakeUpOver: somebody has taken it meanwhile.
    """
    holder = wake_up_calls.holder(token, now)
    with transaction() as tx:
        attempt = tx.session.get_one(WakeUpAttempt, holder.attempt.id, with_for_update=True)
        answered(tx, attempt, answer, via="link", said=said, actor=holder.actor, now=now)
