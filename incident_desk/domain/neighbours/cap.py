"""A notice as a CAP 1.2 alert (OASIS Common Alerting Protocol), written and read again without trusting the file.

Scope is always Restricted: it is a message between offices, no warning to the public. Positions are WGS 84, latitude
first; CGCS2000, in which the desk reckons, agrees with it to centimetres.

Source: OASIS CAP-v1.2-os, section 3.2; the mapping of grades to severity follows GB/T 35965.1-2018 usage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET
from xml.parsers import expat

from incident_desk.domain.china_time import china_iso
from incident_desk.domain.errors import N_
from incident_desk.domain.neighbours.notices import Notice, NoticeField, NoticeLine
from incident_desk.domain.neighbours.refusals import NoticeFileRefused

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
RESTRICTION = "发往单位及其上级生态环境主管部门"
EVENT = "突发环境事件"
CIRCLE_KM = 5.0
"""Radius of the circle around where the water enters: it marks the place, it is no forecast of an area."""
SOON = timedelta(hours=1)
"""What CAP calls Immediate and Expected is measured in hours; the front is Expected within a day."""
_SEVERITY = {"I": "Extreme", "II": "Severe", "III": "Moderate", "IV": "Minor"}
_STATUS = ("Actual", "Exercise")
_TYPES = ("Alert", "Update")
_SENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_IDENTIFIER = re.compile(r"[^\s,<&]{1,120}")


@dataclass(frozen=True, slots=True)
class EnteringPlace:
    """Where and when the water enters the neighbour's area; degrees, WGS 84."""

    name: str
    longitude: float
    latitude: float
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class CapAlert:
    """What the receiving desk reads out of an alert."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    headline: str

    @property
    def is_exercise(self) -> bool:
        """Whether it says that nothing of it has happened."""
        return self.status == "Exercise"


def alert_xml(
    notice: Notice, *, identifier: str, sent: datetime, grade: str | None, place: EnteringPlace | None,
    references: tuple[str, str, datetime] | None = None,
) -> bytes:  # fmt: skip
    """*notice* as an alert, UTF-8.

    Args:
        notice: the notice.
        identifier: unique for ever; no space, comma, ``<`` or ``&``.
        sent: when the file is made.
        grade: as judged, None while nobody has.
        place: where the water enters, None where no trace says so.
        references: identifier, sender and time of the alert that this one follows.
    """
    root = ET.Element("alert", {"xmlns": NAMESPACE})
    head: list[tuple[str, str]] = [
        ("identifier", identifier),
        ("sender", notice.from_code),
        ("sent", _instant(sent)),
        ("status", "Exercise" if notice.exercise else "Actual"),
        ("msgType", "Alert" if references is None else "Update"),
        ("source", notice.from_name),
        ("scope", "Restricted"),
        ("restriction", RESTRICTION),
        ("note", "演练" if notice.exercise else ""),
        ("references", "" if references is None else _reference(*references)),
        ("incidents", notice.case_no),
    ]
    _children(root, head)
    _info(root, notice, grade=grade, sent=sent, place=place)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def read_alert(content: bytes) -> CapAlert:
    """The alert in *content*.

    Raises:
        NoticeFileRefused: no XML in UTF-8, one with a DOCTYPE or entities, or no restricted CAP 1.2 alert.
    """
    _refuse_doctype(content)
    try:
        root = ET.fromstring(content)  # noqa: S314 - looked through above
    except ET.ParseError as error:
        raise NoticeFileRefused(why=N_("the alert is no XML")) from error
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise NoticeFileRefused(why=N_("the alert is no CAP 1.2"))
    told = {name: _text(root, name) for name in ("identifier", "sender", "sent", "status", "msgType", "scope")}
    info = root.find(f"{{{NAMESPACE}}}info")
    is_whole = (
        _IDENTIFIER.fullmatch(told["identifier"])
        and _SENT.fullmatch(told["sent"])
        and told["status"] in _STATUS
        and told["msgType"] in _TYPES
        and told["scope"] == "Restricted"
        and info is not None
    )
    if not is_whole or info is None:
        raise NoticeFileRefused(why=N_("the alert lacks what CAP 1.2 asks for, or says something else"))
    try:
        sent = datetime.fromisoformat(told["sent"])
    except ValueError as error:
        raise NoticeFileRefused(why=N_("the time of the alert is none")) from error
    return CapAlert(told["identifier"], told["sender"], sent, told["status"], told["msgType"], _text(info, "headline"))


def _refuse_doctype(content: bytes) -> None:
    """Look through the XML once for what could reach outside it or blow it up; only UTF-8 is read."""

    def refuse(*_given: object) -> None:
        raise NoticeFileRefused(why=N_("the alert carries a DOCTYPE or entities"))

    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoticeFileRefused(why=N_("the alert is not in UTF-8")) from error
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise NoticeFileRefused(why=N_("the alert is no XML")) from error


def _info(root: ET.Element, notice: Notice, *, grade: str | None, sent: datetime, place: EnteringPlace | None) -> None:
    info = ET.SubElement(root, "info")
    earliest = None if place is None else place.earliest
    contact, phone = notice.line(NoticeField.CONTACT).text, notice.line(NoticeField.CONTACT_PHONE).text
    _children(
        info,
        [
            ("language", "zh-CN"),
            ("category", "Env"),
            ("event", EVENT),
            ("responseType", "Prepare"),
            ("urgency", _urgency(earliest, sent)),
            ("severity", _SEVERITY.get(grade or "", "Unknown")),
            ("certainty", "Possible" if earliest is None else "Likely"),
            ("effective", _instant(sent)),
            ("onset", "" if earliest is None else _instant(earliest)),
            ("senderName", notice.from_name),
            ("headline", notice.title),
            ("description", "\n".join(f"{line.label_zh}：{line.text}" for line in _described(notice))),
            ("instruction", notice.line(NoticeField.REQUEST).text),
            ("contact", f"{contact} {phone}"),
        ],
    )
    for name, value in _parameters(notice, place).items():
        _children(ET.SubElement(info, "parameter"), [("valueName", name), ("value", value)])
    _area(info, notice, place)


def _described(notice: Notice) -> Iterator[NoticeLine]:
    told_elsewhere = {NoticeField.REQUEST, NoticeField.CONTACT, NoticeField.CONTACT_PHONE}
    return (line for line in notice.lines if line.field not in told_elsewhere)


def _parameters(notice: Notice, place: EnteringPlace | None) -> Mapping[str, str]:
    said = {
        name: notice.line(field).text
        for name, field in (
            ("pollutant", NoticeField.PARAMETER), ("measured", NoticeField.MEASURED), ("limit", NoticeField.LIMIT),
            ("water_body", NoticeField.WATER_BODY),
        )
        if notice.line(field).known
    }  # fmt: skip
    if place is not None:
        bounds = {"arrival_earliest": place.earliest, "arrival_latest": place.latest}
        said |= {name: _instant(at) for name, at in bounds.items() if at is not None}
    return said


def _area(info: ET.Element, notice: Notice, place: EnteringPlace | None) -> None:
    where = notice.to_name if place is None else f"{notice.to_name}：{place.name}"
    area = ET.SubElement(info, "area")
    circle = "" if place is None else f"{place.latitude:.5f},{place.longitude:.5f} {CIRCLE_KM:g}"
    _children(area, [("areaDesc", where), ("circle", circle)])
    _children(ET.SubElement(area, "geocode"), [("valueName", "GB/T 2260"), ("value", notice.to_code)])


def _children(parent: ET.Element, pairs: list[tuple[str, str]]) -> None:
    """The elements in their order; CAP wants an optional one without content left out."""
    for name, text in pairs:
        if text:
            ET.SubElement(parent, name).text = _xml_text(text)


def _xml_text(text: str) -> str:
    """*text* without what XML 1.0 cannot hold."""
    return "".join(
        mark for mark in text if mark in "\t\n" or 0x20 <= ord(mark) <= 0xD7FF or 0xE000 <= ord(mark) <= 0xFFFD
        or ord(mark) >= 0x10000
    )  # fmt: skip


def _urgency(earliest: datetime | None, sent: datetime) -> str:
    if earliest is None:
        return "Unknown"
    if earliest <= sent + SOON:
        return "Immediate"
    return "Expected" if earliest <= sent + 24 * SOON else "Future"


def _instant(at: datetime) -> str:
    return china_iso(at.replace(microsecond=0), "seconds")


def _reference(identifier: str, sender: str, sent: datetime) -> str:
    return f"{sender},{identifier},{_instant(sent)}"


def _text(parent: ET.Element, name: str) -> str:
    found = parent.find(f"{{{NAMESPACE}}}{name}")
    return (found.text or "").strip() if found is not None else ""
