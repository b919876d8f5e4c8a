"""Papers to the own government (呈报件): what is proposed, when one is complete, and when the duty to propose is met.

A paper is a 请示: facts of the case, a judgement, the proposal; what only a person can decide stands as a named blank.
Nothing that is missing holds one back.

Source: 令17号 第八条, 鄂环办〔2021〕31号 应急安排 一、3 (R12); the form is that of GB/T 9704-2012.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from incident_desk.domain.command.words import LINE, NAME, TEXT
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.reports.reporting import VERIFYING
from incident_desk.domain.reports.sign_off import Delivery, Signature, SignOff

R12 = "R12"


class PaperKind(StrEnum):
    """What is proposed to the government."""

    DISPOSAL = "disposal"
    RESPONSE_START = "response_start"
    RESPONSE_CHANGE = "response_change"
    RESPONSE_END = "response_end"
    RELEASE = "release"
    NEIGHBOUR_NOTICE = "neighbour_notice"


MEETS_R12 = frozenset(PaperKind) - {PaperKind.RESPONSE_END}
"""Proposals that the duty after the first judgement is about; the end of the response comes at the end of the night."""

SUBJECT_ZH = {
    PaperKind.DISPOSAL: "采取{what}应急处置措施",
    PaperKind.RESPONSE_START: "启动{what}应急响应",
    PaperKind.RESPONSE_CHANGE: "调整{what}应急响应级别",
    PaperKind.RESPONSE_END: "终止{what}应急响应",
    PaperKind.RELEASE: "发布{what}信息",
    PaperKind.NEIGHBOUR_NOTICE: "向相邻地区人民政府通报{what}情况",
}
"""What the title asks for: 关于……的请示."""

PAPER_LIMITS = {"title": LINE, "addressee": LINE, "text": TEXT, "document_no": LINE}
SENDING_LIMITS = {"receiver_name": NAME, "proof": 300}
ANSWER_LIMITS = {"answer_text": TEXT, "answer_no": LINE, "answered_by": LINE}

_BLANK = re.compile(r"［[^］]*］")


class PaperState(StrEnum):
    """How far a paper has come."""

    DRAFTED = "drafted"
    SIGNED = "signed"
    SENT = "sent"
    ANSWERED = "answered"
    DROPPED = "dropped"


class PaperGap(StrEnum):
    """What a paper lacks; shown, never a barrier."""

    BLANKS_LEFT = "blanks_left"
    BEING_VERIFIED = "being_verified"
    NO_ADDRESSEE = "no_addressee"
    NO_EXERCISE_MARK = "no_exercise_mark"


class PaperIsFixed(DomainError):
    """What is signed or sent stays as it is."""

    code = "paper_is_fixed"
    status = 409
    message_id = N_("This paper is signed or sent and stays as it is. Write a new one instead.")


class PaperIsSigned(DomainError):
    """Signed a second time."""

    code = "paper_is_signed"
    status = 409
    message_id = N_("This paper is signed already.")


class PaperChanged(DomainError):
    """The text that was read is not the text that would be signed."""

    code = "paper_changed"
    status = 409
    message_id = N_("The paper was changed after you opened it. Read it again, then act.")


class PaperWasSent(DomainError):
    """Sent a second time."""

    code = "paper_was_sent"
    status = 409
    message_id = N_("This paper went out already. Take that entry back first if it is wrong.")


class PaperNotSent(DomainError):
    """Answered or taken back before it went out."""

    code = "paper_not_sent"
    status = 409
    message_id = N_("This paper has not gone out. Record first that it was sent.")


class PaperDropped(DomainError):
    """A draft that was given up."""

    code = "paper_dropped"
    status = 409
    message_id = N_("This draft was given up. Write a new one instead.")


class AnswerMissing(DomainError):
    """An answer without a word."""

    code = "answer_missing"
    message_id = N_("Write what was answered, word for word.")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as it will be read and signed; its digest is what a signature covers."""

    kind: PaperKind
    case_no: str
    exercise: bool
    number: int
    office_name: str
    addressee: str
    title: str
    text: str
    contact: str
    contact_phone: str
    made_at: datetime

    def snapshot(self) -> bytes:
        """The paper as canonical JSON, UTF-8: what is stored, archived and digested."""
        document = asdict(self) | {"made_at": self.made_at.astimezone(UTC).isoformat()}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def digest(self) -> str:
        """SHA-256 of ``snapshot()``, hex."""
        return hashlib.sha256(self.snapshot()).hexdigest()

    def gaps(self) -> tuple[PaperGap, ...]:
        """What it lacks, in the order in which it should be mended."""
        found = []
        if not self.addressee.strip():
            found.append(PaperGap.NO_ADDRESSEE)
        if _BLANK.search(self.text) or not self.text.strip():
            found.append(PaperGap.BLANKS_LEFT)
        if VERIFYING in self.text:
            found.append(PaperGap.BEING_VERIFIED)
        if self.exercise and "演练" not in self.title:
            found.append(PaperGap.NO_EXERCISE_MARK)
        return tuple(found)

    @property
    def document_no(self) -> str:
        """What stands in the head where the office has given no number of its own."""
        return f"{self.case_no} 呈第{self.number}号"


def paper_from(snapshot: dict[str, object]) -> Paper:
    """The paper that ``Paper.snapshot`` wrote."""
    said = dict(snapshot)
    return Paper(
        **{  # type: ignore[arg-type]
            **said, "kind": PaperKind(str(said["kind"])), "made_at": datetime.fromisoformat(str(said["made_at"])),
        }
    )  # fmt: skip


def title_of(kind: PaperKind, *, region: str, substances: Iterable[str], exercise: bool) -> str:
    """``关于启动十堰市竹山县涉苯胺突发环境事件应急响应的请示``."""
    about = "、".join(substances)
    what = f"{region}{'涉' + about if about else ''}突发环境事件"
    return f"{'【演练】' if exercise else ''}关于{SUBJECT_ZH[kind].format(what=what)}的请示"


def state_of(
    sign_off: SignOff, *, sent_at: datetime | None, answered_at: datetime | None, dropped_at: datetime | None
) -> PaperState:
    """The furthest state reached; a paper that was sent is sent, signed or not."""
    if dropped_at is not None:
        return PaperState.DROPPED
    if answered_at is not None:
        return PaperState.ANSWERED
    if sent_at is not None:
        return PaperState.SENT
    return PaperState.SIGNED if _is_signed(sign_off.signature, sign_off.digest) else PaperState.DRAFTED


def met_at(kind: PaperKind, signature: Signature | None, delivery: Delivery | None, digest: str) -> datetime | None:
    """When the duty to propose was met by this paper: signed and proven to have reached the government; None if not.

    A signature by telephone counts from when it was given, as it does for reports.
    """
    if kind not in MEETS_R12 or delivery is None or not delivery.has_proof() or signature is None:
        return None
    return max(signature.at, delivery.at) if _is_signed(signature, digest) else None


def _is_signed(signature: Signature | None, digest: str) -> bool:
    return signature is not None and signature.digest == digest
