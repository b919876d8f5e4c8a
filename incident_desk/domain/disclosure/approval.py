"""The way of a release before it goes out: 拟稿 → 数据核对 → 指挥部审核 → 宣传部门发布, each step by name and time.

The office sets the chain; a step counts only for the version it was taken for, so that a change after clearing sends
the text back. By telephone a step needs a second hearer, on paper the photograph of the signed page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError

TITLE_LIMIT, HOLDER_LIMIT, MOST_STEPS = 20, 40, 8


class StepKind(StrEnum):
    """What a step of the chain is: draft 拟稿, check 核对, clear 审核, publish 发布."""

    DRAFT = "draft"
    CHECK = "check"
    CLEAR = "clear"
    PUBLISH = "publish"


class StepManner(StrEnum):
    """How a person took a step."""

    AT_DESK = "at_desk"
    BY_TELEPHONE = "by_telephone"
    PAGE_PHOTO = "page_photo"


class StepOutcome(StrEnum):
    """What a person said."""

    PASSED = "passed"
    SENT_BACK = "sent_back"


class DraftState(StrEnum):
    """How far a text has come."""

    IN_CHAIN = "in_chain"
    SENT_BACK = "sent_back"
    CLEARED = "cleared"
    RELEASED = "released"
    DROPPED = "dropped"


class ChainWrong(DomainError):
    """A chain that would let a text out unread."""

    code = "chain_wrong"
    message_id = N_(
        "A chain begins with drafting, ends with publishing, has at least one step that clears, and at most 8 steps."
    )


class StepTitleMissing(DomainError):
    """A step without a name, or two of one name."""

    code = "step_title_missing"
    message_id = N_("Give every step a name of its own, at most 20 characters.")


class StepPersonMissing(DomainError):
    """Nobody is named."""

    code = "step_person_missing"
    message_id = N_("Say who took this step.")


class StepHearerMissing(DomainError):
    """A word by telephone that one person alone heard."""

    code = "step_hearer_missing"
    message_id = N_(
        "A word by telephone needs a second person who heard it, other than whoever spoke or writes it down."
    )


class SpokenByItsRecorder(DomainError):
    """Whoever writes a word down telephoned with nobody."""

    code = "spoken_by_its_recorder"
    message_id = N_("You cannot have heard yourself by telephone. Name who spoke, or take the step at the desk.")


class StepPageMissing(DomainError):
    """A signed page that nothing shows."""

    code = "step_page_missing"
    message_id = N_("Add the photograph of the signed page.")


class ClearedByItsWriter(DomainError):
    """One person alone would let the text out."""

    code = "cleared_by_its_writer"
    message_id = N_("Whoever wrote the text does not clear it. Have another person clear it, by telephone if need be.")


class StepBeforeText(DomainError):
    """A step dated before the words that it is about."""

    code = "step_before_text"
    message_id = N_("This step is dated before the text was written. Check the time.")


class ReasonMissing(DomainError):
    """Something is undone or overruled without a word."""

    code = "reason_missing"
    message_id = N_("Say why.")


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step: ``title`` and ``holder`` (whose step it is) in the office's own words."""

    kind: StepKind
    title: str
    holder: str

    def to_json(self) -> dict[str, str]:
        """Plain values; ``read_chain`` gives the same back."""
        return {"kind": self.kind.value, "title": self.title, "holder": self.holder}


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One word of a person about one version; ``step`` is its place in the chain, from 0."""

    step: int
    version: int
    outcome: StepOutcome
    person: str
    manner: StepManner
    at: datetime
    second_hearer: str = ""
    page_sha256: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChainStanding:
    """Where a version stands: which steps are taken, which is next, what sent it back."""

    taken: Mapping[int, StepTaken]
    next_step: int
    sent_back: StepTaken | None
    is_cleared: bool


Chain = tuple[ChainStep, ...]

DEFAULT_CHAIN: Chain = (
    ChainStep(StepKind.DRAFT, "拟稿", "值班室"),
    ChainStep(StepKind.CHECK, "数据核对", "生态环境部门"),
    ChainStep(StepKind.CLEAR, "指挥部审核", "应急指挥部"),
    ChainStep(StepKind.PUBLISH, "宣传部门发布", "宣传部门"),
)


def read_chain(rows: Iterable[Mapping[str, object]]) -> Chain:
    """The chain of *rows* with ``kind``, ``title`` and ``holder``.

    Raises:
        ChainWrong: an order that cannot be, no step that clears, or too many.
        StepTitleMissing: a step without name, or two of one name.
    """
    steps = tuple(_step(row) for row in rows)
    titles = [step.title for step in steps]
    if any(not 1 <= len(title) <= TITLE_LIMIT for title in titles) or len(set(titles)) != len(titles):
        raise StepTitleMissing(field="title")
    middle = [step.kind for step in steps[1:-1]]
    ends = [step.kind for step in (*steps[:1], *steps[-1:])]
    is_ordered = ends == [StepKind.DRAFT, StepKind.PUBLISH] and set(middle) <= {StepKind.CHECK, StepKind.CLEAR}
    if not is_ordered or StepKind.CLEAR not in middle or len(steps) > MOST_STEPS:
        raise ChainWrong(field="steps")
    return steps


def _step(row: Mapping[str, object]) -> ChainStep:
    kind = str(row.get("kind", ""))
    if kind not in set(StepKind):
        raise ChainWrong(field="steps")
    title, holder = (str(row.get(key) or "").strip() for key in ("title", "holder"))
    return ChainStep(StepKind(kind), title, holder[:HOLDER_LIMIT])


def standing(chain: Chain, taken: Sequence[StepTaken], version: int) -> ChainStanding:
    """Where *version* stands after the words *taken*, oldest first; what was sent back begins anew."""
    of_version = [word for word in taken if word.version == version]
    returns = [at for at, word in enumerate(of_version) if word.outcome is StepOutcome.SENT_BACK]
    since = returns[-1] + 1 if returns else 0
    passed = {word.step: word for word in of_version[since:]}
    following = next((at for at in range(1, len(chain)) if at not in passed), len(chain))
    sent_back = of_version[returns[-1]] if returns and not passed else None
    is_cleared = following >= len(chain) - 1
    return ChainStanding(passed, following, sent_back, is_cleared)


def check_word(word: StepTaken, step: ChainStep, *, writer: str, recorder: str, written_at: datetime) -> None:
    """Whether *word* can stand for *step*; sending back needs a name and a time only.

    Raises:
        StepPersonMissing, StepHearerMissing, SpokenByItsRecorder, StepPageMissing, ClearedByItsWriter, StepBeforeText.
    """
    if not word.person.strip():
        raise StepPersonMissing(field="person")
    if word.at < written_at:
        raise StepBeforeText(field="at")
    if word.outcome is StepOutcome.SENT_BACK:
        return
    if word.manner is StepManner.BY_TELEPHONE:
        if word.person == recorder:
            raise SpokenByItsRecorder(field="person")
        hearer = word.second_hearer.strip()
        if not hearer or hearer in (word.person, recorder):
            raise StepHearerMissing(field="second_hearer")
    if word.manner is StepManner.PAGE_PHOTO and not word.page_sha256:
        raise StepPageMissing(field="page")
    if step.kind is StepKind.CLEAR and word.person == writer:
        raise ClearedByItsWriter(field="person")
