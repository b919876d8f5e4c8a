"""How a notice was given: the call with its read-back, the fax, the letter, the file; and what the neighbour replied.

The first act that shows that the neighbour knows records the fact ``neighbour_noticed`` and so meets R8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from incident_desk.domain.command.words import clean, reason_of
from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.neighbours.notices import NoticeDropped, NoticeNotSent, NoticeWay, ReplyMissing
from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident, NeighbourNotice, NeighbourNoticeAct
from incident_desk.services.cases import facts
from incident_desk.services.command.command_rows import digest_of, keep_file, past, withdraw_facts
from incident_desk.services.law import clocks
from incident_desk.services.neighbours import notice_papers, notice_rows
from incident_desk.services.neighbours.notice_rows import act_of
from incident_desk.services.transaction import Transaction, transaction

WORDS = {"number_rung": 40, "answered_by": 60, "read_back": 1_000, "proof": 300}
REPLY_WORDS = {"replied_by": 60, "reply_text": 2_000}


@dataclass(frozen=True, slots=True)
class Giving:
    """One act as typed. ``read_back`` is what the other side repeated; ``received_at`` when it signed for it."""

    way: NoticeWay
    at: datetime
    number_rung: str = ""
    answered_by: str = ""
    read_back: str = ""
    proof: str = ""
    proof_sha256: str | None = None
    received_at: datetime | None = None

    def words(self) -> dict[str, str]:
        """Its texts by field."""
        return {name: getattr(self, name) for name in WORDS}


def keep_proof(stream: IO[bytes] | None) -> str | None:
    """Keep the picture of a receipt; gives back its SHA-256, None where there is none.

    Raises:
        TooLarge, EmptyFile: the file.
    """
    return keep_file(stream)


def give(case_no: str, number: int, giving: Giving, *, actor: Actor, now: datetime) -> NeighbourNoticeAct:
    """Record how the notice was given; the text is fixed from now on. Journal ``notice.given``.

    A call that nobody answered and a fax without a receipt are recorded too; they do not meet the duty.

    Raises:
        TimeInFuture, TimesReversed, CommandTextTooLong: what to change is in the message.
        NoticeDropped, NotAllowed, NotFound.
    """
    view = notice_rows.one(actor, case_no, number)
    letter = view.row.document_sha256 or notice_papers.keep_letter(view)
    with transaction() as tx:
        incident, row = notice_rows.find_own(tx, case_no, number, actor)
        if row.dropped_at is not None:
            raise NoticeDropped
        same = _same(row, giving)
        act = same or add_act(tx, incident, row, giving, actor=actor, now=now)
        if row.digest == view.row.digest:
            row.document_sha256 = row.document_sha256 or letter
        tx.outcome("notice", f"{case_no}/{number}")
    return act


def add_act(
    tx: Transaction, incident: Incident, row: NeighbourNotice, giving: Giving, *, actor: Actor, now: datetime
) -> NeighbourNoticeAct:
    """The same inside a running transaction.

    Raises:
        TimeInFuture, TimesReversed, CommandTextTooLong.
    """
    facts.lock(tx, incident)
    at = past(giving.at, now=now, field="at")
    received = giving.received_at
    act = NeighbourNoticeAct(
        notice_id=row.id, way=giving.way.value, at=at, **clean(giving.words(), WORDS),
        proof_sha256=giving.proof_sha256,
        received_at=None if received is None else past(received, now=now, field="received_at", after=at),
        recorded_at=now, recorded_by=actor.ref,
    )  # fmt: skip
    row.acts.append(act)
    tx.session.flush()
    data = {
        "notice": row.id, "act": act.id, "to": row.to_code, "way": act.way, "at": act.at, "digest": row.digest,
        "proof": act.proof_sha256, "words": digest_of(incident, *clean(giving.words(), WORDS).values()),
    }  # fmt: skip
    reached = act_of(act).reached_at()
    tx.journal(incident, "notice.given", actor=actor, at=now, data={**data, "reached": reached is not None})
    if reached is not None:
        facts.record(
            tx, incident, FactKind.NEIGHBOUR_NOTICED, at=reached, data={"office": row.to_code}, actor=actor, now=now,
            source=_source(row, act),
        )  # fmt: skip
        clocks.rederive(tx, incident, now=now)
    return act


def take_back(case_no: str, number: int, act_id: int, *, reason: str, actor: Actor, now: datetime) -> NeighbourNotice:
    """Take back the entry of an act that was wrong: its fact is withdrawn by name. Journal ``notice.act_withdrawn``.

    Raises:
        TakeBackReasonMissing, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = notice_rows.find_own(tx, case_no, number, actor)
        act = next((one for one in row.acts if one.id == act_id), None)
        if act is None:
            raise NotFound
        why = reason_of(reason)
        if act.withdrawn_at is None:
            facts.lock(tx, incident)
            act.withdrawn_at, act.withdrawn_by, act.withdrawn_reason = now, actor.ref, why
            withdrawn = withdraw_facts(tx, incident, _source(row, act), now=now)
            data = {"notice": row.id, "act": act.id, "facts": withdrawn, "reason": digest_of(incident, why)}
            tx.journal(incident, "notice.act_withdrawn", actor=actor, at=now, data=data)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("notice", f"{case_no}/{number}")
    return row


def reply(
    case_no: str, number: int, said: Mapping[str, str], *, at: datetime, actor: Actor, now: datetime
) -> NeighbourNotice:
    """Record what the neighbour replied, word for word. Journal ``notice.replied``.

    A later reply stands in place of an earlier one; the journal keeps the digest of each.

    Raises:
        ReplyMissing, NoticeNotSent, TimeInFuture, TimesReversed, CommandTextTooLong, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = notice_rows.find_own(tx, case_no, number, actor)
        words = clean(said, REPLY_WORDS)
        if not words["reply_text"]:
            raise ReplyMissing(field="reply_text")
        first = min((one.at for one in row.acts if one.withdrawn_at is None), default=row.file_made_at)
        if first is None:
            raise NoticeNotSent
        row.replied_at = past(at, now=now, field="replied_at", after=first)
        row.replied_by, row.reply_text = words["replied_by"], words["reply_text"]
        row.reply_recorded_by = actor.ref
        data = {"notice": row.id, "at": row.replied_at, "words": digest_of(incident, *words.values())}
        tx.journal(incident, "notice.replied", actor=actor, at=now, data=data)
        tx.outcome("notice", f"{case_no}/{number}")
    return row


def _source(row: NeighbourNotice, act: NeighbourNoticeAct) -> str:
    return f"neighbour_notice:{row.id}:{act.id}"


def _same(row: NeighbourNotice, giving: Giving) -> NeighbourNoticeAct | None:
    """The same act once more: a form sent again after its answer was lost."""
    return next(
        (
            one
            for one in row.acts
            if one.withdrawn_at is None
            and one.way == giving.way.value
            and abs((one.at - giving.at).total_seconds()) <= 120
            and {name: getattr(one, name) for name in WORDS} == clean(giving.words(), WORDS)
            and one.proof_sha256 == giving.proof_sha256
        ),
        None,
    )
