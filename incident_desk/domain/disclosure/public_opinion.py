"""Public opinion 舆情: what is said or asked about an incident, where, and what the desk answers (口径)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError


class OpinionKind(StrEnum):
    """What it is."""

    RUMOUR = "rumour"
    QUESTION = "question"
    COMPLAINT = "complaint"
    REPORT = "media_report"


class OpinionSource(StrEnum):
    """Where it was seen."""

    WECHAT = "wechat"
    WEIBO = "weibo"
    SHORT_VIDEO = "short_video"
    FORUM = "forum"
    NEWS = "news"
    HOTLINE = "hotline"
    ON_SITE = "on_site"
    OTHER = "other"


class OpinionTextMissing(DomainError):
    """A matter without words."""

    code = "opinion_text_missing"
    message_id = N_("Write in a few words what is being said or asked.")


class AnsweredBeforeSeen(DomainError):
    """An answer before the question."""

    code = "answered_before_seen"
    message_id = N_("The answer is dated before the matter was seen. Check both times.")


class AnsweredWhereMissing(DomainError):
    """An answer that nobody can find."""

    code = "answered_where_missing"
    message_id = N_("Say where it was answered: the account, site or occasion.")


def subject_of(number: int, subject: str) -> str:
    """How a matter is called in facts and clocks: its number in the case, then its words."""
    return f"{number}号 {subject}"


def check_answer(*, seen_at: datetime, answered_at: datetime, where: str) -> None:
    """Whether an answer can be one.

    Raises:
        AnsweredBeforeSeen, AnsweredWhereMissing.
    """
    if answered_at < seen_at:
        raise AnsweredBeforeSeen(field="answered_at")
    if not where.strip():
        raise AnsweredWhereMissing(field="answered_where")
