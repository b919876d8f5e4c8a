"""Drafts of releases (稿): written, changed in versions, dropped; nothing of them is public before its time.

What was cleared is a version with its digest; a change makes another version, and the chain begins anew for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident_desk.domain.disclosure.approval import (
    Chain,
    ChainStanding,
    ChainStep,
    DraftState,
    StepManner,
    StepOutcome,
    StepTaken,
    read_chain,
    standing,
)
from incident_desk.domain.disclosure.drafts import DraftCheck, DraftContent, check_draft
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import printable
from incident_desk.extensions import db
from incident_desk.models import DraftPublication, DraftStep, DraftVersion, Incident, Release, ReleaseDraft
from incident_desk.services import scope
from incident_desk.services.disclosure import chains, figures, releases
from incident_desk.services.disclosure.own_rows import refuse_foreign
from incident_desk.services.disclosure.releases import CorrectedUnknown, ReleaseTextTooLong
from incident_desk.services.transaction import Transaction, transaction

LIMITS = {name: most for name, most in releases.LIMITS.items() if name != "link"}


class DraftEmpty(DomainError):
    """A draft without words."""

    code = "draft_empty"
    message_id = N_("Write the text first.")


class DraftClosed(DomainError):
    """A text that went out or was dropped."""

    code = "draft_closed"
    status = 409
    message_id = N_(
        "This text has gone out or was dropped. Begin a new one; what went out is corrected by a correction."
    )


class NextNoticePassed(DomainError):
    """A promise that was broken before it was made."""

    code = "next_notice_passed"
    message_id = N_("The time of the next notice has passed. Give one that is still to come.")


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft read out of its rows: newest text, chain, where it stands, what holds it back."""

    incident: Incident
    row: ReleaseDraft
    content: DraftContent
    chain: Chain
    standing: ChainStanding
    check: DraftCheck

    @property
    def newest(self) -> DraftVersion:
        """The newest version."""
        return self.row.versions[-1]

    @property
    def state(self) -> DraftState:
        """How far it has come."""
        if self.row.is_out:
            return DraftState.RELEASED
        if self.row.dropped_at is not None:
            return DraftState.DROPPED
        if self.standing.sent_back is not None:
            return DraftState.SENT_BACK
        return DraftState.CLEARED if self.standing.is_cleared else DraftState.IN_CHAIN

    @property
    def next_step(self) -> ChainStep | None:
        """The step that is due; None when it is over."""
        return None if self.row.dropped_at is not None or self.row.is_out else self.chain[self.next_index]

    @property
    def next_index(self) -> int:
        """The place of the step that is due; publishing is due again where its record was taken back."""
        return min(self.standing.next_step, len(self.chain) - 1)

    def words_on(self, step: int) -> list[DraftStep]:
        """What was said at *step* about the newest version, oldest first."""
        return [one for one in self.row.steps if one.step == step and one.version == self.row.version]


