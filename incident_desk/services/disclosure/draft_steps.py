"""The steps of a draft's chain: passed, sent back, confirmed; and its last one, by which it becomes a release.

Each word is about one version with its digest. A number that no approved figure stands behind is refused at every
step, with its place; nothing is written then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from incident_desk.domain.calls.occurrence import check_not_future
from incident_desk.domain.disclosure.approval import (
    ReasonMissing,
    StepKind,
    StepManner,
    StepOutcome,
    StepTaken,
    check_word,
)
from incident_desk.domain.disclosure.drafts import DraftHeldBack
from incident_desk.domain.disclosure.releases import ReleaseContent
from incident_desk.domain.errors import N_, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ReleaseChannel
from incident_desk.domain.permissions import Actor
from incident_desk.models import DraftPublication, DraftStep, Incident, Release, ReleaseDraft
from incident_desk.records import images
from incident_desk.services.cases import tasks
from incident_desk.services.disclosure import drafts, releases
from incident_desk.services.disclosure.drafts import DraftView
from incident_desk.services.disclosure.releases import Circumstances
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.transaction import Transaction, transaction

PAGE_LIMIT = 50_000_000
CONFIRM_TASK = "confirm_signature"
A_MINUTE = timedelta(minutes=1)
NAME_LIMIT, NOTE_LIMIT = 60, 500
AT_DESK_WORD = {StepKind.CHECK: "release.check", StepKind.CLEAR: "release.clear"}
"""The permission that a person needs who takes a step at the desk in person."""


class TextChanged(DomainError):
    """Another text than the one that was read."""

    code = "text_changed"
    status = 409
    message_id = N_("The text was changed after you read it. Read it again.")


class StepNotNext(DomainError):
    """A step out of its turn, or taken already."""

    code = "step_not_next"
    status = 409
    message_id = N_("This step is not the next one any more. Look at where the text stands now.")


class NotClearedYet(DomainError):
    """Publishing what was not cleared."""

    code = "not_cleared_yet"
    status = 409
    message_id = N_("The text is not cleared: only the text that was cleared may go out.")


class NotPublishedHere(DomainError):
    """A conference is recorded with its own particulars."""

    code = "not_published_here"
    message_id = N_("A press conference is recorded on its own form, with place, spokesperson and media.")


class NothingToConfirm(DomainError):
    """No word by telephone is open."""

    code = "nothing_to_confirm"
    status = 409
    message_id = N_("There is no word by telephone to confirm.")


class NotWhoSpoke(DomainError):
    """A word by telephone is confirmed by whoever gave it."""

    code = "not_who_spoke"
    status = 403
    message_id = N_("%(name)s gave this word by telephone and confirms it in person.")


@dataclass(frozen=True, slots=True)
class StepWord:
    """What a person says of the text with ``digest``; ``person`` stays empty at the desk, where it is the actor."""

    step: int
    digest: str
    manner: StepManner = StepManner.AT_DESK
    person: str = ""
    at: datetime | None = None
    second_hearer: str = ""
    page: IO[bytes] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """Where and when the cleared text went out."""

    channel: ReleaseChannel
    account: str
    published_at: datetime | None
    link: str | None = None
    capture: IO[bytes] | None = None
    on_public_page: bool = True


def take(case_no: str, number: int, word: StepWord, *, actor: Actor, now: datetime) -> ReleaseDraft:
    """Pass the step that is due: numbers checked, text cleared. Journal ``release.step_passed``.

    Whoever clears a text with gaps says why in ``note``.

    Raises:
        UnapprovedNumber: with the number and its place.
        DraftHeldBack: gaps or personal data, and no reason given by whoever clears.
        StepNotNext, TextChanged, DraftClosed: somebody was faster.
        StepPersonMissing, StepHearerMissing, StepPageMissing, ClearedByItsWriter, StepBeforeText, TimeInFuture.
        NotAllowed: at the desk, by somebody whose step it is not.
        NotFound.
    """
    return _say(case_no, number, word, StepOutcome.PASSED, actor=actor, now=now)


def send_back(case_no: str, number: int, word: StepWord, *, actor: Actor, now: datetime) -> ReleaseDraft:
    """Send the text back to its writer, with the reason in ``note``. Journal ``release.sent_back``.

    Raises:
        ReasonMissing: without a word; else as ``take``.
    """
    if not word.note.strip():
        raise ReasonMissing(field="note")
    return _say(case_no, number, word, StepOutcome.SENT_BACK, actor=actor, now=now)


def publish(
    case_no: str, number: int, word: StepWord, publication: Publication, *, actor: Actor, now: datetime
) -> Release:
    """Record that the cleared text went out: a release on record, the clocks follow. Once more on another account.

    Raises:
        NotClearedYet, UnapprovedNumber, TextChanged, DraftClosed: it may not go out.
        NotPublishedHere: on a press conference.
        PublishedAtMissing, TimeInFuture and what else ``releases.put`` raises; as ``take`` for the word.
    """
    view = drafts.one(actor, case_no, number, now=now)
    if publication.channel is ReleaseChannel.PRESS_CONFERENCE:
        raise NotPublishedHere(field="channel")
    releases.refuse(_published(view, publication, None), view.incident, now)
    kept, page = releases.keep_capture(publication.capture), _keep_page(word.page)
    with transaction() as tx:
        incident, row = drafts.find(tx, actor, case_no, number)
        view = drafts.view_of(tx.session, incident, row, now=now)
        content = _published(view, publication, kept)
        more = Circumstances(
            corrects_id=row.corrects_id,
            next_notice_at=view.content.next_notice_at,
            on_public_page=publication.on_public_page,
        )
        let_out(tx, view, word, page, at=content.published_at or now, actor=actor, now=now)
        released = releases.put(tx, incident, content, more, actor=actor, now=now)
        note_publication(tx, row, released)
        tx.outcome("release", f"{case_no}/{released.id}")
    return released


def let_out(
    tx: Transaction, view: DraftView, word: StepWord, page: str | None, *, at: datetime, actor: Actor, now: datetime
) -> None:
    """Take the last step of a cleared draft in a running transaction; of one that is out already, only look.

    Raises:
        NotClearedYet, UnapprovedNumber, TextChanged, DraftClosed; as ``take`` for the word.
    """
    row = view.row
    if row.dropped_at is not None:
        raise drafts.DraftClosed
    if word.digest != view.newest.digest:
        raise TextChanged
    if not view.standing.is_cleared:
        raise NotClearedYet
    view.check.refuse_numbers()
    if not row.is_out:
        last = replace(word, step=len(view.chain) - 1, at=word.at or at)
        _write_step(tx, view, last, page, StepOutcome.PASSED, actor=actor, now=now)


def note_publication(tx: Transaction, row: ReleaseDraft, released: Release) -> None:
    """Write down that *released* went out from a draft."""
    if released.id not in {one.release_id for one in row.publications}:
        row.publications.append(DraftPublication(release_id=released.id, version=row.version))
        tx.session.flush()


def confirm(case_no: str, number: int, step_id: int, *, actor: Actor, now: datetime) -> ReleaseDraft:
    """Whoever gave a word by telephone confirms it in person. Journal ``release.step_confirmed``.

    Raises:
        NothingToConfirm, NotWhoSpoke, NotAllowed, NotFound.
    """
    with transaction() as tx:
        incident, row = drafts.find(tx, actor, case_no, number)
        said = next((one for one in row.steps if one.id == step_id), None)
        if said is None:
            raise NotFound
        if said.manner != StepManner.BY_TELEPHONE:
            raise NothingToConfirm
        if actor.person_id is None or said.person != actor.name:
            raise NotWhoSpoke(name=said.person)
        if said.confirmed_at is None:
            said.confirmed_at, said.confirmed_by = now, actor.ref
            data = {"draft": row.id, "step": said.step, "digest": said.digest}
            tx.journal(incident, "release.step_confirmed", actor=actor, at=now, data=data)
            tasks.close_task(tx, incident, CONFIRM_TASK, _task_subject(said), actor=actor, now=now)
        tx.outcome("release_draft", f"{case_no}/{number}")
    return row


def page_digest(view: DraftView, step_id: int) -> str:
    """The stored photograph of a signed page.

    Raises:
        NotFound: there is none.
    """
    said = next((one for one in view.row.steps if one.id == step_id), None)
    if said is None or said.page_sha256 is None:
        raise NotFound
    return said.page_sha256


def page_type(path: Path) -> str:
    """The media type of a stored page, told by its content."""
    return images.inspect(path).media_type


def to_confirm(steps: Sequence[DraftStep], actor: Actor) -> list[DraftStep]:
    """The words by telephone that *actor* gave and has not confirmed."""
    return [
        one
        for one in steps
        if one.manner == StepManner.BY_TELEPHONE and one.confirmed_at is None and one.person == actor.name
    ]


def _say(
    case_no: str, number: int, word: StepWord, outcome: StepOutcome, *, actor: Actor, now: datetime
) -> ReleaseDraft:
    view = drafts.one(actor, case_no, number, now=now)
    _refuse(view, word, outcome, actor)
    page = _keep_page(word.page)
    with transaction() as tx:
        incident, row = drafts.find_open(tx, actor, case_no, number)
        view = drafts.view_of(tx.session, incident, row, now=now)
        _refuse(view, word, outcome, actor)
        _write_step(tx, view, word, page, outcome, actor=actor, now=now)
        tx.outcome("release_draft", f"{case_no}/{number}")
    return row


def _refuse(view: DraftView, word: StepWord, outcome: StepOutcome, actor: Actor) -> None:
    """Whether the word may be said now, before anything is kept or written."""
    if view.next_step is None:
        raise drafts.DraftClosed
    if word.digest != view.newest.digest:
        raise TextChanged
    if word.step != view.next_index and not _sends_back_what_is_cleared(view, word, outcome):
        raise StepNotNext
    step = view.chain[word.step]
    if outcome is StepOutcome.SENT_BACK:
        return
    if step.kind is StepKind.PUBLISH:
        raise StepNotNext
    view.check.refuse_numbers()
    if step.kind is StepKind.CLEAR and view.check.is_held_back and not word.note.strip():
        raise DraftHeldBack(field="note")


def _sends_back_what_is_cleared(view: DraftView, word: StepWord, outcome: StepOutcome) -> bool:
    """Whoever took a step may take it back while the text is not out."""
    return outcome is StepOutcome.SENT_BACK and word.step in view.standing.taken


def _write_step(
    tx: Transaction, view: DraftView, word: StepWord, page: str | None, outcome: StepOutcome, *,
    actor: Actor, now: datetime,
) -> None:  # fmt: skip
    step, version = view.chain[word.step], view.newest
    is_at_desk = word.manner is StepManner.AT_DESK
    needed = AT_DESK_WORD.get(step.kind) if is_at_desk and outcome is StepOutcome.PASSED else None
    if needed is not None and (actor.person_id is None or not actor.may(needed)):
        raise NotAllowed
    person = actor.name if is_at_desk else word.person.strip()[:NAME_LIMIT]
    if step.kind is StepKind.PUBLISH and is_at_desk:
        person = word.person.strip()[:NAME_LIMIT] or actor.name
    taken = StepTaken(
        step=word.step, version=version.version, outcome=outcome, person=person, manner=word.manner,
        at=_moment(word.at, version.written_at, now), second_hearer=word.second_hearer.strip()[:NAME_LIMIT],
        page_sha256=page, note=word.note.strip()[:NOTE_LIMIT],
    )  # fmt: skip
    writer = person if is_at_desk and actor.person_id == version.writer_person_id else version.writer
    check_word(taken, step, writer=writer, recorder=actor.name, written_at=version.written_at)
    _add_step(tx, view, taken, actor=actor, now=now)


def _add_step(tx: Transaction, view: DraftView, taken: StepTaken, *, actor: Actor, now: datetime) -> None:
    incident: Incident = view.incident
    is_own_word = taken.manner is StepManner.AT_DESK and taken.person == actor.name
    said = DraftStep(
        version=taken.version, step=taken.step, outcome=taken.outcome.value, person=taken.person,
        person_ref=actor.ref if is_own_word else None, manner=taken.manner.value,
        second_hearer=taken.second_hearer or None, page_sha256=taken.page_sha256, note=taken.note,
        digest=view.newest.digest, at=taken.at, recorded_at=now, recorded_by=actor.ref,
    )  # fmt: skip
    view.row.steps.append(said)
    tx.session.flush()
    data = {
        "draft": view.row.id, "step": taken.step, "kind": view.chain[taken.step].kind.value, "digest": said.digest,
        "manner": said.manner, "by": said.person_ref, "page": said.page_sha256, "said_at": said.at,
        "overruled": taken.outcome is StepOutcome.PASSED and bool(taken.note) and view.check.is_held_back,
    }  # fmt: skip
    if taken.outcome is StepOutcome.SENT_BACK:
        tx.journal(incident, "release.sent_back", actor=actor, at=now, data=data)
        return
    tx.journal(incident, "release.step_passed", actor=actor, at=now, data=data)
    if taken.manner is StepManner.BY_TELEPHONE:
        tasks.open_task(tx, incident, CONFIRM_TASK, _task_subject(said), actor=actor, now=now)


def _task_subject(said: DraftStep) -> str:
    return f"release-draft-step-{said.id}"


def _moment(at: datetime | None, written_at: datetime, now: datetime) -> datetime:
    """When it was said; a time typed to the minute counts as the second of the text within that minute."""
    if at is None:
        return now
    try:
        check_not_future(at, now=now)
    except DomainError as error:
        error.field = "at"
        raise
    return written_at if written_at - A_MINUTE < at < written_at else at


def _keep_page(stream: IO[bytes] | None) -> str | None:
    if stream is None:
        return None
    store = evidence_store()
    with store.receive(stream, limit_bytes=PAGE_LIMIT) as incoming:
        images.inspect(incoming.path)
        store.keep(incoming)
    return incoming.sha256


def _published(view: DraftView, publication: Publication, capture: str | None) -> ReleaseContent:
    return view.content.as_release(
        channel=publication.channel,
        account=publication.account.strip() or view.content.account,
        published_at=publication.published_at,
        link=publication.link,
        capture_sha256=capture,
    )
