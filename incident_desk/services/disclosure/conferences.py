"""Press conferences (新闻发布会) as held: place, spokesperson, host, media, transcript; what was said is a release.

Where none is owed, two persons say so (``services.law.findings``): D2 is struck out with its basis and who decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePath
from typing import IO

from sqlalchemy import select

from incident_desk.domain.disclosure.approval import StepManner
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import N_, DomainError, NotFound
from incident_desk.domain.law.findings import ConferenceOwed, Finding, Ground
from incident_desk.domain.law.legal_codes import ReleaseChannel
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import printable
from incident_desk.extensions import db
from incident_desk.models import FindingRecord, PressConference, Release
from incident_desk.services import scope
from incident_desk.services.cases import facts
from incident_desk.services.disclosure import draft_steps, drafts, releases
from incident_desk.services.disclosure.draft_steps import StepWord
from incident_desk.services.disclosure.releases import Circumstances
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import clocks, findings
from incident_desk.services.law.clocks import CaseClock
from incident_desk.services.transaction import Transaction, transaction

RULE = "D2"
TRANSCRIPT_LIMIT = 300_000_000
LIMITS = {"place": 200, "spokespeople": 200, "host": 100, "media": 2000}
TYPES = {
    ".txt": "text/plain", ".pdf": "application/pdf", ".doc": "application/msword", ".wps": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg", ".png": "image/png", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav",
    ".mp4": "video/mp4",
}  # fmt: skip
"""Kinds of file that a record of a conference comes in; each is only ever handed out as a download."""


class ConferenceIncomplete(DomainError):
    """A conference of which nobody can say where it was or who spoke."""

    code = "conference_incomplete"
    message_id = N_("Give place, time and spokesperson of the press conference.")


class TranscriptWrongKind(DomainError):
    """A file that is no record of a conference."""

    code = "transcript_wrong_kind"
    status = 415
    message_id = N_(
        "This kind of file is not taken as a record. Send text, PDF, Word or WPS, a picture, sound or video."
    )


class NoConferenceClock(DomainError):
    """Nothing to strike out."""

    code = "no_conference_clock"
    status = 409
    message_id = N_(
        "The limit for the press conference is not running any more; a limit that has passed stays on record."
    )


@dataclass(frozen=True, slots=True)
class Conference:
    """A press conference as held; ``media`` are the media present."""

    place: str
    spokespeople: str
    host: str = ""
    media: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The record of a conference as a file, by the name it came with."""

    stream: IO[bytes]
    name: str


@dataclass(frozen=True, slots=True)
class ConferenceView:
    """A conference with the release that it is."""

    row: PressConference
    release: Release


def record(
    case_no: str,
    conference: Conference,
    said: ReleaseContent,
    *,
    actor: Actor,
    now: datetime,
    transcript: Transcript | None = None,
    draft: tuple[int, str] | None = None,
    next_notice_at: datetime | None = None,
) -> PressConference:
    """Record a conference: a release on the channel press conference, which meets D2. What it lacks is named.

    *draft* is number and digest of a cleared text that was read out; its words stand for *said* then.
    Journal ``release.conference_recorded`` beside ``release.recorded``.

    Raises:
        ConferenceIncomplete, TranscriptWrongKind, TooLarge, EmptyFile: what to change is in the message.
        PublishedAtMissing, TimeInFuture, PublishedBeforeHappened, ReleaseTextTooLong: likewise.
        NotClearedYet, TextChanged, DraftClosed, UnapprovedNumber: the text that was read out.
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    whole = _whole(conference)
    content = replace(said, channel=ReleaseChannel.PRESS_CONFERENCE, account="")
    releases.refuse(content, incident, now)
    digest, name = _keep(transcript)
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        more = Circumstances(next_notice_at=next_notice_at, is_proved=digest is not None)
        if draft is None:
            released = releases.put(tx, incident, content, more, actor=actor, now=now)
        else:
            released = _read_out(tx, case_no, draft, content, more, actor=actor, now=now)
        row = tx.session.scalar(select(PressConference).where(PressConference.release_id == released.id))
        if row is None:
            row = PressConference(
                incident_id=incident.id, office_code=actor.office, release_id=released.id, place=whole.place,
                held_at=released.published_at, spokespeople=whole.spokespeople, host=whole.host, media=whole.media,
                transcript_sha256=digest, transcript_name=name, recorded_at=now, recorded_by=actor.ref,
            )  # fmt: skip
            tx.session.add(row)
            tx.session.flush()
            data = {"conference": row.id, "release": released.id, "digest": released.digest, "transcript": digest}
            tx.journal(incident, "release.conference_recorded", actor=actor, at=now, data=data)
        tx.outcome("press_conference", f"{case_no}/{row.id}")
    return row


def find_not_owed(
    case_no: str, *, basis: str, reason: str, evidence: str, second: str, heard_at: datetime | None = None,
    actor: Actor, now: datetime,
) -> FindingRecord:  # fmt: skip
    """Lay before *second* (a log-in) that no press conference is owed; see ``findings.propose``.

    Raises:
        ConferenceOwed: grades I and II, no grade yet, or a sensitive case.
        NoConferenceClock: it is met, or its time has passed.
        FindingIncomplete, SecondPersonMissing, AskedAlready, TimeInFuture: what is said.
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    if not findings.may_be_left_out(incident, facts.current_triggers(db.session(), incident.id)):
        raise ConferenceOwed
    line = clock_of(actor, case_no, now)
    if line is None:
        raise NoConferenceClock
    finding = Finding(Ground.RULE_DOES_NOT_APPLY, basis, reason, evidence)
    return findings.propose(case_no, line.id, finding, second=second, heard_at=heard_at, actor=actor, now=now)


