"""Words for the night: what to read into the telephone, what to paste into a chat, what to tell the leader.

Every text has a hard limit and is shortened sentence by sentence, the least needed first; a number is never
parted from its unit. Official Chinese; what is unknown is said to be so (正在核实).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from incident_desk.domain.china_time import zh_time
from incident_desk.domain.reports.reporting import (
    VERIFYING,
    ArrivalBand,
    IntakeLine,
    ReceptorLine,
    ReportValues,
    printable,
)

PHONE_LIMIT = 280
"""Characters one reads aloud in about a minute, clearly, to somebody who writes them down."""

CHAT_LIMIT = 400
"""Characters of a text to paste, fixed by the house."""

PLACE_LIMIT = 60
CLAUSE_LIMIT = 70

_UNIT = r"[年月日时分秒吨升方克米人名张个户公千毫微立平里辆座处℃A-Za-zμ%％]+"
_ATOM = re.compile(
    r"[0-9０-９.．,:：\-－~～°′″+]*[0-9０-９]" + f"(?:{_UNIT}(?:/{_UNIT})?)?" + r"|[A-Za-z][A-Za-z0-9\-]*|.", re.DOTALL
)
_PAUSES, _CLAUSE_ENDS = "，。；、！？：）", "。；！？"


_LONGEST_ATOM = 60
"""Characters of a number with its unit, or of a word: so far beyond the limit a text has to be looked at."""


class Weight(StrEnum):
    """How much a sentence is needed; the droppable go first."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with its shorter form; ``short`` empty means it may be left out."""

    full: str
    short: str = ""
    weight: Weight = Weight.MUST


@dataclass(frozen=True, slots=True)
class LeaderLine:
    """One of the five lines (口径): the question and the answer."""

    code: str
    question: str
    answer: str


def clip(text: str, limit: int) -> str:
    """*text* in at most *limit* characters, ending in ``…`` when cut, never inside a number or before its unit.

    The cut is moved back to a pause if one stands in the last third, else to the end of a clause in the last two.
    """
    if len(text) <= limit:
        return text
    kept = ""
    for atom in _ATOM.findall(text[: limit + _LONGEST_ATOM]):
        if len(kept) + len(atom) > limit - 1:
            break
        kept += atom
    pause = max(kept.rfind(mark) for mark in _PAUSES)
    clause = max(kept.rfind(mark) for mark in _CLAUSE_ENDS)
    if pause >= limit * 2 // 3:
        kept = kept[:pause]
    elif clause >= limit // 3:
        kept = kept[:clause]
    return kept.rstrip(_PAUSES) + "…"


def fit(sentences: Sequence[Sentence], limit: int) -> str:
    """The sentences in their order in at most *limit* characters.

    From the end: first what may go, then what should stay in its short form, then the rest in theirs; only what
    is still too long is clipped.
    """
    texts = [printable(sentence.full) for sentence in sentences]
    for weight in (Weight.MAY, Weight.SHOULD, Weight.MUST):
        for place in reversed(range(len(sentences))):
            if sum(map(len, texts)) <= limit:
                return "".join(texts)
            if sentences[place].weight is weight and (sentences[place].short or weight is not Weight.MUST):
                texts[place] = printable(sentences[place].short)
    return clip("".join(texts), limit)


def telephone_script(values: ReportValues, now: datetime) -> str:
    """What to read aloud: who, what, where, when, how much, harm, water, intake and time, done, asks.

    At most ``PHONE_LIMIT`` characters. For a first report by telephone (令第17号 第十三条; the written one follows).
    """
    mark = "演练，演练。" if values.exercise else ""
    who = f"{mark}我是{values.reporter_unit or '生态环境部门'}值班员，报告突发环境事件。"
    asks = "书面报告随后报送。请告知您的姓名，并复述时间、地点和污染物。"
    return fit([Sentence(who), *_facts(values, now), Sentence(asks, "书面报告随后报送。请告知姓名。")], PHONE_LIMIT)


