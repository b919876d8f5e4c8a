"""Grading: which rows of the standard the known figures and conditions meet, and what would change the answer.

The program proposes; only a person's first judgement 初步认定 sets the grade of a case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.domain.law.rule_words import criterion_en, criterion_zh
from incident_desk.domain.law.rulebook import Criterion, Rulebook

_BOUNDS = ("min", "best", "max")


class UnknownFigure(DomainError):
    """A key that is no metric of the grading standard."""

    code = "unknown_figure"
    message_id = N_("%(key)s is no figure of the grading standard; known are %(known)s and conditions.")


class UnknownCondition(DomainError):
    """A condition that the grading standard does not name."""

    code = "unknown_condition"
    message_id = N_("%(value)s is no condition of the grading standard; incident-desk rules sheet lists the codes.")


class WrongFigure(DomainError):
    """A figure that cannot be."""

    code = "wrong_figure"
    message_id = N_("%(key)s: %(value)s cannot be used; give %(wanted)s.")


class Certainty(StrEnum):
    """How sure a figure or a condition is."""

    CONFIRMED = "confirmed"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric as known: its confirmed value, or the upper bound of an estimate; None where there is none."""

    confirmed: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the standard that is met, or that could be."""

    criterion: Criterion
    value: float | bool

    @property
    def grade(self) -> Grade:
        """Grade the row stands for."""
        return self.criterion.grade

    def to_json(self) -> dict[str, Any]:
        """The row as the ``grade`` command prints it."""
        row = self.criterion
        subject = {"metric": row.metric} if row.metric else {"condition": row.condition}
        return {
            "grade": row.grade.value,
            "criterion": row.number,
            **subject,
            "value": _plain(self.value),
            "threshold": _plain(row.at_least),
            "text_zh": self.text_zh,
            "source": f"{row.provenance.instrument} {row.provenance.article}（{row.provenance.evidence}）",
        }

    @property
    def text_zh(self) -> str:
        """The row in words, with its band."""
        return criterion_zh(self.criterion)

    @property
    def text_en(self) -> str:
        """The row in English words, with its band."""
        return criterion_en(self.criterion)


@dataclass(frozen=True, slots=True)
class GradeProposal:
    """What the figures say: the grade that is certain, the rows that fired, what could be worse, what is missing."""

    grade: Grade | None
    criteria: tuple[Finding, ...]
    possible: tuple[Finding, ...]
    missing: tuple[str, ...]

    @property
    def is_determined(self) -> bool:
        """False while an unknown figure could still raise the grade; grade I cannot be raised."""
        return self.grade is Grade.I or (self.grade is not None and not self.missing and not self.possible)

    @property
    def at_least(self) -> Grade:
        """The grade the case has at the least, for "undetermined, at least IV"."""
        return self.grade or Grade.IV

    @property
    def worst_possible(self) -> Grade | None:
        """The worst grade that estimates and possible conditions allow."""
        grades = [finding.grade for finding in (*self.criteria, *self.possible)]
        return max(grades, key=lambda grade: grade.rank, default=None)

    def to_json(self) -> dict[str, Any]:
        """The proposal as the ``grade`` command prints it."""
        return {
            "grade": self.grade.value if self.grade else None,
            "criteria": [finding.to_json() for finding in self.criteria],
            "possible": [finding.to_json() for finding in self.possible],
            "missing": list(self.missing),
        }


def propose(facts: Mapping[str, Any], rules: Rulebook, *, on: date | None = None) -> GradeProposal:
    """The proposal for *facts*: metrics by name, and a list ``conditions`` of condition codes.

    A metric is a number, null for unknown, or ``{"min", "best", "max", "state"}`` with state confirmed, estimated or
    unknown. A condition is its code, or ``{"code", "state"}`` with state confirmed or possible. Any one criterion is
    enough; estimates and possible conditions only say what the grade could be; an unknown figure never lowers it.

    Raises:
        UnknownFigure, UnknownCondition, WrongFigure: a key, a code or a number that cannot be.

    Source: 国家突发环境事件应急预案（国办函〔2014〕119号）附件1; 以上 includes the number, 以下 does not.
    """
    rows = rules.criteria_on(on) if on else rules.criteria
    metrics = {row.metric: row.unit for row in rows if row.metric}
    for key in facts:
        if key not in metrics and key != "conditions":
            raise UnknownFigure(field=str(key), key=key, known=", ".join(metrics))
    figures = {name: _figure(name, facts.get(name), whole=unit == "person") for name, unit in metrics.items()}
    certain, possible = _conditions(facts.get("conditions"), rows)
    met = [
        *(
            Finding(r, f.confirmed)
            for n, f in figures.items()
            if f.confirmed is not None
            for r in _row(rows, n, f.confirmed)
        ),
        *(Finding(row, True) for row in certain if row.is_certain),
    ]
    grade = max((finding.grade for finding in met), key=lambda g: g.rank, default=None)
    could_be = [
        *(Finding(r, f.at_most) for n, f in figures.items() if f.at_most is not None for r in _row(rows, n, f.at_most)),
        *(Finding(row, True) for row in (*possible, *(r for r in certain if not r.is_certain))),
    ]
    worse = [finding for finding in could_be if grade is None or finding.grade.rank > grade.rank]
    missing = tuple(name for name, figure in figures.items() if figure.confirmed is None and figure.at_most is None)
    return GradeProposal(grade, _worst_first(met), _worst_first(worse), missing)


def _row(rows: tuple[Criterion, ...], metric: str, value: float) -> list[Criterion]:
    """The band of *metric* that holds *value*: lower bound included, upper bound not."""
    return [
        row
        for row in rows
        if row.metric == metric and (row.at_least or 0.0) <= value and (row.below is None or value < row.below)
    ]


def _worst_first(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (-f.grade.rank, f.criterion.number, f.criterion.metric)))


def _figure(name: str, value: object, *, whole: bool) -> Figure:
    if value is None:
        return Figure()
    if not isinstance(value, Mapping):
        return Figure(confirmed=_checked(name, value, whole=whole))
    unknown = set(value) - {*_BOUNDS, "state"}
    state = value.get("state", Certainty.CONFIRMED)
    if unknown or state not in {Certainty.CONFIRMED, Certainty.ESTIMATED, Certainty.UNKNOWN}:
        wanted = "min, best, max and state (confirmed, estimated, unknown)"
        raise WrongFigure(field=name, key=name, value=dict(value), wanted=wanted)
    bounds = [_checked(name, value[key], whole=whole) for key in _BOUNDS if value.get(key) is not None]
    if bounds != sorted(bounds):
        raise WrongFigure(
            field=name, key=name, value=dict(value), wanted="min no larger than best, best no larger than max"
        )
    if state == Certainty.UNKNOWN or (state == Certainty.ESTIMATED and not bounds):
        return Figure()
    if state == Certainty.ESTIMATED:
        return Figure(at_most=bounds[-1])
    if not bounds:
        raise WrongFigure(field=name, key=name, value=dict(value), wanted="a best value for a confirmed figure")
    best = value.get("best")
    return Figure(confirmed=bounds[0] if best is None else _checked(name, best, whole=whole))


def _checked(name: str, value: object, *, whole: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise WrongFigure(field=name, key=name, value=repr(value), wanted="a number")
    try:
        usable = math.isfinite(value) and value >= 0 and (not whole or value == int(value))
    except OverflowError:
        usable = False
    if not usable:
        wanted = "a whole number of people, 0 or more" if whole else "an amount in CNY, 0 or more"
        raise WrongFigure(field=name, key=name, value=repr(value)[:40], wanted=wanted)
    return value


def _conditions(listed: object, rows: tuple[Criterion, ...]) -> tuple[list[Criterion], list[Criterion]]:
    """Rows of the named conditions: the certain ones and the possible ones."""
    by_code = {row.condition: row for row in rows if row.condition}
    if listed is None:
        return [], []
    if not isinstance(listed, list):
        raise WrongFigure(field="conditions", key="conditions", value=repr(listed)[:40], wanted="a list of codes")
    certain: dict[str, Criterion] = {}
    possible: dict[str, Criterion] = {}
    for entry in listed:
        code, state = _condition(entry)
        if code not in by_code:
            raise UnknownCondition(field="conditions", value=str(code)[:60])
        (possible if state is Certainty.POSSIBLE else certain)[code] = by_code[code]
    return list(certain.values()), [row for code, row in possible.items() if code not in certain]


def _condition(entry: object) -> tuple[str, Certainty]:
    if isinstance(entry, str):
        return entry, Certainty.CONFIRMED
    wanted = 'a code, or {"code": ..., "state": "confirmed" or "possible"}'
    if not isinstance(entry, Mapping) or set(entry) - {"code", "state"} or not isinstance(entry.get("code"), str):
        raise WrongFigure(field="conditions", key="conditions", value=repr(entry)[:60], wanted=wanted)
    state = entry.get("state", Certainty.CONFIRMED)
    if state not in {Certainty.CONFIRMED, Certainty.POSSIBLE}:
        raise WrongFigure(field="conditions", key="conditions", value=repr(entry)[:60], wanted=wanted)
    return entry["code"], Certainty(state)


def _plain(value: float | bool | None) -> float | int | bool | None:
    """A whole number without its ".0"."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