def offers_not_owed(actor: Actor, case_no: str, now: datetime) -> bool:
    """Whether the form for it stands on the page.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    triggers = facts.current_triggers(db.session(), incident.id)
    return findings.may_be_left_out(incident, triggers) and clock_of(actor, case_no, now) is not None


def clock_of(actor: Actor, case_no: str, now: datetime) -> CaseClock | None:
    """The open clock for the press conference whose time has not passed."""
    lines = (line for line in clocks.clocks_of(actor, case_no) if line.clock.rule_id == RULE)
    return next((line for line in lines if line.clock.was_open_at(now)), None)


def all_of(actor: Actor, case_no: str) -> list[ConferenceView]:
    """The conferences of a case, newest first.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    query = (
        select(PressConference, Release)
        .join(Release, PressConference.release_id == Release.id)
        .where(PressConference.incident_id == incident.id)
        .order_by(PressConference.held_at.desc(), PressConference.id.desc())
    )
    return [ConferenceView(row, release) for row, release in db.session.execute(query)]


def one(actor: Actor, case_no: str, conference_id: int) -> ConferenceView:
    """One conference of a case.

    Raises:
        NotFound: no such conference in a case this actor may see.
    """
    found = next((view for view in all_of(actor, case_no) if view.row.id == conference_id), None)
    if found is None:
        raise NotFound
    return found


def transcript_file(view: ConferenceView) -> tuple[Path, str, str]:
    """Where the record lies, its media type and the name it came with.

    Raises:
        NotFound: there is none.
    """
    row = view.row
    path = evidence_store().path(row.transcript_sha256) if row.transcript_sha256 else None
    if path is None or not path.is_file():
        raise NotFound
    name = row.transcript_name or "record"
    return path, TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream"), name


def _whole(conference: Conference) -> Conference:
    texts = {name: printable(getattr(conference, name)).strip()[:most] for name, most in LIMITS.items()}
    for name in ("place", "spokespeople"):
        if not texts[name]:
            raise ConferenceIncomplete(field=name)
    return Conference(**texts)


def _keep(transcript: Transcript | None) -> tuple[str | None, str | None]:
    if transcript is None:
        return None, None
    name = printable(PurePath(transcript.name.replace("\\", "/")).name)[-120:]
    if PurePath(name).suffix.lower() not in TYPES:
        raise TranscriptWrongKind(field="transcript")
    store = evidence_store()
    with store.receive(transcript.stream, limit_bytes=TRANSCRIPT_LIMIT) as incoming:
        store.keep(incoming)
    return incoming.sha256, name


def _read_out(
    tx: Transaction, case_no: str, draft: tuple[int, str], content: ReleaseContent, more: Circumstances, *,
    actor: Actor, now: datetime,
) -> Release:  # fmt: skip
    """The release of a cleared text that was read out at the conference."""
    number, digest = draft
    incident, row = drafts.find(tx, actor, case_no, number)
    view = drafts.view_of(tx.session, incident, row, now=now)
    words = view.content.as_release(
        channel=content.channel, account="", published_at=content.published_at, link=content.link
    )
    at = content.published_at or now
    word = StepWord(step=len(view.chain) - 1, digest=digest, manner=StepManner.AT_DESK, at=at)
    draft_steps.let_out(tx, view, word, None, at=at, actor=actor, now=now)
    promised = replace(
        more, corrects_id=row.corrects_id, next_notice_at=more.next_notice_at or view.content.next_notice_at
    )
    released = releases.put(tx, incident, words, promised, actor=actor, now=now)
    draft_steps.note_publication(tx, row, released)
    return released