def begin(
    case_no: str, content: DraftContent, *, actor: Actor, now: datetime, corrects_id: int | None = None
) -> ReleaseDraft:
    """Begin a draft under the chain of the case. Journal ``release.drafted`` with the digest of its text.

    Raises:
        DraftEmpty, ReleaseTextTooLong, NextNoticePassed, CorrectedUnknown: what to change is in the message.
        NotFound: not this actor's to see.
    """
    scope.incident(actor, case_no)
    whole = _whole(content, now)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        _refuse_corrected(tx.session, incident, corrects_id)
        highest = tx.session.scalar(
            select(func.max(ReleaseDraft.number)).where(ReleaseDraft.incident_id == incident.id)
        )
        row = ReleaseDraft(
            incident_id=incident.id, office_code=actor.office, number=(highest or 0) + 1, version=0,
            chain=[step.to_json() for step in chains.chain_of(tx.session, incident)], corrects_id=corrects_id,
            begun_at=now, begun_by=actor.ref,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        _add_version(tx, incident, row, whole, actor=actor, now=now)
        tx.outcome("release_draft", f"{case_no}/{row.number}")
    return row


def write(
    case_no: str, number: int, content: DraftContent, *, actor: Actor, now: datetime, expected_version: int | None
) -> ReleaseDraft:
    """Change the text: a new version, for which the chain begins anew. The same text again changes nothing.

    Raises:
        DraftEmpty, ReleaseTextTooLong, NextNoticePassed: what to change is in the message.
        ChangedMeanwhile: somebody wrote a version after *expected_version*.
        DraftClosed, NotAllowed, NotFound.
    """
    one(actor, case_no, number, now=now)
    whole = _whole(content, now)
    with transaction() as tx:
        incident, row = find_open(tx, actor, case_no, number)
        marked = replace(whole, exercise=incident.is_exercise)
        if row.versions[-1].digest != marked.digest():
            if expected_version is not None and expected_version != row.version:
                raise ChangedMeanwhile(version=row.version, current=row.versions[-1].snapshot)
            _add_version(tx, incident, row, whole, actor=actor, now=now)
        tx.outcome("release_draft", f"{case_no}/{number}")
    return row


def drop(case_no: str, number: int, *, actor: Actor, now: datetime) -> ReleaseDraft:
    """Give a draft up; it stays on record. Journal ``release.dropped``.

    Raises:
        DraftClosed: it went out already.
        NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = find(tx, actor, case_no, number)
        if row.is_out:
            raise DraftClosed
        if row.dropped_at is None:
            row.dropped_at, row.dropped_by = now, actor.ref
            data = {"draft": row.id, "digest": row.versions[-1].digest}
            tx.journal(incident, "release.dropped", actor=actor, at=now, data=data)
        tx.outcome("release_draft", f"{case_no}/{number}")
    return row


def all_of(actor: Actor, case_no: str, *, now: datetime) -> list[DraftView]:
    """The drafts of a case, newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = select(ReleaseDraft).where(ReleaseDraft.incident_id == incident.id).order_by(ReleaseDraft.number.desc())
    return [view_of(db.session(), incident, row, now=now) for row in db.session.scalars(query)]


def one(actor: Actor, case_no: str, number: int, *, now: datetime) -> DraftView:
    """One draft of a case.

    Raises:
        NotFound: no such draft in a case this actor may see.
    """
    incident = scope.incident(actor, case_no)
    row = db.session.scalar(_numbered(incident, number))
    if row is None:
        raise NotFound
    return view_of(db.session(), incident, row, now=now)


def view_of(session: Session, incident: Incident, row: ReleaseDraft, *, now: datetime) -> DraftView:
    """A draft as it stands in *session*."""
    content = content_of(row.versions[-1].snapshot)
    chain = read_chain(row.chain)
    taken = [_taken(step) for step in row.steps]
    return DraftView(
        incident=incident,
        row=row,
        content=content,
        chain=chain,
        standing=standing(chain, taken, row.version),
        check=check(session, incident, content, now=now),
    )


def check(session: Session, incident: Incident, content: DraftContent, *, now: datetime) -> DraftCheck:
    """What holds *content* back, beside what the case knows and has approved."""
    return check_draft(
        replace(content, exercise=incident.is_exercise),
        now=now,
        known_substances=releases.known_substances(incident),
        figures=figures.register(session, incident),
    )


def content_of(said: dict[str, Any]) -> DraftContent:
    """The content of a stored snapshot."""
    at = said.get("next_notice_at")
    return DraftContent(
        **{
            **said,
            "issuer": Issuer(said["issuer"]),
            "channel": ReleaseChannel(said["channel"]),
            "next_notice_at": datetime.fromisoformat(at) if at else None,
        }
    )


def find(tx: Transaction, actor: Actor, case_no: str, number: int) -> tuple[Incident, ReleaseDraft]:
    """A draft held for this transaction.

    Raises:
        NotFound, NotAllowed.
    """
    incident = scope.incident(actor, case_no, tx.session)
    row = tx.session.scalar(_numbered(incident, number).with_for_update())
    if row is None:
        raise NotFound
    refuse_foreign(row.office_code, actor)
    return incident, row


def find_open(tx: Transaction, actor: Actor, case_no: str, number: int) -> tuple[Incident, ReleaseDraft]:
    """A draft that is still on its way, held for this transaction.

    Raises:
        DraftClosed, NotFound, NotAllowed.
    """
    incident, row = find(tx, actor, case_no, number)
    if row.is_out or row.dropped_at is not None:
        raise DraftClosed
    return incident, row


def released_from(release_ids: Iterable[int]) -> dict[int, int]:
    """Numbers of the drafts that releases went out from, by the release's id."""
    query = (
        select(DraftPublication.release_id, ReleaseDraft.number)
        .join(ReleaseDraft, DraftPublication.draft_id == ReleaseDraft.id)
        .where(DraftPublication.release_id.in_(list(release_ids)))
    )
    return {row.release_id: row.number for row in db.session.execute(query)}


def _numbered(incident: Incident, number: int) -> Any:
    return select(ReleaseDraft).where(ReleaseDraft.incident_id == incident.id, ReleaseDraft.number == number)


def _taken(row: DraftStep) -> StepTaken:
    return StepTaken(
        step=row.step,
        version=row.version,
        outcome=StepOutcome(row.outcome),
        person=row.person,
        manner=StepManner(row.manner),
        at=row.at,
        second_hearer=row.second_hearer or "",
        page_sha256=row.page_sha256,
        note=row.note,
    )


def _whole(content: DraftContent, now: datetime) -> DraftContent:
    said: dict[str, Any] = {name: printable(getattr(content, name)).strip() for name in LIMITS}
    for name, most in LIMITS.items():
        if len(said[name]) > most:
            raise ReleaseTextTooLong(field=name, length=len(said[name]), most=most)
    if not said["text"]:
        raise DraftEmpty(field="text")
    if content.next_notice_at is not None and content.next_notice_at <= now:
        raise NextNoticePassed(field="next_notice_at")
    return replace(content, **said)


def _refuse_corrected(session: Session, incident: Incident, corrects_id: int | None) -> None:
    row = session.get(Release, corrects_id) if corrects_id is not None else None
    is_here = row is not None and row.incident_id == incident.id and row.withdrawn_at is None
    if corrects_id is not None and not is_here:
        raise CorrectedUnknown(field="corrects")


def _add_version(
    tx: Transaction, incident: Incident, row: ReleaseDraft, content: DraftContent, *, actor: Actor, now: datetime
) -> None:
    whole = replace(content, exercise=incident.is_exercise)
    before = view_of(tx.session, incident, row, now=now) if row.versions else None
    row.version += 1
    row.versions.append(
        DraftVersion(
            version=row.version,
            snapshot=_plain(whole),
            digest=whole.digest(),
            written_at=now,
            written_by=actor.ref,
            writer=actor.name,
            writer_person_id=actor.person_id,
        )
    )
    tx.session.flush()
    data = {
        "draft": row.id, "version": row.version, "digest": whole.digest(),
        "sent_back": before is not None and bool(before.standing.taken),
    }  # fmt: skip
    tx.journal(incident, "release.drafted", actor=actor, at=now, data=data)


def _plain(content: DraftContent) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(content.snapshot())
    return said
