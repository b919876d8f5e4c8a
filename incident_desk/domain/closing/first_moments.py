"""五个第一时间: report, reach the scene, start monitoring, publish, organise the investigation.

A line is filled by a recorded act, never by a tick. Targets beside the legal clocks are presets of
``first_moments.csv`` and are marked so. Source of the five: 生态环境部 (2019); the order of the last two varies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from incident_desk.domain.closing.said import NOTHING, Said
from incident_desk.domain.tables import read_table
from incident_desk.paths import rules_dir

COLUMNS = ("code", "minutes", "runs_from", "is_preset", "basis_zh", "basis_en", "source", "reviewed_by")
LAST_DISTRICT = 20
"""GB/T 2260: the last two digits 01 to 20 are districts of a city, 21 to 80 counties, 81 and above county cities."""


class FirstMoment(StrEnum):
    """The five, in the order of the ministry."""

    REPORT = "report"
    SCENE = "scene"
    MONITORING = "monitoring"
    RELEASE = "release"
    INVESTIGATION = "investigation"


class MomentState(StrEnum):
    """Whether a recorded act fills the line; *partly* where the act on record shows less than the line asks."""

    FILLED = "filled"
    PARTLY = "partly"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Target:
    """By when a line should be filled; *is_preset* where no law says so."""

    due_at: datetime
    basis: Said
    is_preset: bool
    source: str


@dataclass(frozen=True, slots=True)
class Preset:
    """One row of ``first_moments.csv``."""

    code: str
    within: timedelta
    runs_from: str
    is_preset: bool
    basis: Said
    source: str

    def after(self, start: datetime | None) -> Target | None:
        """The target counted from *start*; None while that is not known."""
        if start is None:
            return None
        return Target(start + self.within, self.basis, self.is_preset, self.source)


@dataclass(frozen=True, slots=True)
class Act:
    """A recorded act: when it was, what it says, and the page below the case that shows it."""

    at: datetime
    words: Said
    path: str


@dataclass(frozen=True, slots=True)
class MomentLine:
    """One of the five: the acts that fill it, or what is missing; with its target."""

    moment: FirstMoment
    state: MomentState
    acts: tuple[Act, ...]
    missing: Said
    target: Target | None

    @property
    def at(self) -> datetime | None:
        """When the line was filled: by its last act."""
        return max((act.at for act in self.acts), default=None) if self.state is not MomentState.MISSING else None

    def is_late(self, now: datetime) -> bool:
        """Whether it was, or still is, missing after its target."""
        done = self.at if self.state is MomentState.FILLED else None
        return self.target is not None and (done or now) > self.target.due_at


def line(
    moment: FirstMoment,
    acts: tuple[Act, ...],
    *,
    missing: Said = NOTHING,
    target: Target | None = None,
) -> MomentLine:
    """A line by what is on record: whole where nothing is missing, in part where something is beside acts."""
    state = MomentState.MISSING if not acts else MomentState.PARTLY if missing.zh else MomentState.FILLED
    return MomentLine(moment, state, acts, missing, target)


def read_presets(path: Path) -> Mapping[str, Preset]:
    """The targets by code.

    Raises:
        ValueError: other columns, minutes that are no number, a row without source.
    """
    found = {}
    for row in read_table(path, COLUMNS):
        if not row["source"]:
            raise ValueError(f"{path.name}: {row['code']} has no source")
        found[row["code"]] = Preset(
            row["code"], timedelta(minutes=int(row["minutes"])), row["runs_from"], row["is_preset"] == "yes",
            Said(row["basis_zh"], row["basis_en"]), row["source"],
        )  # fmt: skip
    return found


@cache
def presets() -> Mapping[str, Preset]:
    """The targets that ship with the program."""
    return read_presets(rules_dir() / "first_moments.csv")


def scene_preset(region_code: str) -> Preset:
    """The target for reaching a place: the nearer one in a district of a city."""
    is_district = region_code[4:6].isdecimal() and 1 <= int(region_code[4:6]) <= LAST_DISTRICT
    return presets()["scene_urban" if is_district else "scene_other"]
