"""To whom a report goes: who is still missing on the open clocks of the reporting office, each by its full name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from incident_desk.domain.china_time import china_date
from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.law.legal_codes import MetBy, Recipient, ReportForm
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.offices import MINISTRY
from incident_desk.domain.permissions import Actor
from incident_desk.models import Incident
from incident_desk.services import scope
from incident_desk.services.law import clocks
from incident_desk.services.law.clocks import CaseClock

FIRST_REPORT_RULES = frozenset({"R1", "R2", "R3", "R4", "R5", "R10", "L1", "L2"})
"""Rules that a report upward serves. Departments beside us (R11) are told by their own act, not held up by it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The office that reports and the recipients that its open clocks lack; *rule_ids* are those clocks' rules."""

    office: str
    recipients: tuple[Recipient, ...]
    rule_ids: tuple[str, ...]


def wanted(
    actor: Actor, case_no: str, *, form: ReportForm, rule_id: str | None = None, office: str | None = None
) -> Wanted:
    """Which office reports by *form*, and to whom: what its open clocks lack, else whom its clocks name at all.

    An office above may report for one below: *office* where it is given and below the actor's, else the actor's own
    if one of its clocks is open, else the office with the most urgent open clock below it.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    lines = [line for line in clocks.clocks_of(actor, case_no) if _is_met_by_report(line.clock, form)]
    named = [line for line in lines if rule_id is None or line.clock.rule_id == rule_id] or lines
    reporting = _office(actor, incident, named, office)
    own = [line.clock for line in lines if line.clock.office == reporting and line.clock.is_live]
    open_clocks = [clock for clock in own if not clock.is_closed]
    codes = [code for clock in open_clocks for code in clock.missing] or [
        code for clock in own for code in clock.recipients
    ]
    recipients = same_body(reporting, _known(codes)) or _of_rule(incident, reporting)
    return Wanted(reporting, recipients, tuple(dict.fromkeys(clock.rule_id for clock in open_clocks)))


def missing_of(clocks_known: Iterable[Clock], office: str, form: ReportForm) -> tuple[Recipient, ...]:
    """Recipients that open clocks of *office* lack and a report by *form* would reach."""
    codes = [
        code
        for clock in clocks_known
        if clock.office == office and not clock.is_closed and _is_met_by_report(clock, form)
        for code in clock.missing
    ]
    return same_body(office, _known(codes))


def name_zh(office: str, recipient: Recipient) -> str:
    """The body that *recipient* is for *office*: ``十堰市人民政府``, ``湖北省生态环境厅``."""
    offices = Rulebook.shipped().offices
    place = offices.get(office)
    names = {
        Recipient.OWN_GOVERNMENT: offices.government_zh(office),
        Recipient.LEVEL_UP: offices.bureau_zh(place.parent_code),
        Recipient.PROVINCE: offices.bureau_zh(place.province_code),
        Recipient.MINISTRY: offices.bureau_zh(MINISTRY),
        Recipient.PEER_DEPARTMENTS: "同级有关部门",
        Recipient.PROVINCIAL_DUTY_ROOM: "省委、省政府总值班室",
    }
    return names[recipient]


def choices(office: str) -> tuple[tuple[Recipient, str], ...]:
    """Every recipient that *office* may choose with its name, one code a body, itself left out."""
    return tuple((recipient, name) for name, recipient in _codes(office).items())


def same_body(office: str, recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """*recipients* with one code a body, always the same: where one level up is the province, ``province``."""
    codes = _codes(office)
    chosen = {codes.get(name_zh(office, recipient)) for recipient in recipients}
    return tuple(recipient for recipient in Recipient if recipient in chosen)


def _codes(office: str) -> dict[str, Recipient]:
    """The one code of each body that *office* may report to, by its name."""
    bodies = {name_zh(office, recipient): recipient for recipient in Recipient}
    bodies.pop(Rulebook.shipped().offices.bureau_zh(office), None)
    return bodies


def is_province(office: str, recipient: Recipient) -> bool:
    """Whether *recipient* of a report of *office* is the provincial department."""
    place = Rulebook.shipped().offices.get(office)
    by_code = recipient is Recipient.PROVINCE or (recipient is Recipient.LEVEL_UP and place.reports_to_province)
    return by_code and office != place.province_code


def _office(actor: Actor, incident: Incident, lines: list[CaseClock], office: str | None) -> str:
    prefix = scope.code_prefix(actor.office)
    part_of = {incident.office_code, *(row.office_code for row in incident.offices)}
    if office is not None and office in part_of and office.startswith(prefix):
        return office
    urgent = [line.clock.office for line in lines if not line.clock.is_closed and line.clock.office.startswith(prefix)]
    if actor.office in urgent or (actor.office in part_of and not urgent):
        return actor.office
    if urgent:
        return urgent[0]
    return incident.office_code if incident.office_code.startswith(prefix) else actor.office


def _is_met_by_report(clock: Clock, form: ReportForm) -> bool:
    if clock.rule_id not in FIRST_REPORT_RULES:
        return False
    met_by = next((rule.met_by for rule in Rulebook.shipped().deadlines if rule.rule_id == clock.rule_id), None)
    return met_by is MetBy.REPORT or (met_by is MetBy.WRITTEN_REPORT and form is ReportForm.WRITTEN)


def _known(codes: Iterable[str]) -> tuple[Recipient, ...]:
    wanted_codes = set(codes)
    return tuple(recipient for recipient in Recipient if recipient.value in wanted_codes)


def _of_rule(incident: Incident, office: str) -> tuple[Recipient, ...]:
    """Whom the first report of an office without clocks goes to: the milder rule's recipients."""
    rules = Rulebook.shipped().in_force_on(china_date(incident.learned_at))
    return same_body(office, _known(rules["R1"].recipients))
