"""The register of agreements as a list in a file, and one line of it as a form: read with one care, refused by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from incident_desk.domain.callouts.expert_cells import UnreadableCellError, read_day, read_phone
from incident_desk.domain.errors import N_
from incident_desk.domain.labels import label
from incident_desk.domain.list_files import (
    CELL_TOO_LONG,
    LONGEST_CELL,
    ListForm,
    RowProblem,
    decoded,
    problem,
    read_rows,
)
from incident_desk.domain.neighbours.agreements import Agreement, AgreementLevel
from incident_desk.domain.offices import OfficeLevel, OfficeTree, UnknownOffice
from incident_desk.domain.reports.reporting import printable

HEADINGS: Mapping[str, str] = {
    "协议编号": "agreement_no",
    "协议名称": "title",
    "水体": "water_body",
    "上游单位": "upstream_code",
    "下游单位": "downstream_code",
    "层级": "level",
    "签订日期": "signed_on",
    "有效期至": "valid_until",
    "上游联系人": "upstream_contact",
    "上游电话": "upstream_phone",
    "下游联系人": "downstream_contact",
    "下游电话": "downstream_phone",
    "最近联席会议": "last_meeting_on",
    "最近联合演练": "last_drill_on",
    "联合监测方案": "monitoring_plan",
}
COLUMNS = tuple(field.name for field in fields(Agreement))
REQUIRED = ("agreement_no", "water_body", "upstream_code", "downstream_code", "level")
PERSONAL = ("upstream_contact", "upstream_phone", "downstream_contact", "downstream_phone")
"""What only those see who may see callers."""
_FORM = ListForm(HEADINGS, COLUMNS, REQUIRED, N_("%(found)s columns: this is no list of agreements."))
_RANKS = {
    AgreementLevel.PROVINCE: {OfficeLevel.PROVINCE},
    AgreementLevel.PREFECTURE: {OfficeLevel.PREFECTURE, OfficeLevel.PROVINCE_ADMINISTERED},
    AgreementLevel.COUNTY: {OfficeLevel.COUNTY, OfficeLevel.PROVINCE_ADMINISTERED},
}
_SUFFIXES = ("生态环境局", "生态环境厅", "人民政府")


class AgreementChangeKind(StrEnum):
    """What taking a list does to one agreement."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_IN_FILE = "not_in_file"


@dataclass(frozen=True, slots=True)
class AgreementChange:
    """The same with the fields that differ."""

    kind: AgreementChangeKind
    agreement_no: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementImport:
    """A file that was read: complete when *problems* is empty; nothing is stored by reading it."""

    agreements: tuple[Agreement, ...]
    problems: tuple[RowProblem, ...]
    changes: tuple[AgreementChange, ...] = ()
    encoding: str = ""

    @property
    def ok(self) -> bool:
        """Whether the file may be taken."""
        return not self.problems

    def count(self, kind: AgreementChangeKind) -> int:
        """How many agreements the import would treat so."""
        return sum(change.kind is kind for change in self.changes)


def parse_agreements_csv(
    data: bytes, known: Iterable[Agreement] = (), *, tree: OfficeTree, today: date
) -> AgreementImport:
    """Read a list and say what taking it would change; never raises for what the file holds.

    Args:
        data: the file; UTF-8 with or without BOM, or GB 18030.
        known: the agreements on record; those missing from the file are kept.
        tree: the offices; a party may be a code, or the name of an area or its bureau.
        today: meetings and drills after it have not been held.
    """
    text, encoding = decoded(data)
    if text is None:
        return AgreementImport((), (problem(1, None, N_("The file is no text in UTF-8 or GB 18030.")),))
    rows, problems = read_rows(text, _FORM)
    found: dict[str, Agreement] = {}
    for line, cells in rows:
        agreement, wrong = read_agreement(cells, tree=tree, today=today, line=line)
        problems.extend(wrong)
        if agreement is not None and agreement.agreement_no in found:
            value = agreement.agreement_no
            problems.append(
                problem(line, "agreement_no", N_("%(value)s stands on an earlier line already."), value=value)
            )
        elif agreement is not None:
            found[agreement.agreement_no] = agreement
    if not rows and not problems:
        problems.append(problem(1, None, N_("The file has no agreements in it.")))
    problems.sort(key=lambda one: one.line)
    changes = () if problems else tuple(_changes(found.values(), known))
    return AgreementImport(tuple(found.values()), tuple(problems), changes, encoding)