def chat_text(values: ReportValues, now: datetime) -> str:
    """The text to paste into a chat, at most ``CHAT_LIMIT`` characters, with number of the case and time of writing."""
    mark = "【演练】" if values.exercise else ""
    head = f"{mark}【突发环境事件快报】{values.case_no}，截至{zh_time(now)}。"
    tail = "、".join(part for part in (values.reporter_unit, values.contact, values.contact_phone) if part)
    end = Sentence(f"报送：{tail}。", f"报送：{clip(tail, 30)}。", Weight.SHOULD) if tail else Sentence("")
    return fit([Sentence(head), *_facts(values, now), end], CHAT_LIMIT)


def _facts(values: ReportValues, now: datetime) -> list[Sentence]:
    place = f"地点：{clip(values.place, PLACE_LIMIT)}。" if values.place else f"地点{VERIFYING}。"
    place_short = f"地点：{clip(values.place, 30)}。" if values.place else place
    occurred = f"事发{clip(values.occurred, 40)}" if values.occurred else f"事发时间{VERIFYING}"
    people = values.casualties or VERIFYING
    done = values.measures_taken or VERIFYING
    return [
        Sentence(place, place_short),
        Sentence(f"{occurred}，{zh_time(values.learned_at)}得知。"),
        Sentence(f"{clip(values.course, CLAUSE_LIMIT)}。" if values.course else "", "", Weight.MAY),
        _pollutants(values),
        Sentence(f"人员：{clip(people, CLAUSE_LIMIT)}。", f"人员：{clip(people, 30)}。"),
        _water(values, now),
        Sentence(_intakes(values), _intakes(values, only_first=True), Weight.SHOULD),
        Sentence(f"{clip(values.grade_line or '等级尚未判明', CLAUSE_LIMIT)}。"),
        Sentence(f"已采取：{clip(done, CLAUSE_LIMIT)}。", f"已采取：{clip(done, 30)}。", Weight.SHOULD),
        Sentence(f"建议：{clip(values.advice, CLAUSE_LIMIT)}。" if values.advice else "", "", Weight.MAY),
    ]


def _pollutants(values: ReportValues) -> Sentence:
    what = f"污染物：{clip('、'.join(values.substances), 40)}" if values.substances else f"污染物{VERIFYING}"
    amounts = "，".join(amount.text_zh() for amount in values.amounts) or f"数量{VERIFYING}"
    known = "，".join(amount.text_zh() for amount in values.amounts if amount.text)
    return Sentence(f"{what}，{amounts}。", f"{what}{'，' + known if known else ''}。")


def _water(values: ReportValues, now: datetime) -> Sentence:
    """The next point the water reaches, and when."""
    ahead = next_receptor(values.receptors, now)
    if ahead is None or ahead.arrival is None:
        return Sentence(f"下游影响{VERIFYING}。")
    full = f"水流最先到{ahead.name}，{ahead.distance_zh()}，预计{ahead.arrival.text_zh()}到达。"
    short = f"预计最早{zh_time(ahead.arrival.earliest)}到{clip(ahead.name, 30)}。"
    return Sentence(full, short, Weight.SHOULD)


def _intakes(values: ReportValues, *, only_first: bool = False) -> str:
    lines = values.intakes[:1] if only_first else values.intakes
    return f"{_states(lines)}。" if lines else f"取水口{VERIFYING}。"


def _states(lines: Sequence[IntakeLine]) -> str:
    """Each intake with its state; neighbours in one state are named together."""
    groups = groupby(lines, key=lambda line: line.state_zh())
    return "；".join(f"{'、'.join(clip(line.name, 30) for line in group)}{state}" for state, group in groups)


def next_receptor(receptors: Sequence[ReceptorLine], now: datetime) -> ReceptorLine | None:
    """The receptor whose band is not over yet and begins first; the last one passed when all are over."""
    dated = sorted((line for line in receptors if line.arrival), key=lambda line: _band(line).earliest)
    ahead = [line for line in dated if _band(line).latest >= now]
    return ahead[0] if ahead else (dated[-1] if dated else None)


