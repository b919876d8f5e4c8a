"""The Chinese catalogue has no gap, and neither have the notes of the rule tables."""

from __future__ import annotations

import ast
from pathlib import Path

from incident_desk.domain.law.rulebook import Rulebook
from tools.catalogue import KEYWORDS, gaps, load


def test_every_message_has_its_chinese() -> None:
    assert gaps(load()) == []


def test_every_note_of_the_rule_tables_has_its_chinese() -> None:
    rules, catalogue = Rulebook.shipped(), load()
    notes = {rule.provenance.evidence for rule in (*rules.deadlines, *rules.triggers.values())}
    notes |= {planned.limit for planned in rules.planned.values()}
    assert {note for note in notes if not (found := catalogue.get(note)) or not found.string} == set()


def test_no_message_hides_inside_a_formatted_string() -> None:
    """The catalogue's extraction does not look there, so such a message would stay English without a gap."""
    hidden = [
        f"{path}:{call.lineno}"
        for path in Path("incident_desk").rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert hidden == []
