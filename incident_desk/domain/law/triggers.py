"""Which circumstances the recorded place, substance and trace imply: T1-T6 of 令17号 第四条, H1-H3 of the Hubei notice.

A proposal counts as known from the moment the fact that implies it was recorded, not from the tick of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from incident_desk.domain.law.legal_codes import SERIOUS, Grade

METAL_CATEGORIES = frozenset({"HEAVY_METAL", "METALLOID"})
HEAVY_METAL = "HEAVY_METAL"
TOXIC_GAS = "TOXIC_GAS"
# Categories of the list pollutant_category that are goods of the catalogue of hazardous chemicals 危险化学品目录
# as a rule; a substance with a UN number is one whatever its category.
HAZARDOUS_CATEGORIES = frozenset(
    {
        *("AROMATIC", "PHENOL", "NITRO_AMINE", "CHLORO_ORG", "PESTICIDE", "CYANIDE", "ACID", "ALKALI"),
        *("AMMONIA", "FLUORIDE", "TOXIC_GAS"),
    }
)
PROTECTION_TARGETS = frozenset({"WS_PROTECTION_1", "WS_PROTECTION_2", "WS_QUASI"})
CROWD_TARGETS = {"RESIDENTIAL": "居民聚居区", "SCHOOL": "学校", "HOSPITAL": "医院", "CARE_HOME": "养老机构"}
DIVERSION_TARGET = "SN_DIVERSION"
PROVINCE_SECTION = "CROSS_PROVINCE_SECTION"
PREFECTURE_SECTION = "CROSS_CITY_SECTION"
INTAKE = "WATER_INTAKE"


class FactSource(StrEnum):
    """Which kind of recorded fact implies a circumstance."""

    PLACE = "place"
    SUBSTANCE = "substance"
    TRACE = "trace"
    HARM = "harm"
    GRADE = "grade"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Substance:
    """What was spilled: name, code of the list ``pollutant_category``, and *un_no* where it is carried as goods."""

    name_zh: str
    category: str
    un_no: str = ""

    @property
    def is_hazardous_chemical(self) -> bool:
        """True for what law calls 危险化学品, as far as category and UN number tell."""
        return bool(self.un_no) or self.category in HAZARDOUS_CATEGORIES


@dataclass(frozen=True, slots=True)
class Target:
    """A sensitive target at the place or below it: code of the list ``sensitive_target`` and its name.

    *through_trace* says that the river reaches it; else it stands near the place itself.
    """

    code: str
    name_zh: str
    through_trace: bool = False


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What bears on the circumstances, each part as recorded; what is not known is left out."""

    substances: tuple[Substance, ...] = ()
    targets: tuple[Target, ...] = ()
    deaths_or_injured: int = 0
    evacuated: int = 0
    mass_incident: bool = False
    large_social_effect: bool = False
    held_necessary_because: str = ""
    likely_grade: Grade | None = None


@dataclass(frozen=True, slots=True)
class TriggerProposal:
    """One circumstance, the sentence for it, and the kind of fact it follows from."""

    code: str
    reason_zh: str
    source: FactSource


def propose_triggers(facts: KnownFacts) -> tuple[TriggerProposal, ...]:
    """Circumstances that *facts* imply, by code; one code may stand with several reasons.

    Source: 令17号 第四条 (T1-T6); 鄂环办〔2021〕31号 应急安排 一、3 (H1-H3).
    """
    found = (
        *_water_sources(facts.targets),
        *_crowds(facts),
        *_substances(facts.substances),
        *_boundaries(facts.targets),
        *_society(facts),
        *_grade(facts.likely_grade),
    )
    return tuple(sorted(dict.fromkeys(found), key=lambda proposal: proposal.code))


def trigger_codes(proposals: Iterable[TriggerProposal]) -> tuple[str, ...]:
    """The codes alone, each once."""
    return tuple(dict.fromkeys(proposal.code for proposal in proposals))


def _source(target: Target) -> FactSource:
    return FactSource.TRACE if target.through_trace else FactSource.PLACE


