"""Calling out experts: whom to wake for this case, who may have everybody woken, and when enough have said yes.

What a case needs is data (``data/callout_disciplines.csv``): medium, pollutant, cause and condition each name
disciplines, required or useful. The choice covers the disciplines first and looks at distance second; nobody
is woken for a discipline that nobody needs.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from incident_desk.domain.callouts.callout_answers import AnswerKind
from incident_desk.domain.callouts.experts import Expert, WhyNot
from incident_desk.domain.callouts.specialities import Discipline, ExpertSpeciality, discipline_of
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.great_circle import distance_m
from incident_desk.domain.permissions import Actor
from incident_desk.paths import data_dir

FEWEST, MOST = 6, 10
"""How many experts a proposal names, if the pool has them."""


class CalloutCondition(StrEnum):
    """Circumstances that ask for a discipline of their own."""

    DRINKING_SOURCE = "DRINKING_SOURCE"
    CASUALTIES = "CASUALTIES"
    PUBLIC_ATTENTION = "PUBLIC_ATTENTION"


class CalloutRuleUnreadable(DomainError):
    """A row of the table of disciplines that cannot be used."""

    code = "callout_rule_unreadable"
    status = 500
    message_id = N_("callout_disciplines.csv, line %(line)s: %(value)s is not known.")


class SecondPersonNeeded(DomainError):
    """Waking the whole pool was confirmed by one person only."""

    code = "second_person_needed"
    message_id = N_("Calling the whole pool needs a second person: ask the leader on duty to confirm.")


class LeaderNeeded(DomainError):
    """The second confirmation came from somebody who may not give it."""

    code = "leader_needed"
    status = 403
    message_id = N_("Only the leader on duty may confirm a call to the whole pool.")


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of the case, by code; unknown things are left empty.

    ``media``, ``pollutants`` and ``cause`` hold codes of the lists medium, pollutant_category and cause.
    ``enterprises`` are carrier and polluter by name, for the experts who must keep out.
    """

    media: tuple[str, ...] = ()
    pollutants: tuple[str, ...] = ()
    cause: str = ""
    conditions: tuple[CalloutCondition, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    substance: str = ""
    enterprises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One discipline the case needs, the specialities that fill it best, and the codes that ask for it."""

    discipline: Discipline
    required: bool
    specialities: tuple[ExpertSpeciality, ...]
    because: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NeedRule:
    """One row of the table: *when* is always, medium, pollutant, cause or condition."""

    when: str
    code: str
    discipline: Discipline
    required: bool
    specialities: tuple[ExpertSpeciality, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One person to call, for which discipline, and why this one. ``distance_km`` is the straight line."""

    expert: Expert
    discipline: Discipline
    speciality: ExpertSpeciality
    required: bool
    because: tuple[tuple[str, str], ...]
    distance_km: float | None

    def reason(self, speciality_name: str, locale: str = "zh_Hans") -> str:
        """Why this person, in one line; *speciality_name* is the label of ``speciality`` in that language."""
        if locale.startswith("zh"):
            far = f"，直线距现场{self.distance_km:.0f}公里" if self.distance_km is not None else "，距离未知"
            return f"{'必需' if self.required else '辅助'}：{speciality_name}{far}"
        far = f", {self.distance_km:.0f} km from the place" if self.distance_km is not None else ", distance unknown"
        return f"{'Required' if self.required else 'Useful'}: {speciality_name}{far}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom to call, which required disciplines nobody in the pool can fill, and who was left out and why."""

    choices: tuple[Choice, ...]
    uncovered: tuple[Discipline, ...]
    left_out: tuple[tuple[Expert, WhyNot], ...]


@dataclass(frozen=True, slots=True)
class WholePool:
    """The right to call every expert there is. It cannot be made without the second confirmation."""

    first: Actor
    second: Actor | None
    exercise: bool

    def __post_init__(self) -> None:
        if self.exercise:
            return
        if self.second is None or self.second.ref == self.first.ref:
            raise SecondPersonNeeded(field="second")
        if self.first.person_id is not None and self.second.person_id == self.first.person_id:
            raise SecondPersonNeeded(field="second")
        if not self.second.may("callout.confirm"):
            raise LeaderNeeded(field="second")


def load_need_rules(path: Path | None = None) -> tuple[NeedRule, ...]:
    """The table of disciplines, checked.

    Raises:
        CalloutRuleUnreadable: a discipline, speciality or kind of row that is not known.
    """
    rules = []
    with (path or data_dir() / "callout_disciplines.csv").open(encoding="utf-8-sig", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            if row["when"] not in {"always", "medium", "pollutant", "cause", "condition"}:
                raise CalloutRuleUnreadable(line=line, value=row["when"])
            if row["need"] not in {"required", "useful"}:
                raise CalloutRuleUnreadable(line=line, value=row["need"])
            try:
                discipline = Discipline(row["discipline"])
                specialities = tuple(ExpertSpeciality(code) for code in row["specialities"].split(";"))
            except ValueError as error:
                raise CalloutRuleUnreadable(line=line, value=str(error)) from error
            if any(discipline_of(speciality) is not discipline for speciality in specialities):
                raise CalloutRuleUnreadable(line=line, value=row["specialities"])
            rules.append(NeedRule(row["when"], row["code"], discipline, row["need"] == "required", specialities))
    return tuple(rules)


def needs_of(situation: Situation, rules: Iterable[NeedRule]) -> tuple[Need, ...]:
    """The disciplines a case needs, required ones first, each once with everything that asks for it.

    While neither medium nor pollutant is known the case counts as one with an unknown substance.
    """
    codes: Mapping[str, frozenset[str]] = {
        "always": frozenset({""}),
        "medium": frozenset(situation.media),
        "pollutant": frozenset(situation.pollutants or (() if situation.media else ("UNKNOWN",))),
        "cause": frozenset({situation.cause} if situation.cause else ()),
        "condition": frozenset(situation.conditions),
    }
    asked: dict[Discipline, list[NeedRule]] = {}
    for rule in rules:
        if rule.code in codes[rule.when]:
            asked.setdefault(rule.discipline, []).append(rule)
    needs = [
        Need(
            discipline=discipline,
            required=any(rule.required for rule in asking),
            specialities=tuple(dict.fromkeys(code for rule in asking for code in rule.specialities)),
            because=tuple((rule.when, rule.code) for rule in asking),
        )
        for discipline, asking in asked.items()
    ]
    return tuple(sorted(needs, key=lambda need: not need.required))


def propose(
    experts: Iterable[Expert],
    needs: Sequence[Need],
    situation: Situation,
    on: date,
    *,
    already: Iterable[str] = (),
) -> Proposal:
    """Six to ten people to call: one for each discipline, then a second for the required ones.

    Args:
        experts: the pool.
        needs: from :func:`needs_of`.
        situation: place (degrees CGCS2000) and the enterprises concerned.
        on: the day of ``china_date``, for appointments and absences.
        already: numbers of experts asked before; they are not asked again.
    """
    asked = set(already)
    free: dict[str, Expert] = {}
    left_out: list[tuple[Expert, WhyNot]] = []
    for expert in sorted(experts, key=lambda one: one.expert_no):
        why_not = expert.why_not(on, situation.enterprises)
        if why_not is not None:
            left_out.append((expert, why_not))
        elif expert.expert_no not in asked:
            free[expert.expert_no] = expert
    chosen: dict[Discipline, list[Choice]] = {need.discipline: [] for need in needs}
    # Rare disciplines choose first, so that a person of two trades goes where nobody else could.
    scarce = sorted(needs, key=lambda need: (not need.required, len(_candidates(free, need, situation))))
    rounds = [scarce] + [[need for need in scarce if need.required]] * FEWEST
    for turn, wanting in enumerate(rounds):
        for need in wanting:
            count = sum(map(len, chosen.values()))
            if count >= (MOST if turn == 0 else FEWEST):
                break
            found = _candidates(free, need, situation)
            if found:
                chosen[need.discipline].append(found[0])
                del free[found[0].expert.expert_no]
    choices = tuple(choice for need in needs for choice in chosen[need.discipline])
    covered = {discipline for choice in choices for discipline in disciplines_of(choice.expert)}
    uncovered = tuple(need.discipline for need in needs if need.required and need.discipline not in covered)
    return Proposal(choices, uncovered, tuple(left_out))


def replacement(
    experts: Iterable[Expert], need: Need, situation: Situation, on: date, *, already: Iterable[str]
) -> Choice | None:
    """The next person to ask for one discipline after somebody said no, or ``None`` when the pool has no more."""
    choices = propose(experts, (need,), situation, on, already=already).choices
    return choices[0] if choices else None


def disciplines_of(expert: Expert) -> frozenset[Discipline]:
    """Every discipline this person can fill at the table."""
    return frozenset(map(discipline_of, expert.specialities))


def _candidates(free: Mapping[str, Expert], need: Need, situation: Situation) -> list[Choice]:
    """Everybody who can fill *need*, best first: the speciality asked for, then near, then by number."""
    found = []
    for expert in free.values():
        fitting = [speciality for speciality in need.specialities if speciality in expert.specialities]
        spare = [code for code in expert.specialities if discipline_of(code) is need.discipline]
        if fitting or spare:
            speciality = (fitting or spare)[0]
            far_km = _distance_km(expert, situation)
            found.append(Choice(expert, need.discipline, speciality, need.required, need.because, far_km))
    return sorted(
        found,
        key=lambda one: (
            one.speciality not in need.specialities,
            one.distance_km if one.distance_km is not None else math.inf,
            one.expert.expert_no,
        ),
    )


def _distance_km(expert: Expert, situation: Situation) -> float | None:
    if situation.longitude is None or situation.latitude is None:
        return None
    if expert.longitude is None or expert.latitude is None:
        return None
    return distance_m(situation.longitude, situation.latitude, expert.longitude, expert.latitude) / 1_000


class QuorumState(StrEnum):
    """How one discipline stands."""

    MET = "met"
    WAITING = "waiting"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class DisciplineQuorum:
    """One discipline: who comes, who has not answered clearly, who said no."""

    discipline: Discipline
    required: bool
    state: QuorumState
    coming: tuple[str, ...]
    waiting: tuple[str, ...]
    declined: tuple[str, ...]


def quorum(
    needs: Sequence[Need], called: Iterable[Expert], answers: Mapping[str, AnswerKind]
) -> tuple[DisciplineQuorum, ...]:
    """How each needed discipline stands: met by one who comes, else waiting, else missing (ask the next).

    Args:
        needs: from :func:`needs_of`.
        called: everybody asked so far.
        answers: the last clear answer by expert number; no entry, *unclear* and *call me* mean still waiting.
    """
    people = list(called)
    result = []
    for need in needs:
        asked = [one.expert_no for one in people if need.discipline in disciplines_of(one)]
        coming = tuple(no for no in asked if no in answers and answers[no].coming)
        declined = tuple(no for no in asked if answers.get(no) is AnswerKind.NO)
        waiting = tuple(no for no in asked if no not in coming and no not in declined)
        state = QuorumState.MET if coming else QuorumState.WAITING if waiting else QuorumState.MISSING
        result.append(DisciplineQuorum(need.discipline, need.required, state, coming, waiting, declined))
    return tuple(result)


def quorum_is_met(standing: Iterable[DisciplineQuorum]) -> bool:
    """Whether every required discipline has somebody who comes; false while nothing is required."""
    required = [one for one in standing if one.required]
    return bool(required) and all(one.state is QuorumState.MET for one in required)
