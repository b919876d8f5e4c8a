"""What the public is told: the check that a release says what it must, and gives away what it must not.

The public must learn pollutant, range and protective measures (鄂环办〔2021〕31号). Before publishing,
gaps are shown and hold the release until mended or overruled by a person; what is *already* published is
recorded always, its gaps named: a record of what happened is never refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from incident_desk.domain.disclosure.stated_figures import Figure, check_numbers
from incident_desk.domain.errors import N_
from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel


class ReleaseGap(StrEnum):
    """What a release lacks."""

    POLLUTANT = "pollutant"
    POLLUTANT_NOT_IN_TEXT = "pollutant_not_in_text"
    RANGE = "range"
    RANGE_NOT_IN_TEXT = "range_not_in_text"
    MEASURES = "measures"
    MEASURES_NOT_IN_TEXT = "measures_not_in_text"
    TEXT = "text"
    ISSUER_NAME = "issuer_name"
    ACCOUNT = "account"
    LINK_OR_CAPTURE = "link_or_capture"
    LINK_UNREADABLE = "link_unreadable"
    PUBLISHED_AT = "published_at"
    PUBLISHED_IN_FUTURE = "published_in_future"
    EXERCISE_MARK = "exercise_mark"
    UNAPPROVED_NUMBER = "unapproved_number"


class ReleaseWarning(StrEnum):
    """What a release may give away."""

    PHONE_NUMBER = "phone_number"
    IDENTITY_NUMBER = "identity_number"
    NUMBER_PLATE = "number_plate"


GAP_WORDS = {
    ReleaseGap.POLLUTANT: N_("The pollutant is missing: say which substance, or that it is being identified."),
    ReleaseGap.POLLUTANT_NOT_IN_TEXT: N_("The text does not name the pollutant %(expected)s."),
    ReleaseGap.RANGE: N_("The range is missing: say which water and area is affected, and which is not."),
    ReleaseGap.RANGE_NOT_IN_TEXT: N_("The text does not name the range %(expected)s."),
    ReleaseGap.MEASURES: N_("Protective measures are missing: say what people should do and not do."),
    ReleaseGap.MEASURES_NOT_IN_TEXT: N_("The text does not contain the protective measures %(expected)s."),
    ReleaseGap.TEXT: N_("The text of the release is missing."),
    ReleaseGap.ISSUER_NAME: N_("Say who issued it: the name of the government, command or bureau."),
    ReleaseGap.ACCOUNT: N_("Say on which account or site it stands."),
    ReleaseGap.LINK_OR_CAPTURE: N_("Add the link or a picture of the page: one of them proves the release."),
    ReleaseGap.LINK_UNREADABLE: N_("The link is no web address: copy it again from the page."),
    ReleaseGap.PUBLISHED_AT: N_("Say when it was published."),
    ReleaseGap.PUBLISHED_IN_FUTURE: N_("The time of publication lies in the future. Check the time."),
    ReleaseGap.EXERCISE_MARK: N_("This is an exercise: the text must say 演练."),
    ReleaseGap.UNAPPROVED_NUMBER: N_("Not among the approved figures of this case: %(expected)s."),
}

WARNING_WORDS = {
    ReleaseWarning.PHONE_NUMBER: N_("The text contains a mobile number: %(found)s. Only a hotline belongs there."),
    ReleaseWarning.IDENTITY_NUMBER: N_("The text contains an identity number: %(found)s. Take it out."),
    ReleaseWarning.NUMBER_PLATE: N_(
        "The text contains a number plate: %(found)s. Take it out unless it was published."
    ),
}

CONTENT_GAPS = frozenset(
    {
        ReleaseGap.POLLUTANT,
        ReleaseGap.POLLUTANT_NOT_IN_TEXT,
        ReleaseGap.RANGE,
        ReleaseGap.RANGE_NOT_IN_TEXT,
        ReleaseGap.MEASURES,
        ReleaseGap.MEASURES_NOT_IN_TEXT,
        ReleaseGap.TEXT,
        ReleaseGap.EXERCISE_MARK,
    }
)
"""Gaps in what the public reads; the others are gaps in our record of it."""

MEASURE_HINTS = (
    *("停止取水", "暂停取水", "停水", "供水", "饮用", "自来水", "取用", "捕捞", "垂钓", "游泳", "下河"),
    *("关闭门窗", "疏散", "撤离", "避险", "防护", "远离", "绕行", "请勿", "不要", "不得", "严禁"),
)
RANGE_HINTS = re.compile(r"[一-鿿]{1,8}(?:河|江|水库|湖|溪|港|渠|流域|河段|断面|下游|上游|公里|千米|周边|区域|范围)")
UNKNOWN_POLLUTANT = re.compile(r"(?:污染物|成分|物质)[^。；]{0,12}(?:正在|尚在|有待)(?:核实|监测|分析|检测|查明)")

_SPLIT = re.compile(r"[、，,；;/和及\s]+")
_MOBILE = re.compile(r"(?<![\d])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)")
_IDENTITY = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


_PLATE = re.compile(f"[{_PROVINCES}]" + r"[A-HJ-NP-Z][·・.\- ]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]")
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_IDENTITY_CHECKS = "10X98765432"


@dataclass(frozen=True, slots=True)
class ReleaseContent:
    """A release as drafted or published; ``pollutant``, ``range_text`` and ``measures`` as a person gave them."""

    issuer: Issuer
    issuer_name: str
    channel: ReleaseChannel
    account: str
    title: str
    text: str
    pollutant: str = ""
    range_text: str = ""
    measures: str = ""
    published_at: datetime | None = None
    link: str | None = None
    capture_sha256: str | None = None
    exercise: bool = False

    def snapshot(self) -> bytes:
        """The release as canonical JSON, UTF-8: what is stored, archived and digested."""
        at = self.published_at.astimezone(UTC).isoformat() if self.published_at else None
        document = asdict(self) | {"published_at": at}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )

    def digest(self) -> str:
        """SHA-256 of ``snapshot()``, hex."""
        return hashlib.sha256(self.snapshot()).hexdigest()


@dataclass(frozen=True, slots=True)
class GapFound:
    """One gap; ``hint`` quotes what the text seems to say instead."""

    gap: ReleaseGap
    expected: str = ""
    hint: str = ""

    def words(self) -> tuple[str, dict[str, str]]:
        """The message id and its parameters."""
        return GAP_WORDS[self.gap], {"expected": self.expected}


@dataclass(frozen=True, slots=True)
class WarningFound:
    """One piece of personal data in the text."""

    warning: ReleaseWarning
    found: str

    def words(self) -> tuple[str, dict[str, str]]:
        """The message id and its parameters."""
        return WARNING_WORDS[self.warning], {"found": self.found}


@dataclass(frozen=True, slots=True)
class ReleaseCheck:
    """The outcome. ``content_complete`` is what the law asks; ``record_complete`` what our own record needs."""

    gaps: tuple[GapFound, ...]
    warnings: tuple[WarningFound, ...]
    already_published: bool

    @property
    def content_complete(self) -> bool:
        """Pollutant, range and protective measures are given and stand in the text."""
        return not any(found.gap in CONTENT_GAPS for found in self.gaps)

    @property
    def record_complete(self) -> bool:
        """Nothing at all is missing."""
        return not self.gaps

    @property
    def may_go_out(self) -> bool:
        """Whether nothing speaks against publishing; what is published already may always be recorded."""
        return self.already_published or (self.content_complete and not self.warnings)


def check_release(
    content: ReleaseContent,
    *,
    now: datetime,
    already_published: bool,
    known_substances: Iterable[str] = (),
    figures: Iterable[Figure] = (),
    is_proved: bool = False,
) -> ReleaseCheck:
    """What *content* lacks and what it gives away.

    *known_substances* are names to look for in the text where no pollutant was given; one found is quoted as a hint.
    *figures* are what the case has entered; *is_proved* says that something beside link and capture shows the release.
    """
    gaps = [
        *_content_gaps(content, tuple(known_substances)),
        *_number_gap(content, figures),
        *_record_gaps(content, now, already_published, is_proved),
    ]
    warnings = tuple(personal_data(f"{content.title}\n{content.text}"))
    return ReleaseCheck(tuple(gaps), warnings, already_published)


def _content_gaps(content: ReleaseContent, known_substances: tuple[str, ...]) -> Iterator[GapFound]:
    text = f"{content.title}\n{content.text}"
    if not content.text.strip():
        yield GapFound(ReleaseGap.TEXT)
    if content.exercise and "演练" not in text:
        yield GapFound(ReleaseGap.EXERCISE_MARK)
    yield from _pollutant_gap(content.pollutant, text, known_substances)
    yield from _range_gap(content.range_text, text)
    yield from _measures_gap(content.measures, text)


def _number_gap(content: ReleaseContent, figures: Iterable[Figure]) -> Iterator[GapFound]:
    found = check_numbers(content.title, content.text, figures)
    loose = dict.fromkeys(one.stated.written for one in found if one.fault is not None)
    if loose:
        yield GapFound(ReleaseGap.UNAPPROVED_NUMBER, expected="、".join(loose))


def _pollutant_gap(pollutant: str, text: str, known_substances: tuple[str, ...]) -> Iterator[GapFound]:
    if not pollutant.strip():
        named = [name for name in known_substances if name and name in text]
        unknown = UNKNOWN_POLLUTANT.search(text)
        yield GapFound(ReleaseGap.POLLUTANT, hint="、".join(named) or (unknown.group() if unknown else ""))
        return
    absent = [name for name in _parts(pollutant) if name not in text]
    if absent and not UNKNOWN_POLLUTANT.search(text):
        yield GapFound(ReleaseGap.POLLUTANT_NOT_IN_TEXT, expected="、".join(absent))


def _range_gap(range_text: str, text: str) -> Iterator[GapFound]:
    hint = RANGE_HINTS.search(text)
    quoted = hint.group() if hint else ""
    if not range_text.strip():
        yield GapFound(ReleaseGap.RANGE, hint=quoted)
    elif not _says(range_text, text):
        yield GapFound(ReleaseGap.RANGE_NOT_IN_TEXT, expected=range_text, hint=quoted)


def _measures_gap(measures: str, text: str) -> Iterator[GapFound]:
    hints = [word for word in MEASURE_HINTS if word in text]
    if not measures.strip():
        yield GapFound(ReleaseGap.MEASURES, hint="、".join(hints))
    elif not _says(measures, text):
        yield GapFound(ReleaseGap.MEASURES_NOT_IN_TEXT, expected=measures, hint="、".join(hints))


def _parts(text: str) -> list[str]:
    return [part for part in _SPLIT.split(text.strip("。 ")) if part]


def _says(expected: str, text: str) -> bool:
    """Whether *text* says *expected*: word for word, or at least half of its pairs of characters.

    A release words things anew; half the pairs is a hint to a person, not a judgement of meaning.
    """
    if expected in text:
        return True
    pairs = {part[at : at + 2] for part in _parts(expected) for at in range(len(part) - 1)}
    if not pairs:
        return all(part in text for part in _parts(expected))
    return 2 * sum(pair in text for pair in pairs) >= len(pairs)


def _record_gaps(
    content: ReleaseContent, now: datetime, already_published: bool, is_proved: bool
) -> Iterator[GapFound]:
    if not content.issuer_name.strip():
        yield GapFound(ReleaseGap.ISSUER_NAME)
    if not content.account.strip() and content.channel is not ReleaseChannel.PRESS_CONFERENCE:
        yield GapFound(ReleaseGap.ACCOUNT)
    if content.link and not _is_web_address(content.link):
        yield GapFound(ReleaseGap.LINK_UNREADABLE)
    if not already_published:
        return
    if not (content.link or content.capture_sha256 or is_proved):
        yield GapFound(ReleaseGap.LINK_OR_CAPTURE)
    if content.published_at is None:
        yield GapFound(ReleaseGap.PUBLISHED_AT)
    elif content.published_at > now:
        yield GapFound(ReleaseGap.PUBLISHED_IN_FUTURE)


def _is_web_address(link: str) -> bool:
    """Only http and https with a host: the link is shown to the public and must not run anything."""
    try:
        address = urlsplit(link.strip())
        return address.scheme in ("http", "https") and bool(address.hostname)
    except ValueError:
        return False


def personal_data(text: str) -> Iterator[WarningFound]:
    """Mobile numbers, identity numbers and number plates in *text*; hotlines and landlines are none."""
    for match in _MOBILE.finditer(text):
        yield WarningFound(ReleaseWarning.PHONE_NUMBER, match.group())
    for match in _IDENTITY.finditer(text):
        if is_identity_number(match.group()):
            yield WarningFound(ReleaseWarning.IDENTITY_NUMBER, match.group())
    for match in _PLATE.finditer(text):
        yield WarningFound(ReleaseWarning.NUMBER_PLATE, match.group())


def is_identity_number(number: str) -> bool:
    """Whether the check digit of an 18-digit citizen number holds (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_IDENTITY_WEIGHTS, number[:17], strict=True))
    return _IDENTITY_CHECKS[total % 11] == number[17].upper()
