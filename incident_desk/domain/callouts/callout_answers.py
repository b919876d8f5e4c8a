"""What a called person answered: a text in their own words, a figure, or a key on the phone page.

An answer that is not understood is *unclear* and goes to the duty officer to be read; it is never taken for a yes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from incident_desk.domain.china_time import CHINA

_LONGEST = timedelta(hours=48)
_LONGEST_TEXT = 1_000
"""Characters of a text that are looked at all; an answer has at most 160."""


class AnswerKind(StrEnum):
    """What the answer means. *yes* is coming, without saying when; *arriving_at* is coming, with a time."""

    YES = "yes"
    ARRIVING_AT = "arriving_at"
    NO = "no"
    CALL_ME = "call_me"
    UNCLEAR = "unclear"

    @property
    def coming(self) -> bool:
        """Whether the person comes."""
        return self in {AnswerKind.YES, AnswerKind.ARRIVING_AT}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as understood, with the words it came in. ``arrives_at`` is aware, in UTC."""

    kind: AnswerKind
    text: str
    arrives_at: datetime | None = None


_NOT_A_FIGURE = r"(?!\d|[:点时个小分刻日号天.])"
_NUMBER = r"(\d{1,3}|[零一二两三四五六七八九十]{1,3})"
_DOUBTFUL = re.compile(
    r"[?]|吗|能不能|来不来|去不去|要不要|是不是|谁|哪|什么|怎么|不是不|不会不|不能不|不得不"
    r"|再说|再看|再定|(稍后|晚点|一会儿?|等会儿?|待会儿?|分钟后|小时后)(再|回复|答复|联系|确认|通知)"
    r"|不(一定|确定|知道|清楚)|看情况|可能|尽量|也许|maybe|perhaps|might"
)
_CALL_ME = re.compile(
    rf"^3{_NOT_A_FIGURE}|(给|打|回)(我|个)?(一个)?电话|电话(联系|说|我)|打我|\b(call|phone|ring)\s*me\b"
)
_NO = re.compile(
    rf"^2{_NOT_A_FIGURE}|^(不|否|no|n)$"
    r"|(不|没法|没办法|无法|未能|难以|没空|不便)(能|会|可以|方便|想)?(再)?(来|去|到|参加|过来|过去|前往|赶)"
    r"|(来|去|赶|过|到)不(了|及|成|来|去|到)|没空|没时间|走不开|请另|请换"
    r"|^我?(不行|不可以|不方便|不能|不在.{0,6}|(在|正在)?(出差|住院|生病)了?)$"
    r"|\b(no|nope|cannot|can't|cant|unable|unavailable|not coming)\b"
)
_NOT_NO = re.compile(r"没问题|no problem|来得及")
_YES = re.compile(
    rf"^1{_NOT_A_FIGURE}|来|到|赶|去|出发|动身|在路上|可以|好|行|是|能|没问题|参加"
    r"|\b(yes|y|ok|okay|coming|sure|on my way|no problem)\b"
)
_KNOWN_WORDS = re.compile(  # a yes must be made of these words alone: "领导叫我去北京" is no answer
    r"来得及|没问题|在路上|路上|出发|动身|启程|马上|立即|立刻|现在|这就|已经|正在|一定|准时|大约|大概|左右|预计|估计|争取"
    r"|以内|之内|之前|可以|可到|赶到|赶来|赶往|赶过来|过来|过去|前往|参加|到达|抵达|现场|单位|开车|收到|明白|知道了|谢谢|您好|你好"
    r"|抱歉|对不起|领导|好的|我们|我|就|已|正|约|后|内|前|能|会|了|的|啊|吧|哦|嗯|来|去|到|赶|行|是|好|这|在|那"
    r"|\b(yes|y|ok|okay|coming|come|sure|on my way|no problem|i'm|i|am|will|be|there|in|at|by|to|the|site|about|around"
    r"|now|right|away|got it|thanks|thank you|sorry|arrive|arriving|leaving|leave|can)\b|^1"
)
_ACKNOWLEDGED = re.compile(r"^(收到|明白|知道了|谢谢|您好|你好|抱歉|对不起|领导|got it|thanks|[\s,.!;:])+$")
_REFERENCE = re.compile(r"\b(?=[a-z]*\d)[2-9a-hj-km-np-tv-z]{6}\b")
_LESS_THAN = re.compile(rf"(不到|不出|不超过|用不了)(?={_NUMBER}|半)")
_DEPARTURE = re.compile(r"出发|动身|启程|走$|leave|leaving|depart")
_FIGURES = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HOURS = re.compile(_NUMBER + r"\s*个?\s*(半)?\s*(?:小时|钟头|hours?\b|hrs?\b|h\b)\s*(半)?")
_HALF_HOUR = re.compile(r"半\s*个?\s*(小时|钟头|钟)|half an hour")
_MINUTES = re.compile(_NUMBER + r"\s*(?:分钟|分|minutes?\b|mins?\b|m\b)")
_QUARTERS = re.compile(r"([一二两三123])刻钟")
_CLOCK = re.compile(
    r"(明天|明早|今天|今晚|后天)?(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里)?\s*"
    r"(?:(\d{1,2}):(\d{2})|(\d{1,2}|[一二两三四五六七八九十]{1,3})点(?:钟|整)?(?:(半)|([一三])刻|(\d{1,2}|[一二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九])分?)?)"
)
_MINUTES_ALONE = re.compile(r"(?<=[\s,.;，。])\d{1,3}$")
_KEY_AND_MINUTES = re.compile(r"^(?:1|yes|y|ok|来|好的?|可以|能|行)[\s,.;:，。]+(\d{1,3})$")


