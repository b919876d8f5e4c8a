"""To whom a report goes, one code a body: a recipient of the rules, or one department of the same level.

A department's code is ``peer_departments.water``; every other code is a ``Recipient``. R11 asks for every department
by itself (逐个部门通报), so each has its own delivery and its own proof. Tables: ``peer_departments.csv`` and
``report_recipients.csv``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from incident_desk.domain.law.legal_codes import Grade, Recipient
from incident_desk.domain.offices import Office, OfficeLevel
from incident_desk.domain.tables import read_table
from incident_desk.paths import rules_dir

COLUMNS = (
    "code", "name_en", "province_zh", "prefecture_zh", "county_zh", "applies_to", "source", "evidence", "reviewed_by",
)  # fmt: skip
MORE_COLUMNS = ("recipient", "level", "grades", "undetermined", "source", "evidence", "reviewed_by")
_PEERS = f"{Recipient.PEER_DEPARTMENTS.value}."
_NAMES = {
    OfficeLevel.PROVINCE: "province_zh", OfficeLevel.PREFECTURE: "prefecture_zh",
    OfficeLevel.PROVINCE_ADMINISTERED: "prefecture_zh", OfficeLevel.COUNTY: "county_zh",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PeerDepartment:
    """A department of the same level; ``names_zh`` is what it is called there, by level of office."""

    code: str
    name_en: str
    names_zh: dict[OfficeLevel, str]
    only_water: bool

    @property
    def addressee(self) -> str:
        """Its code as an addressee."""
        return f"{_PEERS}{self.code}"

    def name_zh(self, office: Office) -> str:
        """``十堰市水利和湖泊局``."""
        return f"{office.area_zh}{self.names_zh[office.level]}"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recipient that no clock names and that a report of one level still begins with."""

    recipient: Recipient
    level: OfficeLevel
    grades: frozenset[Grade]
    when_undetermined: bool


@cache
def peer_departments() -> tuple[PeerDepartment, ...]:
    """The departments of the table, in the order in which they are told.

    Raises:
        ValueError: other columns, a row without source, a code twice.
    """
    path = rules_dir() / "peer_departments.csv"
    rows = read_table(path, COLUMNS)
    if len({row["code"] for row in rows}) != len(rows) or not all(row["source"] for row in rows):
        raise ValueError(f"{path.name}: every department stands there once, with its source")
    return tuple(
        PeerDepartment(
            row["code"],
            row["name_en"],
            {level: row[column] for level, column in _NAMES.items()},
            {"water": True, "all": False}[row["applies_to"]],
        )
        for row in rows
    )


@cache
def suggestions() -> tuple[Suggestion, ...]:
    """The table of recipients beside those of the clocks.

    Raises:
        ValueError: other columns, an unknown code, a row without source.
    """
    path = rules_dir() / "report_recipients.csv"
    rows = read_table(path, MORE_COLUMNS)
    if not all(row["source"] for row in rows):
        raise ValueError(f"{path.name}: a row has no source")
    return tuple(
        Suggestion(
            Recipient(row["recipient"]),
            OfficeLevel(row["level"]),
            frozenset(Grade(grade) for grade in row["grades"].split(";") if grade),
            row["undetermined"] == "article_4",
        )
        for row in rows
    )


def suggested(office: Office, grade: Grade | None, *, is_sensitive: bool) -> tuple[Recipient, ...]:
    """Whom a first report of *office* begins with beside the clocks' recipients.

    *is_sensitive*: a circumstance of 令17号 第四条 is known.
    """
    return tuple(
        one.recipient
        for one in suggestions()
        if one.level is office.level
        and (grade in one.grades if grade is not None else one.when_undetermined and is_sensitive)
    )


def department_of(addressee: str) -> PeerDepartment | None:
    """The department behind an addressee's code; None for a recipient of the rules, or a code that none has."""
    return next((one for one in peer_departments() if one.addressee == addressee), None)


def rule_code(addressee: str) -> str:
    """The recipient that the rules know it as: a department is one of ``peer_departments``."""
    return Recipient.PEER_DEPARTMENTS.value if addressee.startswith(_PEERS) else addressee


def is_department(addressee: str) -> bool:
    """Whether the code names one department."""
    return addressee.startswith(_PEERS)


def required_departments(*, is_water: bool) -> tuple[str, ...]:
    """The departments that R11 wants told, as addressees."""
    return tuple(one.addressee for one in peer_departments() if is_water or not one.only_water)


def all_addressees() -> tuple[str, ...]:
    """Every code there is, in the order of the hierarchy; ``peer_departments`` itself is spelled out."""
    codes: list[str] = []
    for recipient in Recipient:
        if recipient is Recipient.PEER_DEPARTMENTS:
            codes += [one.addressee for one in peer_departments()]
        else:
            codes.append(recipient.value)
    return tuple(codes)


def in_order(codes: Iterable[str]) -> tuple[str, ...]:
    """*codes* once each, in the order of the hierarchy; codes of no table behind them."""
    wanted = dict.fromkeys(str(code) for code in codes)
    known = [code for code in (*all_addressees(), Recipient.PEER_DEPARTMENTS.value) if code in wanted]
    return (*known, *(code for code in wanted if code not in known))