def _water_sources(targets: Iterable[Target]) -> Iterator[TriggerProposal]:
    for target in targets:
        where = "下游为" if target.through_trace else "位于或者邻近"
        if target.code in PROTECTION_TARGETS:
            text = f"{where}饮用水水源保护区：{target.name_zh}"
        elif target.code == INTAKE and target.through_trace:
            text = f"下游有取水口：{target.name_zh}，其水源保护区可能受影响"
        elif target.code == INTAKE:
            text = f"邻近取水口：{target.name_zh}，其水源保护区可能受影响"
        else:
            continue
        yield TriggerProposal("T1", text, _source(target))
        yield TriggerProposal("H2", f"涉及饮用水水源地：{target.name_zh}", _source(target))


def _crowds(facts: KnownFacts) -> Iterator[TriggerProposal]:
    for target in facts.targets:
        if target.code in CROWD_TARGETS:
            text = f"涉及{CROWD_TARGETS[target.code]}：{target.name_zh}"
            yield TriggerProposal("T2", text, _source(target))
    if facts.evacuated > 0:
        yield TriggerProposal("T2", f"已疏散、转移{facts.evacuated}人", FactSource.HARM)
    if facts.deaths_or_injured > 0:
        yield TriggerProposal("T2", f"已造成{facts.deaths_or_injured}人伤亡或者中毒", FactSource.HARM)


def _substances(substances: Iterable[Substance]) -> Iterator[TriggerProposal]:
    for substance in substances:
        if substance.category in METAL_CATEGORIES:
            kind = "重金属" if substance.category == HEAVY_METAL else "类金属"
            yield TriggerProposal("T3", f"涉及{kind}：{substance.name_zh}", FactSource.SUBSTANCE)
        if substance.category == HEAVY_METAL:
            yield TriggerProposal("H2", f"涉及重金属：{substance.name_zh}", FactSource.SUBSTANCE)
        if substance.category == TOXIC_GAS:
            yield TriggerProposal("H2", f"涉及有毒有害气体：{substance.name_zh}", FactSource.SUBSTANCE)
        elif substance.is_hazardous_chemical:
            number = f"（UN {substance.un_no}）" if substance.un_no else ""
            yield TriggerProposal("H2", f"涉及危险化学品：{substance.name_zh}{number}", FactSource.SUBSTANCE)


def _boundaries(targets: Iterable[Target]) -> Iterator[TriggerProposal]:
    for target in targets:
        where = "下游为" if target.through_trace else "邻近"
        if target.code == DIVERSION_TARGET:
            text = f"{where}{target.name_zh}（南水北调中线水源，跨省供水）"
        elif target.code == PROVINCE_SECTION:
            text = f"{where}省界断面：{target.name_zh}"
        elif target.code == PREFECTURE_SECTION:
            yield TriggerProposal("H3", f"{where}市界断面：{target.name_zh}", _source(target))
            continue
        else:
            continue
        yield TriggerProposal("T4", text, _source(target))
        yield TriggerProposal("H3", text, _source(target))


def _society(facts: KnownFacts) -> Iterator[TriggerProposal]:
    if facts.mass_incident:
        yield TriggerProposal("T5", "因环境污染引发群体性事件", FactSource.OPINION)
    if facts.large_social_effect:
        yield TriggerProposal("T5", "社会影响较大", FactSource.OPINION)
    if facts.mass_incident or facts.large_social_effect:
        yield TriggerProposal("H3", "社会影响较大的敏感事件", FactSource.OPINION)
    if facts.held_necessary_because:
        text = f"认为有必要报告：{facts.held_necessary_because}"
        yield TriggerProposal("T6", text, FactSource.OPINION)


def _grade(grade: Grade | None) -> Iterator[TriggerProposal]:
    if grade in SERIOUS or grade is Grade.III:
        yield TriggerProposal("H1", f"可能成为较大以上事件（{grade}级）", FactSource.GRADE)
