"""A text to begin a release with: what the case knows, and named blanks for what a person decides."""

from __future__ import annotations

import string
from datetime import datetime, timedelta
from functools import cache

from incident_desk.domain.china_time import zh_time, zh_time_with_year
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.reporting import VERIFYING, IntakeLine, ReportValues
from incident_desk.extensions import db
from incident_desk.paths import templates_dir
from incident_desk.services import scope
from incident_desk.services.reports import report_values

BLANK = "［填写］"


def suggestion(actor: Actor, case_no: str, *, issue: int, now: datetime) -> str:
    """The draft of release number *issue*. No plate, name or number of a person, no reckoned arrival stands in it.

    Raises:
        NotFound: not this actor's to see.
    """
    incident = scope.incident(actor, case_no)
    values, _rests_on = report_values.values_of(
        db.session(), incident, office=incident.office_code, actor=actor, now=now, sequence=issue
    )
    return _template().substitute(
        mark="【演练】" if incident.is_exercise else "",
        title=f"关于{values.region}{_what(values)}突发环境事件的情况通报",
        issue=str(issue),
        occurred=values.occurred or f"（事发时间{VERIFYING}）",
        place=values.place or f"（地点{VERIFYING}）",
        happened=f"发生{values.cause or ''}{_what(values)}突发环境事件",
        issuer=values.reporter_unit or BLANK,
        measures="［填写已采取的措施］",
        pollutant="、".join(values.substances) or f"正在{'监测' if values.is_water else '核实'}",
        range=f"{values.medium}［填写受影响和未受影响的范围］" if values.medium else BLANK,
        intakes="；".join(_supply(line) for line in values.intakes) or BLANK,
        people=values.casualties or VERIFYING,
        next=f"{zh_time(promise(now))}前",
        date=zh_time_with_year(now),
    )


def promise(now: datetime) -> datetime:
    """When the next word is due by the office's own target for continuing disclosure, to the full hour."""
    rule = next(rule for rule in Rulebook.shipped().deadlines if rule.rule_id == "D5")
    at = now + timedelta(minutes=rule.preset_minutes or 1440)
    return at.replace(minute=0, second=0, microsecond=0)


def _what(values: ReportValues) -> str:
    return f"涉{'、'.join(values.substances)}" if values.substances else ""


def _supply(line: IntakeLine) -> str:
    return f"{line.name}{line.state_zh()}"


@cache
def _template() -> string.Template:
    return string.Template((templates_dir() / "documents" / "release.txt").read_text("utf-8").strip())
