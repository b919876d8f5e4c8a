"""An officer's own words in a report: they stand in place of what the case gave, in the document and in what is read.

The words are kept as typed. What a person words does not become a fact; a fact that is wrong is corrected on the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.reports.report_fields import report_fields
from incident_desk.domain.reports.reporting import (
    VERIFYING,
    IntakeLine,
    ReportDraft,
    ReportLine,
    ReportTask,
    ReportValues,
    StatedAmount,
    printable,
)

TITLE = "title"
NOT_WORDED = frozenset({"report_no", "learned", "signatory", "photos", "sketch_map", "secret_items"})
"""Given by the house, by the case or by an act of its own: numbering, learning, signing, attaching."""

LONGEST_TEXT = 2000
EXERCISE_MARK = "【演练】"

_PLAIN = frozenset(
    {
        *("occurred", "place", "region", "coordinates", "info_source", "grade_line", "grade_basis", "nature", "medium"),
        *("cause", "course", "pollution_range", "monitoring", "casualties", "trend", "measures_taken", "progress"),
        *("measures_planned", "advice", "losses", "social_effect", "remaining_problems", "accountability"),
        *("reporter_unit", "contact", "contact_phone"),
    }
)


class TextTooLong(DomainError):
    """One field of a report that nobody will read."""

    code = "report_text_too_long"
    message_id = N_("This text has %(length)s characters; a field of a report takes %(most)s. Shorten it.")


class FieldNotWorded(DomainError):
    """A field that is not written by hand."""

    code = "field_not_worded"
    message_id = N_("This field is not written by hand: correct the case, sign, or attach instead.")


@dataclass(frozen=True, slots=True)
class WordedIntake(IntakeLine):
    """What an officer wrote of the intakes, in place of the lines made from facts."""

    words: str = ""

    def state_zh(self) -> str:
        """The words alone; they say for themselves what is drawn and since when."""
        return self.words

    def text_zh(self) -> str:
        """The words alone."""
        return self.words


def worded_fields() -> tuple[str, ...]:
    """Every field that an officer may word, in the order of a report; the title first."""
    return (TITLE, *(row.field for row in report_fields() if row.field not in NOT_WORDED))


def clean_texts(typed: Mapping[str, str], automatic: ReportDraft) -> dict[str, str]:
    """The texts of *typed* that say something of their own beside the *automatic* draft.

    An emptied field goes back to what the case gives.

    Raises:
        FieldNotWorded, TextTooLong: what to change is in the message.
    """
    known = frozenset(worded_fields())
    given = {line.field: line.text if line.known else "" for line in automatic.lines} | {TITLE: automatic.title}
    kept: dict[str, str] = {}
    for field, text in typed.items():
        if field not in known:
            raise FieldNotWorded(field=field)
        own = text.replace("\r\n", "\n").strip()
        if len(own) > LONGEST_TEXT:
            raise TextTooLong(field=field, length=len(own), most=LONGEST_TEXT)
        if own and own != given.get(field, ""):
            kept[field] = own
    return kept


def worded_draft(draft: ReportDraft, texts: Mapping[str, str]) -> ReportDraft:
    """*draft* with an officer's words in their lines; a line that they complete leaves no task.

    A field that this kind of report has no line for gets one, so that nothing written is lost.
    """
    rows = {row.field: row for row in report_fields()}
    order = list(rows)
    lines = {line.field: line for line in draft.lines}
    for field, text in texts.items():
        said = printable(text).strip()
        if field in rows and field not in NOT_WORDED and said:
            lines[field] = ReportLine(field, rows[field].section_zh, rows[field].label_zh, said, known=True)
    settled = {field for field, text in texts.items() if text.strip() and VERIFYING not in text}
    tasks: tuple[ReportTask, ...] = tuple(task for task in draft.tasks if task.field not in settled)
    return replace(
        draft,
        title=_title(draft, texts.get(TITLE, "")),
        lines=tuple(sorted(lines.values(), key=lambda line: order.index(line.field))),
        tasks=tasks,
    )


def worded_values(values: ReportValues, texts: Mapping[str, str]) -> ReportValues:
    """*values* with the same words, for what is read aloud and pasted. Arrivals stay the model's."""
    said = {field: text for field, text in texts.items() if text.strip()}
    changed: dict[str, object] = {field: text for field, text in said.items() if field in _PLAIN}
    if "pollutants" in said:
        changed["substances"] = (said["pollutants"],)
    if "amounts" in said:
        changed["amounts"] = (StatedAmount("", said["amounts"]),)
    if "triggers" in said:
        changed["triggers"] = (said["triggers"],)
    if "intakes" in said:
        changed["intakes"] = (WordedIntake(name="", words=said["intakes"]),)
    return replace(values, **changed)  # type: ignore[arg-type]


def _title(draft: ReportDraft, text: str) -> str:
    own = printable(text).replace("\n", " ").strip()
    if not own:
        return draft.title
    return own if not draft.exercise or EXERCISE_MARK in own else f"{EXERCISE_MARK}{own}"


def printable_line(text: str) -> str:
    """*text* as one line that can be printed, without the full stop at its end."""
    return " ".join(printable(text).split()).rstrip("。；;")
