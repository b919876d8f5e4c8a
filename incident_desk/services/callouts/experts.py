"""The pool of experts: read, found, imported from the office's list, changed one at a time.

The pool is the province's: every office that may read experts sees all of them. A real case never wakes a sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.callouts.experts import (
    Expert,
    ExpertChange,
    ExpertChangeKind,
    ExpertImport,
    parse_experts_csv,
)
from incident_desk.domain.callouts.specialities import Discipline, ExpertSpeciality, discipline_of
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotFound
from incident_desk.domain.labels import label
from incident_desk.domain.list_files import RowProblem
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Expert as ExpertRow
from incident_desk.paths import data_dir
from incident_desk.services.callouts.expert_lists import as_cells, one_row
from incident_desk.services.transaction import transaction

LARGEST_FILE = 1_000_000
SORTS = ("expert_no", "name", "employer", "region_code", "appointed_to")
_SAME = ("expert_no", "name", "region_code", "backup_phone", "appointed_to", "unavailable_from", "unavailable_to")


class ExpertFileTooLarge(DomainError):
    """A list that no pool can be."""

    code = "expert_file_too_large"
    status = 413
    message_id = N_("The list is larger than 1 MB. Check that it is the expert list, and save it as CSV.")


class ExpertFileRefused(DomainError):
    """A list with faults is taken whole or not at all."""

    code = "expert_file_refused"
    message_id = N_("The list has %(count)s faults; nothing was taken. Line %(line)s: mend it and try again.")


class ExpertUnreadable(DomainError):
    """Answers on the page of an expert that cannot be read; *problems* name each by field."""

    code = "expert_unreadable"
    message_id = N_("Not saved: the marked answers cannot be read.")

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        self.problems = problems
        super().__init__(field=problems[0].column)


@dataclass(frozen=True, slots=True)
class PoolFilter:
    """What a list of the pool shows; empty means all."""

    words: str = ""
    discipline: Discipline | None = None
    speciality: ExpertSpeciality | None = None
    region: str = ""
    sort: str = "expert_no"
    descending: bool = False


def to_domain(row: ExpertRow) -> Expert:
    """The expert as the rules see one."""
    return Expert(
        specialities=tuple(ExpertSpeciality(code) for code in row.specialities),
        mobile=row.phone,
        title=row.title or "",
        employer=row.employer,
        longitude=row.longitude,
        latitude=row.latitude,
        conflicts=tuple(row.conflicts),
        sample=row.is_sample,
        expert_no=row.expert_no,
        name=row.name,
        region_code=row.region_code,
        backup_phone=row.backup_phone or "",
        appointed_to=row.appointed_to,
        unavailable_from=row.unavailable_from,
        unavailable_to=row.unavailable_to,
    )


def as_json(row: ExpertRow) -> dict[str, Any]:
    """One expert as programs are told: the cells of the list, and as values what a cell can only write."""
    expert = to_domain(row)
    return {
        **as_cells(expert),
        "specialities": list(expert.specialities),
        "conflicts": list(expert.conflicts),
        "longitude": expert.longitude,
        "latitude": expert.latitude,
        "sample": expert.sample,
        "is_active": row.is_active,
    }


def pool(session: Session, *, is_exercise: bool) -> dict[str, ExpertRow]:
    """Everybody who may be called, by number; samples only in an exercise."""
    query = select(ExpertRow).where(ExpertRow.is_active).order_by(ExpertRow.expert_no)
    if not is_exercise:
        query = query.where(ExpertRow.is_sample.is_(False))
    return {row.expert_no: row for row in session.scalars(query)}


def listed(wanted: PoolFilter | None = None) -> list[ExpertRow]:
    """The experts of a list, filtered and sorted."""
    wanted = wanted or PoolFilter()
    found = [row for row in db.session.scalars(select(ExpertRow)) if _fits(row, wanted)]
    sort = wanted.sort if wanted.sort in SORTS else "expert_no"
    found.sort(key=lambda row: row.expert_no)
    found.sort(key=lambda row: _sortable(getattr(row, sort)), reverse=wanted.descending)
    return found


def one(expert_no: str) -> ExpertRow:
    """The expert with this number.

    Raises:
        NotFound: there is none.
    """
    row = db.session.scalar(select(ExpertRow).where(ExpertRow.expert_no == expert_no))
    if row is None:
        raise NotFound
    return row


def read_file(data: bytes) -> ExpertImport:
    """What taking this list would change, or everything that is wrong with it; nothing is stored.

    Raises:
        ExpertFileTooLarge: more than 1 MB.
    """
    return _read(data, db.session())


def take_file(data: bytes, *, actor: Actor, now: datetime) -> ExpertImport:
    """Take the list: new experts are added, known ones changed, those not in it kept. Journal ``expert.imported``.

    Raises:
        ExpertFileTooLarge, ExpertFileRefused: nothing was taken.
    """
    with transaction() as tx:
        found = _read(data, tx.session)
        if not found.ok:
            raise ExpertFileRefused(count=len(found.problems), line=found.problems[0].line)
        rows = {row.expert_no: row for row in tx.session.scalars(select(ExpertRow).with_for_update())}
        by_no = {expert.expert_no: expert for expert in found.experts}
        for change in found.changes:
            if change.kind is ExpertChangeKind.ADDED:
                row = ExpertRow(expert_no=change.expert_no, is_active=True, version=0)
                tx.session.add(_take(row, by_no[change.expert_no], now))
            elif change.kind is ExpertChangeKind.CHANGED:
                _take(rows[change.expert_no], by_no[change.expert_no], now)
        data_of_entry = {
            "added": found.count(ExpertChangeKind.ADDED),
            "changed": found.count(ExpertChangeKind.CHANGED),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        tx.journal(None, "expert.imported", actor=actor, at=now, data=data_of_entry)
        tx.outcome("experts", "all")
    return found


def load_sample_pool(*, actor: Actor, now: datetime) -> int:
    """Take the sample pool that ships for exercises; says how many experts it holds."""
    found = take_file((data_dir() / "demo" / "experts.csv").read_bytes(), actor=actor, now=now)
    return len(found.experts)


def change_expert(
    expert_no: str,
    cells: Mapping[str, str],
    *,
    is_active: bool,
    actor: Actor,
    now: datetime,
    expected_version: int | None,
) -> ExpertRow:
    """Change one expert; *cells* are texts by column, read as the list's cells are. Journal ``expert.changed``.

    Raises:
        NotFound: there is no such expert.
        ChangedMeanwhile: it is no longer at *expected_version*; ``params`` hold both contents.
        ExpertUnreadable: what cannot be read, by field.
    """
    with transaction() as tx:
        row = tx.session.scalar(select(ExpertRow).where(ExpertRow.expert_no == expert_no).with_for_update())
        if row is None:
            raise NotFound
        if expected_version is not None and row.version != expected_version:
            raise ChangedMeanwhile(current=as_cells(to_domain(row)), typed=dict(cells), version=row.version)
        document = {**as_cells(to_domain(row)), **cells, "expert_no": expert_no}
        found = _read(one_row(document), tx.session)
        if not found.ok:
            raise ExpertUnreadable(found.problems)
        before = (to_domain(row), row.is_active)
        expert = replace(found.experts[0], sample=row.is_sample)
        if (expert, is_active) != before:
            _take(row, expert, now)
            row.is_active = is_active
            tx.journal(None, "expert.changed", actor=actor, at=now, data={"expert": row.id, "version": row.version})
        tx.outcome("expert", expert_no)
    return row


def _read(data: bytes, session: Session) -> ExpertImport:
    if len(data) > LARGEST_FILE:
        raise ExpertFileTooLarge(field="file")
    known = [to_domain(row) for row in session.scalars(select(ExpertRow))]
    names = {label(code, "zh_Hans"): code for code in ExpertSpeciality}
    found = parse_experts_csv(data, known, speciality_names=names)
    taken = {expert.mobile: expert.expert_no for expert in known}
    in_file = {expert.expert_no for expert in found.experts}
    doubled = tuple(
        RowProblem(
            number,
            "mobile",
            N_("The number of %(expert)s is that of expert %(other)s already."),
            {"expert": expert.expert_no, "other": taken[expert.mobile]},
        )
        for number, expert in enumerate(found.experts, start=2)
        if taken.get(expert.mobile, expert.expert_no) != expert.expert_no and taken[expert.mobile] not in in_file
    )
    if not doubled:
        return found
    nothing: tuple[ExpertChange, ...] = ()
    return ExpertImport(found.experts, (*found.problems, *doubled), nothing, found.encoding)


def _take(row: ExpertRow, expert: Expert, now: datetime) -> ExpertRow:
    for name in _SAME:
        setattr(row, name, getattr(expert, name) or None)
    row.phone, row.title, row.employer = expert.mobile, expert.title or None, expert.employer
    row.longitude, row.latitude = expert.longitude, expert.latitude
    row.specialities = [code.value for code in expert.specialities]
    row.conflicts = list(expert.conflicts)
    row.is_sample = expert.sample
    row.version += 1
    row.updated_at = now
    return row


def _fits(row: ExpertRow, wanted: PoolFilter) -> bool:
    codes = [ExpertSpeciality(code) for code in row.specialities]
    if wanted.speciality is not None and wanted.speciality not in codes:
        return False
    if wanted.discipline is not None and wanted.discipline not in {discipline_of(code) for code in codes}:
        return False
    if wanted.region and not row.region_code.startswith(wanted.region):
        return False
    text = f"{row.expert_no} {row.name} {row.employer} {row.title or ''}".casefold()
    return all(word in text for word in wanted.words.casefold().split())


def _sortable(value: Any) -> tuple[bool, str]:
    return (value is None, value.isoformat() if isinstance(value, date) else str(value or ""))
