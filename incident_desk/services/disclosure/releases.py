"""Releases to the public (信息发布) on record: by whom, where, when, in which words; and what our public page shows.

What was published is recorded always, its gaps named; only a time that cannot be is asked for again. Our page is a
copy: the account it links to is the source.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.disclosure.releases import ReleaseCheck, ReleaseContent, check_release
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.journal import salted_digest
from incident_desk.domain.law.legal_codes import FactKind
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import printable
from incident_desk.extensions import db
from incident_desk.models import FactRecord, Incident, Release
from incident_desk.records import images
from incident_desk.services import scope
from incident_desk.services.calls import case_sheet
from incident_desk.services.cases import facts
from incident_desk.services.disclosure import figures, public_states
from incident_desk.services.disclosure.own_rows import refuse_foreign
from incident_desk.services.disclosure.release_rows import content_of
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks
from incident_desk.services.transaction import Transaction, transaction

CAPTURE_LIMIT = 50_000_000
AGAIN = timedelta(minutes=2)
LIMITS = {
    "issuer_name": 100, "account": 100, "title": 200, "text": 20_000, "pollutant": 200, "range_text": 1000,
    "measures": 2000, "link": 2000,
}  # fmt: skip


class PublishedAtMissing(DomainError):
    """No clock can be met at no time."""

    code = "published_at_missing"
    message_id = N_("Say when it was published: the clocks are met at that time.")


class PublishedBeforeHappened(DomainError):
    """A release about what had not happened yet."""

    code = "published_before_happened"
    message_id = N_("The release is dated before the incident happened. Check the time.")


class ReleaseTextTooLong(DomainError):
    """A field that no release fills."""

    code = "release_text_too_long"
    message_id = N_("This has %(length)s characters; at most %(most)s are taken here.")


class ReleaseReasonMissing(DomainError):
    """A record taken back without a word."""

    code = "release_reason_missing"
    message_id = N_("Say why this entry is taken back.")


class CorrectedUnknown(DomainError):
    """A correction of what is not on record here."""

    code = "corrected_unknown"
    message_id = N_("Choose the release that is corrected: it must stand on record in this case.")


class CorrectionTooEarly(DomainError):
    """A correction before what it corrects."""

    code = "correction_too_early"
    message_id = N_("The correction is dated before the release that it corrects. Check the time.")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What comes with a release beside its words: what it corrects, when it promised the next word, what shows it."""

    corrects_id: int | None = None
    next_notice_at: datetime | None = None
    is_proved: bool = False
    on_public_page: bool = True


def record(
    case_no: str,
    content: ReleaseContent,
    *,
    actor: Actor,
    now: datetime,
    capture: IO[bytes] | None = None,
    circumstances: Circumstances | None = None,
) -> Release:
    """Put a published release on record; the disclosure clocks follow. Journal ``release.recorded`` with its digest.

    A *capture* is whole on disk before the row. A text that gives personal data away is kept off our public page
    until somebody shows it there.

    Raises:
        PublishedAtMissing, TimeInFuture, PublishedBeforeHappened, ReleaseTextTooLong, CorrectedUnknown,
        CorrectionTooEarly: what to change is in the message.
        TooLarge, NotAnImage, ImageDamaged, ImageTooManyPixels: the capture.
        NotFound: not this actor's to see.
    """
    refuse(content, scope.incident(actor, case_no), now)
    kept = keep_capture(capture)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        whole = replace(content, capture_sha256=kept)
        row = put(tx, incident, whole, circumstances or Circumstances(), actor=actor, now=now)
        tx.outcome("release", f"{case_no}/{row.id}")
    return row