def read_agreement(
    cells: Mapping[str, str], *, tree: OfficeTree, today: date, line: int = 1
) -> tuple[Agreement | None, list[RowProblem]]:
    """One row or form as an agreement, or everything that is wrong with it, by column."""
    names = _names(tree)
    readers: dict[str, Callable[[str], object]] = {
        "upstream_code": lambda cell: _read_party(cell, names, tree),
        "downstream_code": lambda cell: _read_party(cell, names, tree),
        "level": _read_level,
        "signed_on": read_day,
        "valid_until": read_day,
        "last_meeting_on": read_day,
        "last_drill_on": read_day,
        "upstream_phone": read_phone,
        "downstream_phone": read_phone,
    }
    values: dict[str, object] = {}
    problems: list[RowProblem] = []
    for column in COLUMNS:
        cell = printable(cells.get(column, "")).strip()
        if not cell:
            if column in REQUIRED:
                problems.append(problem(line, column, N_("This cell must not be empty.")))
        elif len(cell) > LONGEST_CELL:
            problems.append(problem(line, column, CELL_TOO_LONG, most=LONGEST_CELL))
        else:
            try:
                values[column] = readers.get(column, str)(cell)
            except UnreadableCellError as wrong:
                problems.append(RowProblem(line, column, wrong.message_id, wrong.params))
    if problems:
        return None, problems
    agreement = Agreement(**values)  # type: ignore[arg-type]
    problems = list(_wrong_together(line, agreement, tree, today))
    return (None if problems else agreement), problems


def shown_cells(agreement: Agreement, tree: OfficeTree) -> dict[str, str]:
    """``as_cells`` with the areas by their full names, where a name stands for one area alone."""
    cells = as_cells(agreement)
    return cells | {column: party_name(cells[column], tree) for column in ("upstream_code", "downstream_code")}


def party_name(code: str, tree: OfficeTree) -> str:
    """``湖北省十堰市`` for 420300; the code where its name is not one area's alone, or where it is none."""
    codes = _names(tree)
    return max((name for name, meant in codes.items() if meant == code and _is_area(name)), key=len, default=code)


def as_cells(agreement: Agreement) -> dict[str, str]:
    """An agreement as the texts of a row; reading them gives the same one."""
    values = {name: getattr(agreement, name) for name in COLUMNS}
    return {name: "" if value is None else str(value) for name, value in values.items()}


def _wrong_together(line: int, found: Agreement, tree: OfficeTree, today: date) -> Iterable[RowProblem]:
    if found.upstream_code == found.downstream_code:
        yield problem(line, "downstream_code", N_("Both parties are the same office."))
    for column in ("upstream_code", "downstream_code"):
        if tree.get(getattr(found, column)).level not in _RANKS[found.level]:
            yield problem(line, column, N_("This office is not of the level of the agreement."))
    if found.signed_on and found.valid_until and found.valid_until < found.signed_on:
        yield problem(line, "valid_until", N_("This day lies before the one it was signed."))
    for column in ("signed_on", "last_meeting_on", "last_drill_on"):
        day = getattr(found, column)
        if day is not None and day > today:
            yield problem(line, column, N_("This day has not come yet."))


def _read_level(cell: str) -> AgreementLevel:
    names = {label(level, "zh_Hans"): level for level in AgreementLevel}
    found = names.get(cell) or (AgreementLevel(cell.lower()) if cell.lower() in set(AgreementLevel) else None)
    if found is None:
        raise UnreadableCellError(N_("%(value)s is no level: write %(hint)s."), value=cell, hint="、".join(names))
    return found


def _read_party(cell: str, names: Mapping[str, str], tree: OfficeTree) -> str:
    bare = cell
    for suffix in _SUFFIXES:
        bare = bare.removesuffix(suffix)
    code = names.get(cell) or names.get(bare) or cell
    try:
        return tree.get(code).code
    except UnknownOffice:
        raise UnreadableCellError(
            N_("%(value)s is no office: write its six-digit code, or its full name such as 湖北省十堰市."), value=cell
        ) from None


def _is_area(name: str) -> bool:
    return not any(mark in name for mark in ("生态环境", "分局"))


def _names(tree: OfficeTree) -> dict[str, str]:
    """Codes by the names of areas and bureaus; a name that two areas share needs its code."""
    found: dict[str, str] = {}
    doubled: set[str] = set()
    for code, area in _listed(tree).items():
        above = tree.get(code).parent_code
        longer = f"{tree.get(above).area_zh}{area}" if above in tree.offices else area
        for name in {area, longer, tree.bureau_zh(code)}:
            if found.setdefault(name, code) != code:
                doubled.add(name)
    return {name: code for name, code in found.items() if name not in doubled}


def _listed(tree: OfficeTree) -> dict[str, str]:
    """Areas by code: those of the table, plain neighbours beyond it, and every province."""
    found = {code: office.area_zh for code, office in tree.offices.items()} | dict(tree.outside_names)
    for digits in range(11, 66):
        try:
            office = tree.get(f"{digits}0000")
        except UnknownOffice:
            continue
        found[office.code] = office.area_zh
    return found


def _changes(found: Iterable[Agreement], known: Iterable[Agreement]) -> Iterable[AgreementChange]:
    before = {one.agreement_no: one for one in known}
    for one in found:
        old = before.pop(one.agreement_no, None)
        if old is None:
            yield AgreementChange(AgreementChangeKind.ADDED, one.agreement_no)
            continue
        differing = tuple(name for name in COLUMNS if getattr(old, name) != getattr(one, name))
        kind = AgreementChangeKind.CHANGED if differing else AgreementChangeKind.UNCHANGED
        yield AgreementChange(kind, one.agreement_no, differing)
    for agreement_no in before:
        yield AgreementChange(AgreementChangeKind.NOT_IN_FILE, agreement_no)
