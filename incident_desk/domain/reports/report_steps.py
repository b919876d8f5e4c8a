"""Drafting and checking (拟稿、审核) as acts of a named person: on the screen, by word of mouth, or on paper.

By word of mouth needs a second hearer and is confirmed later, as signing by telephone does; on paper needs the
photograph. The last of the three steps, signing (签发), is in ``sign_off``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.china_time import zh_time_with_year
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.reports.reporting import ReportDraft, ReportLine
from incident_desk.domain.reports.sign_off import SecondHearerMissing, Signature, SignedBeforeDrafted, SignManner


class ReportStep(StrEnum):
    """The steps before signing."""

    DRAFT = "draft"
    CHECK = "check"


class ReportStepManner(StrEnum):
    """How a step was done."""

    ON_SCREEN = "on_screen"
    BY_TELEPHONE = "by_telephone"
    PAGE_PHOTO = "page_photo"


class PagePhotoMissing(DomainError):
    """On paper, but nothing shows the paper."""

    code = "page_photo_missing"
    message_id = N_("Photograph the page that was written or signed by hand.")


class StepNameMissing(DomainError):
    """Nobody is named."""

    code = "step_name_missing"
    message_id = N_("Say who drafted or checked it.")


@dataclass(frozen=True, slots=True)
class StepAct:
    """One person answering for one version of a draft, which ``digest`` names."""

    step: ReportStep
    manner: ReportStepManner
    name: str
    at: datetime
    recorded_by: str
    digest: str
    image_sha256: str | None = None
    second_hearer: str | None = None
    confirmed_at: datetime | None = None

    def is_confirmed(self) -> bool:
        """Whether it stands by itself; by word of mouth only after that person confirmed it."""
        return self.manner is not ReportStepManner.BY_TELEPHONE or self.confirmed_at is not None


def check_step(act: StepAct, *, drafted_at: datetime) -> StepAct:
    """*act* if it can stand for a draft made at *drafted_at*.

    Raises:
        StepNameMissing: nobody is named.
        SecondHearerMissing: by word of mouth without a second hearer, or with one of the two who spoke.
        PagePhotoMissing: on paper without its photograph.
        SignedBeforeDrafted: a check dated before the draft; a draft may have been written by hand before.
    """
    if not act.name.strip():
        raise StepNameMissing(field="name")
    if act.step is ReportStep.CHECK and act.at < drafted_at:
        raise SignedBeforeDrafted(field="step_at")
    if act.manner is ReportStepManner.BY_TELEPHONE:
        hearer = (act.second_hearer or "").strip()
        if not hearer or hearer in (act.recorded_by, act.name):
            raise SecondHearerMissing(field="step_hearer")
    elif act.manner is ReportStepManner.PAGE_PHOTO and not act.image_sha256:
        raise PagePhotoMissing(field="step_page")
    return act


def standing_check(acts: Iterable[StepAct], digest: str) -> StepAct | None:
    """The newest check of the version that *digest* names; a check of an earlier version says nothing of this one."""
    return next((act for act in reversed(tuple(acts)) if act.step is ReportStep.CHECK and act.digest == digest), None)


def signed_lines(draft: ReportDraft, signature: Signature | None) -> tuple[ReportLine, ...]:
    """The lines as they are read once the report is signed: the line of the signatory names who signed.

    The draft itself stays as it was read and signed, so that its digest is the one that the signature covers: a name
    that only signing brings cannot stand in the text that is signed.
    """
    if signature is None or signature.digest != draft.digest():
        return draft.lines
    said = f"{signature.signatory}（{MANNER_ZH[signature.manner]}，{zh_time_with_year(signature.at)}）"
    return tuple(replace(line, text=said, known=True) if line.field == "signatory" else line for line in draft.lines)


MANNER_ZH = {
    SignManner.FINGER: "手写签名", SignManner.PAGE_PHOTO: "签字页照片", SignManner.BY_TELEPHONE: "电话签发",
}  # fmt: skip
"""How a report was signed, as documents say it."""
