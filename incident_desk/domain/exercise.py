"""The exercise as data: sample people, telephone lines and the acts of the first hour.

Minutes in the script are counted from the moment the county learned, so the same script plays at any time.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from incident_desk.domain.calls.first_calls import CallRole
from incident_desk.domain.duty.roster import DutyRole, DutySeat
from incident_desk.domain.duty.shifts import ShiftCode
from incident_desk.domain.permissions import Role
from incident_desk.paths import data_dir, rivers_dir

MOMENTS = ("learned_at", "occurred_at", "occurred_earliest", "occurred_latest")
"""Answers of a scripted sheet that are minutes and become instants."""

PROVINCE = "420000"
DUTY_NUMBER = "duty_number"
"""Key of an office's settings under which its duty telephone stands."""

OWN_SETTINGS = ("overlays", "accounts", DUTY_NUMBER)
"""What an office of the exercise may set for itself."""

_CONTACT_ROLES = {
    "waterworks": CallRole.WATERWORKS,
    "dam": CallRole.STRUCTURE_BELOW,
    "power_station": CallRole.STRUCTURE_BELOW,
    "sluice": CallRole.STRUCTURE_BELOW,
    "diversion": CallRole.STRUCTURE_BELOW,
    "county_bureau": CallRole.COUNTY_BUREAU,
    "fire_brigade": CallRole.FIRE_BRIGADE,
    "prefecture_bureau": CallRole.PREFECTURE_DESK,
}
"""Roles of the contact list as the first calls know them; whether a structure lies below or above is the river's."""


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One sample account."""

    login: str
    name: str
    role: Role
    office: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class ExerciseEvent:
    """One act: its name, who does it, how many minutes after the county learned it is written, what it says."""

    act: str
    by: str
    minutes: float
    said: Mapping[str, Any]

    def written_at(self, learned_at: datetime) -> datetime:
        """When the act is written; aware."""
        return learned_at + timedelta(minutes=self.minutes)

    def sheet(self, learned_at: datetime) -> dict[str, object]:
        """The scripted call sheet as it is typed, its minutes turned into instants."""
        typed: dict[str, object] = dict(self.said["sheet"])
        for key in MOMENTS:
            if key in typed:
                typed[key] = (learned_at + timedelta(minutes=float(str(typed[key])))).isoformat()
        return typed


@dataclass(frozen=True, slots=True)
class SampleRoster:
    """The roster of one office: the same seats on each of *days* days from *first_day*, counted from the call's."""

    office: str
    first_day: int
    days: int
    seats: tuple[tuple[ShiftCode, DutyRole, DutySeat, str], ...]


@dataclass(frozen=True, slots=True)
class Exercise:
    """Everything the exercise brings. ``contacts`` are lines of telephone lists by the office that keeps them."""

    password: str
    people: tuple[SamplePerson, ...]
    contacts: Mapping[str, tuple[Mapping[str, object], ...]]
    office_settings: Mapping[str, Mapping[str, object]]
    learned_minutes_ago: int
    events: tuple[ExerciseEvent, ...]
    roster: SampleRoster


def read_exercise(folder: Path | None = None) -> Exercise:
    """The exercise of *folder*, default the one that ships.

    Raises:
        KeyError, ValueError: the files are not an exercise.
    """
    folder = folder or data_dir() / "demo"
    people = tomllib.loads((folder / "people.toml").read_text("utf-8"))
    script = tomllib.loads((folder / "exercise.toml").read_text("utf-8"))
    return Exercise(
        password=people["password"],
        people=tuple(_person(row) for row in people["person"]),
        contacts=_contacts(people["contact"]),
        office_settings=_office_settings(people["office"], people["contact"]),
        learned_minutes_ago=script["learned_minutes_ago"],
        events=tuple(_event(row) for row in script["event"]),
        roster=_roster(people["roster"]),
    )


def _roster(row: Mapping[str, Any]) -> SampleRoster:
    seats = tuple(
        (ShiftCode(seat["shift"]), DutyRole(seat["role"]), DutySeat(seat.get("seat", "A")), seat["login"])
        for seat in row["seat"]
    )
    return SampleRoster(row["office"], row["first_day"], row["days"], seats)


def _person(row: Mapping[str, str]) -> SamplePerson:
    return SamplePerson(row["login"], row["name"], Role(row["role"]), row["office"], row.get("phone"))


def _event(row: Mapping[str, Any]) -> ExerciseEvent:
    said = {key: value for key, value in row.items() if key not in {"act", "by", "minutes"}}
    return ExerciseEvent(row["act"], row["by"], row["minutes"], said)


def _contacts(extra: list[Mapping[str, str]]) -> dict[str, tuple[Mapping[str, object], ...]]:
    """The sample list of water works, structures and desks, kept by the province; *extra* lines by their offices."""
    receptors = tuple(row["id"] for row in _rows("receptors.csv"))
    lists = {PROVINCE: [_listed(row, receptors) for row in _rows("contacts_sample.csv")]}
    for line in extra:
        kept = {key: value for key, value in line.items() if key != "office"} | {"is_sample": True}
        lists.setdefault(line["office"], []).append(kept)
    return {office: tuple(lines) for office, lines in lists.items()}


def _listed(row: Mapping[str, str], receptors: tuple[str, ...]) -> Mapping[str, object]:
    answers_for = row["receptor_id"]
    tails = tuple(one for one in receptors if answers_for and one.startswith(f"{answers_for}-") and one.endswith("-T"))
    return {
        "id": row["id"],
        "role": _CONTACT_ROLES[row["role"]].value,
        "region_code": row["county_code"],
        "name_zh": f"{row['unit']}{row['duty_unit']}",
        "number": row["phone"],
        "facility_ids": [one for one in (answers_for, *tails) if one],
        "is_sample": True,
    }


def _office_settings(rows: list[Mapping[str, Any]], desks: list[Mapping[str, str]]) -> dict[str, dict[str, object]]:
    """The duty number of every office that the lists know, and what an office set for itself."""
    found: dict[str, dict[str, object]] = {
        row["county_code"]: {DUTY_NUMBER: row["phone"]}
        for row in _rows("contacts_sample.csv")
        if row["role"] in {"county_bureau", "prefecture_bureau"}
    }
    for desk in desks:
        if desk["role"] == CallRole.PROVINCE_DESK:
            found[desk["region_code"]] = {DUTY_NUMBER: desk["number"]}
    for row in rows:
        found.setdefault(row["code"], {}).update({key: row[key] for key in OWN_SETTINGS if key in row})
    return found


def _rows(name: str) -> list[dict[str, str]]:
    with (rivers_dir() / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
