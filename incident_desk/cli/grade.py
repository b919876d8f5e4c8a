"""``incident-desk grade``: which grade the known figures and conditions of a case propose, and why."""

from __future__ import annotations

import json

import click

from incident_desk.cli import BadInput
from incident_desk.cli.json_files import read_json_object
from incident_desk.domain.errors import DomainError
from incident_desk.domain.law.grading import Finding, GradeProposal, propose
from incident_desk.domain.law.rulebook import Rulebook


@click.command()
@click.option(
    "--facts",
    "file",
    required=True,
    help="JSON file with figures and conditions; - reads stdin.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def grade(file: str, as_json: bool) -> None:
    """Proposed grade of an incident 事件分级; a person's first judgement decides."""
    document = read_json_object(file)
    try:
        proposal = propose(document, Rulebook.shipped())
    except DomainError as error:
        raise BadInput(str(error)) from None
    if as_json:
        click.echo(json.dumps(proposal.to_json(), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        click.echo(_table(proposal))


def _table(proposal: GradeProposal) -> str:
    lines = [_headline(proposal)]
    lines += [f"  符合 {_line(finding)}" for finding in proposal.criteria]
    lines += [f"  可能 {_line(finding)}" for finding in proposal.possible]
    if proposal.missing:
        lines.append(f"  未知 {'、'.join(proposal.missing)}")
    return "\n".join(lines)


def _headline(proposal: GradeProposal) -> str:
    if proposal.grade is None:
        return "级别未判明，至少一般（IV级） / undetermined, at least IV"
    word = f"{proposal.grade.zh}（{proposal.grade}级） / grade {proposal.grade}"
    if proposal.is_determined:
        return f"建议认定为{word}"
    return f"级别未判明，至少{word}, undetermined"


def _line(finding: Finding) -> str:
    subject = finding.criterion.metric or finding.criterion.condition
    value = f" = {finding.to_json()['value']}" if finding.criterion.metric else ""
    return f"{finding.grade:<4}{finding.text_zh}  [{subject}{value}]"
