"""The notice to a neighbour (通报): its lines, what they lack, its title, and what is read into the telephone.

Nothing that is missing holds a notice back: it is printed as 正在核实 and named.

Source: 令17号 第八条; 环应急〔2020〕5号 (heads of upstream and downstream inform each other); the fields follow both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.labels import label
from incident_desk.domain.reports.reporting import VERIFYING, printable

LONGEST = 2_000
"""Characters of one line; more is a report."""
ZH = "zh_Hans"


class NoticeField(StrEnum):
    """The lines of a notice, in the order in which they are printed."""

    WATER_BODY = "water_body"
    FOUND_AT = "found_at"
    EVENT = "event"
    PARAMETER = "parameter"
    MEASURED = "measured"
    LIMIT = "limit"
    SECTION = "section"
    ARRIVAL = "arrival"
    MEASURES = "measures"
    REQUEST = "request"
    CONTACT = "contact"
    CONTACT_PHONE = "contact_phone"


SECTIONS: Mapping[str, tuple[NoticeField, ...]] = {
    "基本情况": (NoticeField.WATER_BODY, NoticeField.FOUND_AT, NoticeField.EVENT),
    "污染情况": (NoticeField.PARAMETER, NoticeField.MEASURED, NoticeField.LIMIT),
    "对你辖区的影响": (NoticeField.SECTION, NoticeField.ARRIVAL),
    "已采取的措施": (NoticeField.MEASURES,),
    "商请事项": (NoticeField.REQUEST,),
    "联系方式": (NoticeField.CONTACT, NoticeField.CONTACT_PHONE),
}
"""Headings of the letter, each with its lines."""

REQUEST_ZH = (
    "请加强相关断面和取水口水质监测，及时通知下游取水单位做好防范，视情采取拦截和调度措施；"
    "收到后请复诵要点并回复接收人、接收时间和你方监测结果。"
)


class NoticeWay(StrEnum):
    """How a notice went."""

    CALL = "call"
    FAX = "fax"
    LETTER = "letter"
    NETWORK = "network"
    FILE = "file"


class ActGap(StrEnum):
    """What an act of giving notice lacks; shown, never a barrier."""

    NOBODY_ANSWERED = "nobody_answered"
    NO_READ_BACK = "no_read_back"
    NO_RECEIPT = "no_receipt"


class NoticeIsFixed(DomainError):
    """What went out stays as it is."""

    code = "notice_is_fixed"
    status = 409
    message_id = N_("This notice went out and stays as it is. Write a further one instead.")


class NoticeDropped(DomainError):
    """A draft that was given up."""

    code = "notice_dropped"
    status = 409
    message_id = N_("This draft was given up. Write a new notice instead.")


class NoticeTextTooLong(DomainError):
    """More words than a line takes."""

    code = "notice_text_too_long"
    message_id = N_("This has %(length)s characters; at most %(most)s are taken here.")


class ReplyMissing(DomainError):
    """A reply without a word."""

    code = "reply_missing"
    message_id = N_("Write what the neighbour replied.")


class NoticeNotSent(DomainError):
    """Answered before it went out."""

    code = "notice_not_sent"
    status = 409
    message_id = N_("This notice has not gone out. Record first how it was given.")


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line: ``text`` is what is printed, ``known`` whether it is a value or the word for none."""

    field: NoticeField
    label_zh: str
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is printed, read out and handed over; its digest is what the journal holds.

    ``follows`` is the number of the notice to the same neighbour before it, None for the first.
    """

    case_no: str
    exercise: bool
    number: int
    from_code: str
    from_name: str
    to_code: str
    to_name: str
    title: str
    lines: tuple[NoticeLine, ...]
    made_at: datetime
    follows: int | None = None

    def line(self, field: NoticeField) -> NoticeLine:
        """The line of *field*."""
        return next(line for line in self.lines if line.field is field)

    def sections(self) -> tuple[tuple[str, tuple[NoticeLine, ...]], ...]:
        """Headings with their lines."""
        return tuple((name, tuple(self.line(field) for field in fields)) for name, fields in SECTIONS.items())

    def missing(self) -> tuple[NoticeField, ...]:
        """Lines that are printed as 正在核实."""
        return tuple(line.field for line in self.lines if not line.known)

    def snapshot(self) -> bytes:
        """The notice as canonical JSON, UTF-8: what is stored, archived and digested."""
        document = asdict(self) | {"made_at": self.made_at.astimezone(UTC).isoformat()}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )

    def digest(self) -> str:
        """SHA-256 of ``snapshot()``, hex."""
        return hashlib.sha256(self.snapshot()).hexdigest()

    @property
    def document_no(self) -> str:
        """What stands in the head: the office gives a number of its own when it registers the letter."""
        return f"{self.case_no} 通报第{self.number}号"


@dataclass(frozen=True, slots=True)
class NoticeAct:
    """One act of giving notice, as far as it decides whether the neighbour knows."""

    way: NoticeWay
    at: datetime
    answered_by: str = ""
    read_back: str = ""
    has_proof: bool = False
    received_at: datetime | None = None

    def reached_at(self) -> datetime | None:
        """When the neighbour knew of it; None while nothing shows that it did.

        A call needs somebody who answered; anything else a receipt: its time, who took it, or proof.
        """
        if self.way is NoticeWay.CALL:
            return (self.received_at or self.at) if self.answered_by else None
        if self.received_at is not None:
            return self.received_at
        return self.at if self.answered_by or self.has_proof else None

    def gaps(self) -> tuple[ActGap, ...]:
        """What is still worth asking for."""
        if self.way is not NoticeWay.CALL:
            return () if self.reached_at() else (ActGap.NO_RECEIPT,)
        if not self.answered_by:
            return (ActGap.NOBODY_ANSWERED,)
        return () if self.read_back else (ActGap.NO_READ_BACK,)


def lines_of(known: Mapping[NoticeField, str | None], words: Mapping[str, str]) -> tuple[NoticeLine, ...]:
    """The lines of a notice from what the case knows, an officer's own *words* before it.

    Raises:
        NoticeTextTooLong: own words beyond ``LONGEST``; what the case knows is never refused.
    """
    lines = []
    for field in NoticeField:
        own = printable(words.get(field, "")).strip()
        if len(own) > LONGEST:
            raise NoticeTextTooLong(field=field.value, length=len(own), most=LONGEST)
        text = own or printable(known.get(field) or "").strip()
        lines.append(NoticeLine(field, label(field, ZH), text or VERIFYING, bool(text)))
    return tuple(lines)


def notice_from(snapshot: Mapping[str, object]) -> Notice:
    """The notice that ``Notice.snapshot`` wrote."""
    said = dict(snapshot)
    lines = [NoticeLine(**{**line, "field": NoticeField(line["field"])}) for line in said.pop("lines")]  # type: ignore[attr-defined]
    return Notice(**{**said, "lines": tuple(lines), "made_at": datetime.fromisoformat(str(said["made_at"]))})  # type: ignore[arg-type]


def title_of(*, region: str, substances: Iterable[str], exercise: bool, follows: int | None) -> str:
    """``关于湖北省十堰市竹山县涉苯胺突发环境事件的通报函``; a further one says so."""
    about = "、".join(substances)
    what = f"{region}{'涉' + about if about else ''}突发环境事件"
    kind = "有关情况的续报通报函" if follows is not None else "的通报函"
    return f"{'【演练】' if exercise else ''}关于{what}{kind}"


def opening_zh(notice: Notice) -> str:
    """The first sentence of the letter."""
    first = "现将可能涉及你辖区的突发环境事件情况通报如下："
    further = "现将有关突发环境事件的最新情况续报通报如下："
    law = "根据《突发环境事件信息报告办法》第八条规定，"
    return f"{'【演练】' if notice.exercise else ''}{law}{first if notice.follows is None else further}"


def script_zh(notice: Notice) -> str:
    """What is read into the telephone, line by line, ending with what the other side reads back."""
    mark = "演练，演练，演练。" if notice.exercise else ""
    skipped = {NoticeField.CONTACT, NoticeField.CONTACT_PHONE, NoticeField.REQUEST}
    said = [f"{line.label_zh}：{line.text.rstrip('。；')}。" for line in notice.lines if line.field not in skipped]
    contact, phone = notice.line(NoticeField.CONTACT), notice.line(NoticeField.CONTACT_PHONE)
    return "\n".join(
        (
            f"{mark}这里是{notice.from_name}应急值班室，向{notice.to_name}通报突发环境事件。请记录。",
            *said,
            f"{notice.line(NoticeField.REQUEST).text}",
            f"联系人{contact.text}，电话{phone.text}。",
            "请复诵：水体、污染物、进入你辖区的断面、预计到达时间。请告知接听人姓名、职务和现在时间。",
        )
    )


def told_first(acts: Iterable[NoticeAct]) -> datetime | None:
    """When the neighbour first knew, by all acts that stand."""
    return min((at for act in acts if (at := act.reached_at()) is not None), default=None)
