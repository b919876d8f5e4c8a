"""What was said of a water intake: drawing or stopped, and why; supply interrupted or not; since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from incident_desk.domain.calls.place import SupplyLevel
from incident_desk.domain.instants import read_instant


class IntakeState(StrEnum):
    """Whether an intake draws. A precautionary stop and one for pollution weigh differently in grading."""

    DRAWING = "drawing"
    STOPPED_PRECAUTION = "stopped_precaution"
    STOPPED_POLLUTED = "stopped_polluted"
    UNKNOWN = "unknown"


class SupplyInterrupted(StrEnum):
    """Whether people are without water."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """One intake as a caller described it; *receptor_id* when it stands on the river, *at* aware or unknown."""

    name: str
    receptor_id: str | None = None
    state: IntakeState = IntakeState.UNKNOWN
    supply_interrupted: SupplyInterrupted = SupplyInterrupted.UNKNOWN
    serves: SupplyLevel | None = None
    at: datetime | None = None

    def to_json(self) -> dict[str, object]:
        """Plain values; ``from_json`` gives the same back."""
        return {
            "name": self.name,
            "receptor_id": self.receptor_id,
            "state": self.state.value,
            "supply_interrupted": self.supply_interrupted.value,
            "serves": self.serves.value if self.serves else None,
            "at": self.at.isoformat() if self.at else None,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """The report that ``to_json`` wrote."""
        receptor, serves, at = document.get("receptor_id"), document.get("serves"), document.get("at")
        return cls(
            name=str(document["name"]),
            receptor_id=None if receptor is None else str(receptor),
            state=IntakeState(str(document["state"])),
            supply_interrupted=SupplyInterrupted(str(document["supply_interrupted"])),
            serves=None if serves is None else SupplyLevel(str(serves)),
            at=read_instant(at),
        )


@dataclass(frozen=True, slots=True)
class IntakeConditions:
    """Condition codes of the grading table: those that hold, and those that may hold and must be settled."""

    hold: tuple[str, ...]
    possible: tuple[str, ...]


_INTERRUPTED = "WATER_INTAKE_INTERRUPTED_"
STOPPED_PRECAUTION = "WATER_INTAKE_STOPPED_PRECAUTION"


def intake_conditions(reports: Iterable[IntakeReport]) -> IntakeConditions:
    """What the intakes mean for the grade.

    A precautionary stop is its own condition, possible I and never I. A stop because of pollution with supply
    interrupted is the interruption of the level the source serves; with supply kept up or unknown, or with the
    level unknown (then the highest), it is only possible.

    Source: 国办函〔2014〕119号 附件1, 集中式饮用水水源地取水中断.
    """
    hold: dict[str, None] = {}
    possible: dict[str, None] = {}
    for report in reports:
        interrupted = _INTERRUPTED + (report.serves or SupplyLevel.PREFECTURE).value.upper()
        if report.state is IntakeState.STOPPED_PRECAUTION:
            hold[STOPPED_PRECAUTION] = None
        elif report.state is IntakeState.STOPPED_POLLUTED:
            certain = report.supply_interrupted is SupplyInterrupted.YES and report.serves is not None
            (hold if certain else possible)[interrupted] = None
    return IntakeConditions(tuple(hold), tuple(code for code in possible if code not in hold))
