"""``incident-desk rules``: are the rule tables sound, what do they say, and what would another table change."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click

from incident_desk import paths
from incident_desk.cli import BadInput, Failure
from incident_desk.domain.china_time import local_minute
from incident_desk.domain.clocks.clock_values import Clock
from incident_desk.domain.errors import DomainError
from incident_desk.domain.law.deadline_tables import read_deadline_table
from incident_desk.domain.law.rule_tables import RuleTableFault
from incident_desk.domain.law.rule_words import limit_zh
from incident_desk.domain.law.rulebook import DeadlineRule, Provenance, Rulebook


@click.group()
def rules() -> None:
    """Rule tables: check them, print them, compare one with what is in force."""


@rules.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--rules-dir", "folder", metavar="DIR", default=None, help="Folder of rule tables; default: those shipped."
)
@click.pass_context
def check(ctx: click.Context, as_json: bool, folder: str | None) -> None:
    """Read every table strictly; exit 1 with what is wrong."""
    faults: list[dict[str, str]] = []
    checked: dict[str, int] = {}
    try:
        book = Rulebook.load(Path(folder) if folder else paths.rules_dir())
        checked = _counts(book)
    except RuleTableFault as fault:
        where = f"{fault.params['table']}, {fault.params['entry']}"
        faults.append({"where": where, "what": str(fault.params["what"])})
    if as_json:
        answer = {"ok": not faults, "checked": checked, "faults": faults}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        ctx.exit(1 if faults else 0)
    for found in faults:
        raise Failure(f"{found['where']}: {found['what']}")
    click.echo("规则表完好 / rule tables are sound: " + ", ".join(f"{name} {n}" for name, n in checked.items()))


def _counts(book: Rulebook) -> dict[str, int]:
    return {
        "deadlines": len(book.deadlines),
        "planned": len(book.planned),
        "criteria": len(book.criteria),
        "triggers": len(book.triggers),
        "offices": len(book.offices.offices),
        "without_reviewer": sum(not rule.provenance.reviewed_by for rule in book.deadlines),
    }


@rules.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def sheet(as_json: bool) -> None:
    """Every rule on one sheet: limit, article, in force from and to, reviewer, evidence."""
    try:
        book = Rulebook.shipped()
    except DomainError as error:
        raise Failure(str(error)) from None
    if as_json:
        click.echo(json.dumps(_document(book), ensure_ascii=False, indent=2))
        return
    for rule in book.deadlines:
        click.echo(f"{rule.rule_id:<4}{rule.title_zh} / {rule.title}\n    {limit_zh(rule)}；{rule.applies_to_zh}")
        click.echo(f"    办结：{rule.satisfied_by_zh}\n    {_source_zh(rule.provenance)}")
    click.echo("\n第四条情形和赶赴现场情形")
    for trigger in book.triggers.values():
        click.echo(f"{trigger.code:<4}{trigger.name_zh}\n    {_source_zh(trigger.provenance)}")
    click.echo("\n分级标准")
    for row in book.criteria:
        subject = f"{row.metric} ≥ {row.at_least:g} {row.unit}" if row.at_least is not None else row.condition
        word = "" if row.is_certain else "（仅为可能）"
        click.echo(f"{row.grade:<4}{row.number} {row.text_zh}{word}  [{subject}]\n    {_source_zh(row.provenance)}")
    click.echo("\n已收录、尚未计时")
    for planned in book.planned.values():
        click.echo(
            f"{planned.rule_id:<4}{planned.title_zh}（{planned.limit}）\n    {planned.basis}；{planned.evidence}"
        )


def _source_zh(provenance: Provenance) -> str:
    validity = provenance.validity
    until = f"至{validity.ends_on}" if validity.ends_on else "起施行"
    reviewer = provenance.reviewed_by or "未经律师审核"
    successor = f"；已由{provenance.successor}取代" if provenance.successor else ""
    return f"{provenance.article}；{validity.starts_on}{until}；{reviewer}；{provenance.evidence}{successor}"


def _provenance_json(provenance: Provenance) -> dict[str, object]:
    validity = provenance.validity
    return {
        "instrument": provenance.instrument,
        "article": provenance.article,
        "in_force_from": validity.starts_on.isoformat(),
        "in_force_to": validity.ends_on.isoformat() if validity.ends_on else None,
        "reviewed_by": provenance.reviewed_by,
        "evidence": provenance.evidence,
        "successor": provenance.successor,
    }


def _document(book: Rulebook) -> dict[str, object]:
    return {
        "deadlines": [
            {
                "id": rule.rule_id,
                "family": rule.family,
                "title": rule.title,
                "title_zh": rule.title_zh,
                "limit_zh": limit_zh(rule),
                "applies_to_zh": rule.applies_to_zh,
                "satisfied_by_zh": rule.satisfied_by_zh,
                **_provenance_json(rule.provenance),
            }
            for rule in book.deadlines
        ],
        "triggers": [
            {"id": t.code, "title": t.name_en, "title_zh": t.name_zh, **_provenance_json(t.provenance)}
            for t in book.triggers.values()
        ],
        "criteria": [
            {
                "grade": row.grade,
                "criterion": row.number,
                "metric": row.metric or None,
                "condition": row.condition or None,
                "at_least": row.at_least,
                "below": row.below,
                "unit": row.unit or None,
                "certain": row.is_certain,
                "text_zh": row.text_zh,
                **_provenance_json(row.provenance),
            }
            for row in book.criteria
        ],
        "planned": [
            {"id": p.rule_id, "family": p.family, "title": p.title_en, "title_zh": p.title_zh, "limit": p.limit}
            for p in book.planned.values()
        ],
    }


@rules.command()
@click.argument("file", metavar="FILE")
@click.option("--cases", is_flag=True, help="Name the open cases of this installation that the change would touch.")
def diff(file: str, cases: bool) -> None:
    """What the deadline table FILE (TOML) would add, take away or change against the rules that ship."""
    try:
        table = tuple(read_deadline_table(Path(file)))
        candidate = {(r.rule_id, r.provenance.validity.starts_on): r for r in table}
        shipped = {(r.rule_id, r.provenance.validity.starts_on): r for r in Rulebook.shipped().deadlines}
    except DomainError as error:
        raise BadInput(str(error)) from None
    named = {rule_id for rule_id, _ in candidate}
    for key in sorted(candidate.keys() | {k for k in shipped if k[0] in named}):
        name = f"{key[0]} ({key[1]})"
        if key not in shipped:
            click.echo(f"+ {name} {candidate[key].title_zh}：{limit_zh(candidate[key])}")
        elif key not in candidate:
            click.echo(f"- {name} {shipped[key].title_zh}：{limit_zh(shipped[key])}")
        else:
            for line in _changes(shipped[key], candidate[key]):
                click.echo(f"~ {name} {line}")
    if cases:
        _say_cases(table)


def _say_cases(table: tuple[DeadlineRule, ...]) -> None:
    """The open cases that *table* would touch; loads the desk, which the rest of this command does without."""
    apps, changes, office_time = (
        import_module(f"incident_desk.{name}")
        for name in ("cli.apps", "services.law.rule_changes", "services.office_time")
    )
    with apps.desk():
        book = changes.with_table(Rulebook.shipped(), table)
        found = changes.touched(book, now=office_time.office_now())
        click.echo(f"\n涉及在办事件{len(found)}起 / open cases touched: {len(found)}")
        for case in found:
            click.echo(f"{case.case_no} {case.title}")
            for one in case.clocks:
                click.echo(
                    f"    {one.office} {one.rule_id} {one.title_zh}: {_limit(one.stands)} → {_limit(one.would_be)}"
                )


def _limit(clock: Clock | None) -> str:
    if clock is None:
        return "—"
    return "无固定时限" if clock.due_at is None else local_minute(clock.due_at)


def _changes(old: DeadlineRule, new: DeadlineRule) -> list[str]:
    pairs = [
        (f.name, getattr(old, f.name), getattr(new, f.name)) for f in fields(DeadlineRule) if f.name != "provenance"
    ]
    pairs += [
        (f.name, getattr(old.provenance, f.name), getattr(new.provenance, f.name))
        for f in fields(Provenance)
        if f.name != "validity"
    ]
    pairs.append(("in_force_to", old.provenance.validity.ends_on, new.provenance.validity.ends_on))
    return [f"{name}: {_shown(before)} → {_shown(after)}" for name, before, after in pairs if before != after]


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(item) for item in value)) or "—"
    return "—" if value in ("", None, ()) else str(value)
