"""Handing over the desk (交接班): the open threads as they were listed, frozen with a digest.

A thread is computed from the record at signing, never typed: a handover cannot hide one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

TAKE_WITHIN = timedelta(minutes=15)
"""How long the giver's signature waits for the taker's from their own session."""


class ThreadKind(StrEnum):
    """What is still open, in the order of the list."""

    CLOCK = "clock"
    FIRST_CALL = "first_call"
    QUESTION = "question"
    RECEIPT = "receipt"
    INSTRUCTION = "instruction"
    TASK = "task"


class HandoverState(StrEnum):
    """Where a handover stands."""

    WAITING = "waiting"
    SIGNED = "signed"
    LAPSED = "lapsed"


class TakerManner(StrEnum):
    """How the taker signed."""

    SAME_SCREEN = "same_screen"
    OWN_SESSION = "own_session"


@dataclass(frozen=True, slots=True)
class OpenThread:
    """One open point of one case. ``key`` is its identity; words in both languages; ``due_at`` where there is one."""

    kind: ThreadKind
    case_no: str
    key: str
    zh: str
    en: str
    due_at: datetime | None = None

    def to_json(self) -> dict[str, str]:
        """As the snapshot keeps it."""
        due = {"due_at": self.due_at.isoformat()} if self.due_at else {}
        return {"kind": self.kind.value, "case_no": self.case_no, "key": self.key, "zh": self.zh, "en": self.en, **due}

    @classmethod
    def from_json(cls, said: Mapping[str, str]) -> OpenThread:
        """Back from a snapshot."""
        due = datetime.fromisoformat(said["due_at"]) if said.get("due_at") else None
        return cls(ThreadKind(said["kind"]), said["case_no"], said["key"], said["zh"], said["en"], due)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was listed: when the giver signed, and when the taker did."""

    given: tuple[OpenThread, ...]
    taken: tuple[OpenThread, ...]

    @property
    def new(self) -> frozenset[str]:
        """Keys of threads that came up between the two signatures."""
        return frozenset(one.key for one in self.taken) - {one.key for one in self.given}

    @property
    def gone(self) -> tuple[OpenThread, ...]:
        """Threads that were settled between the two signatures."""
        left = {one.key for one in self.taken}
        return tuple(one for one in self.given if one.key not in left)


def ordered(threads: Iterable[OpenThread]) -> tuple[OpenThread, ...]:
    """Threads by kind, then by due time, then by case: the same threads always make the same list."""
    kinds = list(ThreadKind)
    return tuple(
        sorted(
            threads,
            key=lambda one: (
                kinds.index(one.kind), one.due_at is None, one.due_at.timestamp() if one.due_at else 0.0, one.case_no,
                one.key,
            ),
        )
    )  # fmt: skip


def snapshot(threads: Sequence[OpenThread]) -> list[dict[str, str]]:
    """The list as it is frozen."""
    return [one.to_json() for one in threads]


def threads_of(frozen: Iterable[Mapping[str, str]]) -> tuple[OpenThread, ...]:
    """The list back from its snapshot."""
    return tuple(OpenThread.from_json(one) for one in frozen)


def digest(document: Any) -> str:
    """SHA-256 of the canonical JSON of *document*."""
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def digest_of(threads: Sequence[OpenThread]) -> str:
    """What a signature on this list is about."""
    return digest(snapshot(threads))
