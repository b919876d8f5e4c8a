"""What changed between two texts of a report: Chinese by the character, words and numbers whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from incident_desk.domain.reports.report_fields import report_fields
from incident_desk.domain.reports.report_wording import TITLE
from incident_desk.domain.reports.reporting import ReportDraft

_WORD = re.compile(r"[A-Za-z]+|\d+(?:[.:,]\d+)*[%％]?|\s+|.", re.DOTALL)


class TextChange(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that shares one fate."""

    change: TextChange
    text: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field of two reports. ``pieces`` read in order give both texts."""

    field: str
    label_zh: str
    label_en: str
    pieces: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return any(piece.change is not TextChange.SAME for piece in self.pieces)


def pieces_of(before: str, after: str) -> tuple[Piece, ...]:
    """How *after* came from *before*: what went stands before what came in its place."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces: list[Piece] = []
    for act, from_, to, since, until in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if act == "equal":
            pieces.append(Piece(TextChange.SAME, "".join(old[from_:to])))
            continue
        pieces += _piece(TextChange.REMOVED, old[from_:to]) + _piece(TextChange.ADDED, new[since:until])
    return tuple(pieces)


def _piece(change: TextChange, words: Sequence[str]) -> list[Piece]:
    return [Piece(change, "".join(words))] if words else []


def differences(before: ReportDraft, after: ReportDraft) -> tuple[FieldDifference, ...]:
    """Every field that either draft has, the title first, then in the order of the matrix."""
    old = {line.field: line.text for line in before.lines}
    new = {line.field: line.text for line in after.lines}
    found = [FieldDifference(TITLE, "标题", "Title", pieces_of(before.title, after.title))]
    for row in report_fields():
        if row.field in old or row.field in new:
            pieces = pieces_of(old.get(row.field, ""), new.get(row.field, ""))
            found.append(FieldDifference(row.field, row.label_zh, row.label_en, pieces))
    return tuple(found)
