"""Drafts and values of reports as plain JSON and back, so that what was signed can be printed again to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.reporting import (
    ArrivalBand,
    IntakeLine,
    ReceptorLine,
    ReportDraft,
    ReportLine,
    ReportTask,
    ReportValues,
    StatedAmount,
    TaskKind,
)

_TUPLES = ("triggers", "substances", "photos")


def draft_from_snapshot(snapshot: Mapping[str, Any]) -> ReportDraft:
    """The draft whose ``snapshot()`` this is; its digest is the same again.

    Raises:
        KeyError, ValueError: it is none.
    """
    return ReportDraft(
        kind=ReportKind(snapshot["kind"]),
        form=ReportForm(snapshot["form"]),
        case_no=snapshot["case_no"],
        exercise=snapshot["exercise"],
        sequence=snapshot["sequence"],
        made_at=datetime.fromisoformat(snapshot["made_at"]),
        title=snapshot["title"],
        lines=tuple(ReportLine(**line) for line in snapshot["lines"]),
        tasks=tuple(ReportTask(**{**task, "kind": TaskKind(task["kind"])}) for task in snapshot["tasks"]),
        urgency=snapshot.get("urgency", ""),
    )


def values_to_json(values: ReportValues) -> dict[str, Any]:
    """Every value as plain JSON; ``values_from_json`` gives an equal one back."""
    document: dict[str, Any] = _plain(asdict(values))
    return document


def values_from_json(document: Mapping[str, Any]) -> ReportValues:
    """The values that ``values_to_json`` wrote.

    Raises:
        KeyError, TypeError, ValueError: the document is not one.
    """
    return ReportValues(
        **{
            **document,
            **{name: tuple(document[name]) for name in _TUPLES},
            "learned_at": datetime.fromisoformat(document["learned_at"]),
            "amounts": tuple(StatedAmount(**amount) for amount in document["amounts"]),
            "intakes": tuple(IntakeLine(**_with_band(line, as_of=True)) for line in document["intakes"]),
            "receptors": tuple(ReceptorLine(**_with_band(line)) for line in document["receptors"]),
        }
    )


def _with_band(line: Mapping[str, Any], *, as_of: bool = False) -> dict[str, Any]:
    band = line["arrival"]
    arrival = ArrivalBand(**{key: datetime.fromisoformat(at) for key, at in band.items()}) if band else None
    found = {**line, "arrival": arrival}
    if as_of and line["as_of"]:
        found["as_of"] = datetime.fromisoformat(line["as_of"])
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