def put(
    tx: Transaction, incident: Incident, content: ReleaseContent, more: Circumstances, *, actor: Actor, now: datetime
) -> Release:
    """Put a release on record inside a running transaction; the very same one twice is one.

    Raises:
        PublishedAtMissing, TimeInFuture, PublishedBeforeHappened, ReleaseTextTooLong, CorrectedUnknown,
        CorrectionTooEarly: what to change is in the message.
    """
    published_at = refuse(content, incident, now)
    said: dict[str, Any] = {name: printable(getattr(content, name)) for name in LIMITS if getattr(content, name)}
    whole = replace(content, **said, exercise=incident.is_exercise)
    known = _same(tx, incident, whole)
    if known is not None:
        return known
    _refuse_correction(tx.session, incident, more.corrects_id, published_at)
    found = check(
        whole, incident, now=now, already_published=True, session=tx.session, is_proved=more.is_proved
    )  # fmt: skip
    row = _row(whole, published_at, found, incident, actor=actor, now=now)
    row.corrects_id, row.next_notice_at = more.corrects_id, more.next_notice_at
    row.is_on_public_page = more.on_public_page and bool(whole.text.strip()) and not found.warnings
    tx.session.add(row)
    tx.session.flush()
    data = {"issuer": whole.issuer.value, "channel": whole.channel.value}
    facts.record(
        tx, incident, FactKind.RELEASE_PUBLISHED, at=published_at, data=data, actor=actor, now=now, source=_source(row)
    )
    entry = {
        "release": row.id, "digest": row.digest, **data, "published_at": published_at, "capture": row.capture_sha256,
        "gaps": [one.gap.value for one in found.gaps], "corrects": row.corrects_id,
        "next_notice_at": row.next_notice_at,
    }  # fmt: skip
    tx.journal(incident, "release.recorded", actor=actor, at=now, data=entry)
    public_states.follow(tx, incident, actor=actor, now=now)
    clocks.rederive(tx, incident, now=now)
    return row


def check(
    content: ReleaseContent,
    incident: Incident,
    *,
    now: datetime,
    already_published: bool,
    session: Session | None = None,
    is_proved: bool = False,
) -> ReleaseCheck:
    """What *content* lacks and gives away, beside what the case knows."""
    marked = replace(content, exercise=incident.is_exercise)
    return check_release(
        marked,
        now=now,
        already_published=already_published,
        known_substances=known_substances(incident),
        figures=figures.register(session or db.session(), incident),
        is_proved=is_proved,
    )


def known_substances(incident: Incident) -> list[str]:
    """The pollutant of the case by name, where one is known."""
    sheet = case_sheet.current_sheet(incident)
    return [sheet.identified.name_zh] if sheet.identified else [sheet.substance] if sheet.substance else []


def check_draft(actor: Actor, case_no: str, content: ReleaseContent, *, now: datetime) -> ReleaseCheck:
    """The same before publishing; nothing is recorded.

    Raises:
        NotFound: not this actor's to see.
    """
    return check(content, scope.incident(actor, case_no), now=now, already_published=False)


def show(case_no: str, release_id: int, *, shown: bool, actor: Actor, now: datetime) -> Release:
    """Show a release on our public page, or take it off. Journal ``release.shown`` or ``release.hidden``.

    Raises:
        NotFound, NotAllowed.
    """
    with transaction() as tx:
        incident, row = _find_own(actor, case_no, release_id, tx)
        wanted = shown and row.withdrawn_at is None
        if row.is_on_public_page != wanted:
            row.is_on_public_page = wanted
            kind = "release.shown" if wanted else "release.hidden"
            tx.journal(incident, kind, actor=actor, at=now, data={"release": row.id, "digest": row.digest})
            public_states.follow(tx, incident, actor=actor, now=now)
        tx.outcome("release", f"{case_no}/{row.id}")
    return row


def take_back(case_no: str, release_id: int, *, reason: str, actor: Actor, now: datetime) -> Release:
    """Take back a record that was wrong; the row stays, its fact is withdrawn, its clocks are open again.

    Raises:
        ReleaseReasonMissing, NotFound, NotAllowed.
    """
    if not reason.strip():
        raise ReleaseReasonMissing(field="reason")
    with transaction() as tx:
        incident, row = _find_own(actor, case_no, release_id, tx)
        if row.withdrawn_at is None:
            facts.lock(tx, incident)
            row.withdrawn_at, row.withdrawn_by, row.is_on_public_page = now, actor.ref, False
            for fact in tx.session.scalars(_facts_of(incident, row)).all():
                fact.withdrawn_at = now
                incident.version += 1
            salted = salted_digest(bytes.fromhex(incident.journal_salt), reason.strip().encode())
            data = {"release": row.id, "digest": row.digest, "reason": salted}
            tx.journal(incident, "release.withdrawn", actor=actor, at=now, data=data)
            public_states.follow(tx, incident, actor=actor, now=now)
            clocks.rederive(tx, incident, now=now)
        tx.outcome("release", f"{case_no}/{row.id}")
    return row