def parse_answer(text: str, now: datetime) -> Answer:
    """Understand an answer by text message.

    Args:
        text: what came in: ``1``, ``2``, ``3``, ``来,40分钟``, ``不来``, ``03:40到``, ``yes 45`` …
        now: aware; a clock time is the next such time after it (a few minutes back count as "here now").
    """
    said = _plain(text) if len(text) <= _LONGEST_TEXT else ""
    if not said or len(said) > 160 or _DOUBTFUL.search(said) or _ACKNOWLEDGED.match(said):
        return Answer(AnswerKind.UNCLEAR, text)
    if _CALL_ME.search(said):
        return Answer(AnswerKind.CALL_ME, text)
    refuses = bool(_NO.search(said)) and not _NOT_NO.search(said)
    has_time = _wait(said) is not None or _CLOCK.search(said) is not None
    if refuses:  # "at three I cannot be there": a no with a time in it is for a person to read
        return Answer(AnswerKind.UNCLEAR if has_time else AnswerKind.NO, text)
    arrives_at = _arrival(said, now)
    if arrives_at is not None:
        coming = _means_coming(said)
        return Answer(AnswerKind.ARRIVING_AT, text, arrives_at) if coming else Answer(AnswerKind.UNCLEAR, text)
    too_late = (_wait(said) or timedelta()) > _LONGEST
    return Answer(
        AnswerKind.YES if _YES.search(said) and _means_coming(said) and not too_late else AnswerKind.UNCLEAR, text
    )


def _plain(text: str) -> str:
    """Half-width, lower case, without our reference and the marks around it."""
    said = unicodedata.normalize("NFKC", text).strip().lower()
    said = _REFERENCE.sub("", said)
    return _LESS_THAN.sub("", said).strip(".。!~ 、,，:;-")


def _means_coming(said: str) -> bool:
    """Whether a time stands right before 到 or 来, or only times and the words of a yes are there."""
    if re.search(
        r"(分钟?|小时|钟头|点|半|刻钟?|\d{2})(钟|左右|以内|之内|内|后|前|可|能|就|可以)*(到|来|赶到|抵达)", said
    ):
        return True
    rest = said
    for pattern in (_CLOCK, _HOURS, _HALF_HOUR, _MINUTES, _QUARTERS, _MINUTES_ALONE, _KNOWN_WORDS):
        rest = pattern.sub(" ", rest)
    return not re.sub(r"[\s,.;:!~、。，…()+-]", "", rest)


def arriving_in(minutes: int, now: datetime, text: str = "") -> Answer:
    """The answer of the phone page: coming, in so many minutes (0 = already there).

    Raises:
        ValueError: fewer than 0 or more than 48 hours.
    """
    if not timedelta() <= timedelta(minutes=minutes) <= _LONGEST:
        raise ValueError("minutes must lie between 0 and 2880")
    return Answer(AnswerKind.ARRIVING_AT, text or f"{minutes}分钟", now + timedelta(minutes=minutes))


def _arrival(said: str, now: datetime) -> datetime | None:
    if _DEPARTURE.search(said):  # "leaving in ten minutes" says nothing of the arrival
        return None
    wait = _wait(said)
    if wait is not None:
        return now + wait if wait <= _LONGEST else None
    return _clock_time(said, now)


def _wait(said: str) -> timedelta | None:
    """A length of time in the text: 40分钟, 一个半小时, 1小时20分, 半小时, or the figure after a yes."""
    short = _KEY_AND_MINUTES.match(said)
    if short:
        return timedelta(minutes=int(short[1]))
    total = timedelta()
    found = False
    for hours, half_before, half_after in _HOURS.findall(said):
        total += timedelta(hours=_number(hours), minutes=30 if half_before or half_after else 0)
        found = True
    if not found and _HALF_HOUR.search(said):
        return timedelta(minutes=30)
    if "点" in said and not found:  # 3点40分 is a time of day
        return None
    minutes = _MINUTES.search(said)
    quarters = _QUARTERS.search(said)
    if minutes:
        return total + timedelta(minutes=_number(minutes[1]))
    if quarters:
        return total + timedelta(minutes=15 * _number(quarters[1]))
    return total if found else None


def _clock_time(said: str, now: datetime) -> datetime | None:
    match = _CLOCK.search(said)
    if match is None:
        return None
    day, part, hour_text, minute_text, spoken_hour, half, quarter, spoken_minute = match.groups()
    hour = int(hour_text) if hour_text else _number(spoken_hour)
    minute = int(minute_text) if minute_text else 0
    if half:
        minute = 30
    elif quarter:
        minute = 15 * _number(quarter)
    elif spoken_minute:
        minute = _number(spoken_minute)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    afternoon = (part in {"下午", "傍晚", "晚上"} or day == "今晚") and hour < 12
    return _next_such_time(hour + 12 if afternoon else hour, minute, day or "", now)


def _next_such_time(hour: int, minute: int, day: str, now: datetime) -> datetime | None:
    local = now.astimezone(CHINA)
    if day in {"明天", "明早"} and local.hour < 6:  # after midnight "tomorrow" may mean either day
        return None
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    shift = {"明天": 1, "明早": 1, "后天": 2}.get(day, 0)
    wanted = midnight + timedelta(days=shift, hours=hour, minutes=minute)
    if wanted < local - timedelta(minutes=10):
        if day:
            return None
        wanted += timedelta(days=1)
    return wanted.astimezone(now.tzinfo) if wanted - local <= _LONGEST else None


def _number(word: str) -> int:
    """An Arabic or a Chinese number below 100."""
    if word.isascii():
        return int(word)
    tens, ten, ones = word.removeprefix("零").rpartition("十")
    return (_FIGURES.get(tens, 1) * 10 if ten else 0) + _FIGURES.get(ones, 0)
