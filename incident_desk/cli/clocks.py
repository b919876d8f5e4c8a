"""``incident-desk clocks``: which legal clocks the facts of a case have started, and how they stand."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from incident_desk.cli import BadInput
from incident_desk.cli.json_files import read_json_object
from incident_desk.domain.china_time import local_minute
from incident_desk.domain.clocks.derivation import Clock, ClockState, derive_clocks, most_urgent_first
from incident_desk.domain.errors import DomainError
from incident_desk.domain.facts.case_facts import CaseFacts
from incident_desk.domain.facts.fact_reading import read_now
from incident_desk.domain.law.rulebook import Rulebook

STATES_ZH = {
    ClockState.RUNNING: "计时中",
    ClockState.WARNED: "临近时限",
    ClockState.OVERDUE: "超时限",
    ClockState.MET: "按时办结",
    ClockState.MET_LATE: "超时办结",
    ClockState.NOT_APPLICABLE: "不适用",
    ClockState.VOID: "失效",
    ClockState.NO_LIMIT: "及时（无固定时限）",
}


@click.command()
@click.option("--facts", "file", metavar="FILE", required=True, help="JSON file with the facts; - reads stdin.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def clocks(file: str, as_json: bool) -> None:
    """Legal clocks of a case: rule, who owes what to whom, legal and strict time, state."""
    document = read_json_object(file)
    try:
        now = read_now(document) or datetime.now(UTC)
        rules = Rulebook.shipped()
        facts = CaseFacts.from_json({**document, "now": now.isoformat()}, rules)
        found = most_urgent_first(derive_clocks(facts, rules, now=now), now)
    except DomainError as error:
        raise BadInput(str(error)) from None
    if as_json:
        click.echo(json.dumps({"clocks": [clock.to_json(now) for clock in found]}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n\n".join(_paragraph(clock, now) for clock in found))


def _paragraph(clock: Clock, now: datetime) -> str:
    state = clock.state(now)
    left = clock.seconds_left(now)
    lines = [
        f"{clock.rule_id:<4}{STATES_ZH[state]}{_left_zh(left)}  {clock.title_zh} / {clock.title}",
        f"    {clock.duty_holder} → {'、'.join(clock.recipients_zh) or '—'}",
        f"    {_time(clock.starts_at)} → {_time(clock.due_at)}  {clock.article}",
    ]
    if clock.strict_because:
        lines.append(f"    从严 {_time(clock.strict_due_at)}：{clock.strict_because}")
    missing = "、".join(name for code, name in clock.missing_recipients() if code != "public")
    if missing and state is not ClockState.NO_LIMIT:
        lines.append(f"    尚缺 {missing}")
    lines.extend(f"    · {reason.text_zh}" for reason in clock.because)
    return "\n".join(lines)


def _left_zh(seconds: int | None) -> str:
    if seconds is None:
        return ""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    span = f"{hours}小时{minutes}分" if hours else f"{minutes}分"
    return f" 剩余 {span}" if seconds >= 0 else f" {span}"


def _time(moment: datetime | None) -> str:
    return local_minute(moment) if moment else "—"
