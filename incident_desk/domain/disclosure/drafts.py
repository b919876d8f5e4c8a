"""A release before it is one: the text with issuer, channel and account intended, and what holds it back.

Content gaps and personal data hold a text until mended, or overruled with a reason by whoever clears it; a number
that is not among the approved figures is never overruled.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from incident_desk.domain.china_time import CHINA
from incident_desk.domain.disclosure.public_answers import PublicQuestion, answers
from incident_desk.domain.disclosure.releases import (
    CONTENT_GAPS,
    GapFound,
    ReleaseContent,
    ReleaseGap,
    WarningFound,
    check_release,
)
from incident_desk.domain.disclosure.stated_figures import Figure, NumberCheck, NumberFault, check_numbers
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel


class DraftGap(StrEnum):
    """What only a draft can lack: the next notice (持续公开), a blank that nobody filled."""

    BLANK_LEFT = "blank_left"
    NEXT_NOTICE = "next_notice"
    NEXT_NOTICE_NOT_IN_TEXT = "next_notice_not_in_text"


DRAFT_GAP_WORDS = {
    DraftGap.BLANK_LEFT: N_("A blank is left in the text: fill what stands in ［ ］."),
    DraftGap.NEXT_NOTICE: N_("The text does not say when the next notice comes."),
    DraftGap.NEXT_NOTICE_NOT_IN_TEXT: N_("The text does not name the time given for the next notice."),
}
FAULT_WORDS = {
    NumberFault.NOT_ENTERED: N_("no figure of the case has this value"),
    NumberFault.NOT_APPROVED: N_("entered, but not yet approved by a second person"),
    NumberFault.OTHER_INDICATOR: N_("the figure of this value belongs to another indicator"),
    NumberFault.UNREADABLE: N_("it cannot be read as a number"),
}
HELD_BACK = CONTENT_GAPS | {ReleaseGap.ISSUER_NAME, ReleaseGap.ACCOUNT}
"""Gaps that a draft can have; the others are of what was published."""


_BLANK = re.compile(r"［[^］]*］")


class UnapprovedNumber(DomainError):
    """A number in the text that no approved figure stands behind."""

    code = "unapproved_number"
    message_id = N_(
        "Paragraph %(paragraph)s, character %(position)s: %(number)s is not an approved figure of this case "
        "(%(why)s). It stands in “%(excerpt)s”. Correct the text, or have the figure entered and approved."
    )


class UnapprovedNumberInTitle(UnapprovedNumber):
    """The same, in the title."""

    message_id = N_(
        "Title, character %(position)s: %(number)s is not an approved figure of this case (%(why)s). "
        "Correct the title, or have the figure entered and approved."
    )


class DraftHeldBack(DomainError):
    """Something is missing in the text, or it gives somebody away."""

    code = "draft_held_back"
    message_id = N_("The text is held back by what is listed beside it. Mend it, or say why it goes out so.")


@dataclass(frozen=True, slots=True)
class DraftContent:
    """The text as it stands on the desk; ``next_notice_at`` is the promise it makes."""

    issuer: Issuer
    issuer_name: str
    channel: ReleaseChannel
    account: str
    title: str
    text: str
    pollutant: str = ""
    range_text: str = ""
    measures: str = ""
    next_notice_at: datetime | None = None
    exercise: bool = False

    def snapshot(self) -> bytes:
        """The draft as canonical JSON, UTF-8: what is stored, cleared and digested."""
        at = self.next_notice_at.astimezone(UTC).isoformat() if self.next_notice_at else None
        document = asdict(self) | {"next_notice_at": at}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )

    def digest(self) -> str:
        """SHA-256 of ``snapshot()``, hex."""
        return hashlib.sha256(self.snapshot()).hexdigest()

    def as_release(self, **more: object) -> ReleaseContent:
        """The same words as a release; *more* is what only publishing brings."""
        said = asdict(self)
        del said["next_notice_at"]
        return ReleaseContent(**{**said, **more})


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """What holds a draft back."""

    gaps: tuple[GapFound, ...]
    warnings: tuple[WarningFound, ...]
    blanks: tuple[DraftGap, ...]
    numbers: tuple[NumberCheck, ...]

    @property
    def is_held_back(self) -> bool:
        """Whether something besides its numbers holds it back."""
        return bool(self.gaps or self.warnings or self.blanks)

    @property
    def loose_numbers(self) -> tuple[NumberCheck, ...]:
        """Numbers without an approved figure behind them."""
        return tuple(one for one in self.numbers if one.fault is not None)

    def refuse_numbers(self) -> None:
        """Refuse the first loose number, with its place.

        Raises:
            UnapprovedNumber.
        """
        for one in self.loose_numbers:
            assert one.fault is not None
            kind = UnapprovedNumber if one.stated.paragraph else UnapprovedNumberInTitle
            params = {"paragraph": one.stated.paragraph} if one.stated.paragraph else {}
            raise kind(
                field="text" if one.stated.paragraph else "title",
                number=one.stated.written,
                position=one.stated.position,
                why=FAULT_WORDS[one.fault],
                **({"excerpt": one.stated.excerpt} if params else {}),
                **params,
            )


def check_draft(
    content: DraftContent, *, now: datetime, known_substances: Iterable[str] = (), figures: Iterable[Figure] = ()
) -> DraftCheck:
    """What *content* lacks, gives away, and states without an approved figure behind it."""
    register = tuple(figures)
    found = check_release(
        content.as_release(), now=now, already_published=False, known_substances=known_substances, figures=register
    )
    return DraftCheck(
        gaps=tuple(one for one in found.gaps if one.gap in HELD_BACK),
        warnings=found.warnings,
        blanks=tuple(_draft_gaps(content)),
        numbers=check_numbers(content.title, content.text, register),
    )


def _draft_gaps(content: DraftContent) -> Iterator[DraftGap]:
    if _BLANK.search(f"{content.title}{content.text}"):
        yield DraftGap.BLANK_LEFT
    if content.next_notice_at is None:
        if not any(one.question is PublicQuestion.NEXT_WORD for one in answers(content.text)):
            yield DraftGap.NEXT_NOTICE
        return
    here = content.next_notice_at.astimezone(CHINA)
    ways = [f"{here:%H:%M}", f"{here.hour}:{here:%M}", f"{here.hour}时{here.minute}分"]
    if not here.minute:
        ways += [f"{here.hour}时", f"{here.hour}点"]
    if not any(way in content.text for way in ways):
        yield DraftGap.NEXT_NOTICE_NOT_IN_TEXT