def _band(line: ReceptorLine) -> ArrivalBand:
    assert line.arrival is not None
    return line.arrival


def leader_lines(values: ReportValues, now: datetime) -> tuple[LeaderLine, ...]:
    """The five lines (口径) a leader is asked for, each a sentence that stands by itself.

    Arrivals are the model's and say by what basis; an intake's state is what somebody reported, with its time.
    """
    answers = (
        ("people", "人有没有事？", f"{values.casualties or f'人员伤亡情况{VERIFYING}'}。"),
        ("reached", "到没到取水口？", _reached(values, now)),
        ("when", "什么时候到？", _when(values, now)),
        ("supply", "停没停水？", _supply(values.intakes)),
        ("border", "会不会出省、进丹江口？", _border(values)),
    )
    return tuple(LeaderLine(code, question, printable(answer)) for code, question, answer in answers)


def leader_text(values: ReportValues, now: datetime) -> str:
    """The five lines as one text to paste, with the time they were written."""
    mark = "【演练】" if values.exercise else ""
    lines = [f"{number}．{line.question}{line.answer}" for number, line in enumerate(leader_lines(values, now), 1)]
    return "\n".join([f"{mark}{values.case_no} 口径（截至{zh_time(now)}）", *lines])


def _basis(values: ReportValues) -> str:
    return f"（{values.trace_basis}）" if values.trace_basis else "（推算）"


def _nearest_intake(values: ReportValues, now: datetime) -> ReceptorLine | None:
    return next_receptor([line for line in values.receptors if line.kind == "intake"], now)


def _reached(values: ReportValues, now: datetime) -> str:
    if not values.receptors:
        return f"水流去向{VERIFYING}。"
    nearest = _nearest_intake(values, now)
    if nearest is None or nearest.arrival is None:
        known = any(line.kind == "intake" for line in values.receptors)
        return f"取水口到达时间{VERIFYING}。" if known else f"已推算的河段内未发现取水口{_basis(values)}。"
    band = nearest.arrival
    if now < band.earliest:
        left = lasting_zh(band.earliest - now)
        return f"推算尚未到。最近的{nearest.name}最早{zh_time(band.earliest)}，还有{left}{_basis(values)}。"
    if now <= band.latest:
        return f"可能已到{nearest.name}（推算{band.text_zh()}），以现场监测为准。"
    return f"按推算已过{nearest.name}（最晚{zh_time(band.latest)}），以现场监测为准。"


def _when(values: ReportValues, now: datetime) -> str:
    nearest = _nearest_intake(values, now) or next_receptor(values.receptors, now)
    if nearest is None or nearest.arrival is None:
        return f"到达时间{VERIFYING}。"
    return f"{nearest.name}：{nearest.arrival.text_zh()}{_basis(values)}。"


def _supply(intakes: Sequence[IntakeLine]) -> str:
    if not intakes:
        return f"取水和供水情况{VERIFYING}。"
    return f"{_states(intakes)}。"


def _border(values: ReportValues) -> str:
    if not values.receptors:
        return f"{VERIFYING}。"
    out = [line for line in values.receptors if line.crosses_province]
    reservoir = [line for line in values.receptors if line.is_danjiangkou]
    answers = []
    if out:
        answers.append(f"下游有省界{_place_and_time(out[0])}，可能出省")
    else:
        answers.append("已推算的河段内无省界断面")
    if reservoir:
        answers.append(f"下游为丹江口水库（南水北调中线水源），{_place_and_time(reservoir[0])}，可能进入")
    else:
        answers.append("不经过丹江口水库")
    return f"{'；'.join(answers)}{_basis(values)}。"


def _place_and_time(line: ReceptorLine) -> str:
    when = f"，{line.arrival.text_zh()}" if line.arrival else f"，到达时间{VERIFYING}"
    return f"{line.name}（{line.distance_zh()}{when}）"


def lasting_zh(span: timedelta) -> str:
    """``3小时45分``, rounded down to the minute: what is left is never said to be more than it is."""
    minutes = max(0, int(span.total_seconds() // 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时{rest}分" if hours else f"{rest}分"