def refuse(content: ReleaseContent, incident: Incident, now: datetime) -> datetime:
    """Refuse what no release can be; gives back when it was published.

    Raises:
        PublishedAtMissing, TimeInFuture, PublishedBeforeHappened, ReleaseTextTooLong: what to change is in the message.
    """
    for name, most in LIMITS.items():
        length = len(getattr(content, name) or "")
        if length > most:
            raise ReleaseTextTooLong(field=name, length=length, most=most)
    if content.published_at is None:
        raise PublishedAtMissing(field="published_at")
    try:
        check_not_future(content.published_at, now=now)
    except DomainError as error:
        error.field = "published_at"
        raise
    if incident.occurred_at is not None and content.published_at < incident.occurred_at:
        raise PublishedBeforeHappened(field="published_at")
    return content.published_at


def keep_capture(capture: IO[bytes] | None) -> str | None:
    """Keep the picture of a page; gives back its digest, None where there is none.

    Raises:
        TooLarge, EmptyFile, NotAnImage, ImageDamaged, ImageTooManyPixels.
    """
    if capture is None:
        return None
    store = evidence_store()
    with store.receive(capture, limit_bytes=CAPTURE_LIMIT) as incoming:
        images.inspect(incoming.path)
        store.keep(incoming)
    return incoming.sha256


def _refuse_correction(session: Session, incident: Incident, corrects: int | None, published_at: datetime) -> None:
    if corrects is None:
        return
    row = session.get(Release, corrects)
    if row is None or row.incident_id != incident.id or row.withdrawn_at is not None:
        raise CorrectedUnknown(field="corrects")
    if published_at < row.published_at:
        raise CorrectionTooEarly(field="published_at")


def _same(tx: Transaction, incident: Incident, content: ReleaseContent) -> Release | None:
    """The row of the very same release: a second click, a form sent again after its answer was lost."""
    rows = tx.session.scalars(select(Release).where(Release.incident_id == incident.id, Release.withdrawn_at.is_(None)))
    for row in rows:
        known = content_of(row)
        if known.published_at is None or content.published_at is None:
            continue
        near = abs(known.published_at - content.published_at) <= AGAIN
        if near and replace(known, published_at=content.published_at) == content:
            return row
    return None


def _row(
    content: ReleaseContent, published_at: datetime, found: ReleaseCheck, incident: Incident, *,
    actor: Actor, now: datetime,
) -> Release:  # fmt: skip
    gate: dict[str, Any] = {
        "gaps": [{"gap": one.gap.value, "expected": one.expected, "hint": one.hint} for one in found.gaps],
        "warnings": sorted({one.warning.value for one in found.warnings}),
        "content_complete": found.content_complete,
        "record_complete": found.record_complete,
    }
    return Release(
        incident_id=incident.id,
        office_code=actor.office,
        issuer=content.issuer.value,
        channel=content.channel.value,
        account=content.account,
        link=content.link,
        capture_sha256=content.capture_sha256,
        title=content.title,
        text=content.text,
        published_at=published_at,
        recorded_at=now,
        recorded_by=actor.ref,
        gate=gate,
        snapshot=json.loads(content.snapshot()),
        digest=content.digest(),
    )


def _find_own(actor: Actor, case_no: str, release_id: int, tx: Transaction) -> tuple[Incident, Release]:
    incident = scope.incident(actor, case_no, tx.session)
    row = tx.session.scalar(
        select(Release).where(Release.id == release_id, Release.incident_id == incident.id).with_for_update()
    )
    if row is None:
        raise NotFound
    refuse_foreign(row.office_code, actor)
    return incident, row


def _facts_of(incident: Incident, row: Release) -> Any:
    return select(FactRecord).where(
        FactRecord.incident_id == incident.id,
        FactRecord.kind == FactKind.RELEASE_PUBLISHED.value,
        FactRecord.source == _source(row),
        FactRecord.withdrawn_at.is_(None),
    )


def _source(row: Release) -> str:
    return f"release:{row.id}"
