"""From draft to proof of receipt: who checked, who signed and how, whom it reached.

In an emergency a signature is enough, without seal and document number (鄂环办〔2021〕31号); a signature by
telephone needs a second hearer and is confirmed later. What is missing is named; nothing here holds a report back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.law.legal_codes import Recipient


class SignState(StrEnum):
    """How far a report has come; each state is an act of a person."""

    DRAFTED = "drafted"
    CHECKED = "checked"
    SIGNED = "signed"
    SENT = "sent"


class SignManner(StrEnum):
    """How the leader signed."""

    FINGER = "finger"
    PAGE_PHOTO = "page_photo"
    BY_TELEPHONE = "by_telephone"


class DeliveryChannel(StrEnum):
    """How a report reached one recipient (by telephone, in writing, or as the night does it, by WeChat)."""

    PHONE = "phone"
    FAX = "fax"
    NETWORK = "network"
    MAIL = "mail"
    IN_PERSON = "in_person"
    WECHAT = "wechat"


class SignGap(StrEnum):
    """What a signed report still lacks; shown and listed, never a barrier."""

    NOT_SIGNED = "not_signed"
    OTHER_VERSION_SIGNED = "other_version_signed"
    TELEPHONE_NOT_CONFIRMED = "telephone_not_confirmed"
    SIGNATORY_NOT_LISTED = "signatory_not_listed"
    NOT_CHECKED = "not_checked"
    CHECK_NOT_CONFIRMED = "check_not_confirmed"
    DRAFT_NOT_CONFIRMED = "draft_not_confirmed"


class SignatureImageMissing(DomainError):
    """Signed by finger or on paper, but nothing shows it."""

    code = "signature_image_missing"
    message_id = N_("The signature cannot be seen: draw it again, or photograph the signed page.")


class SecondHearerMissing(DomainError):
    """A signature by telephone that one person alone heard."""

    code = "second_hearer_missing"
    message_id = N_(
        "A signature by telephone needs a second person who heard it, other than the one who writes it down."
    )


class SignedBeforeDrafted(DomainError):
    """A time of signature that cannot be."""

    code = "signed_before_drafted"
    message_id = N_("The signature is dated before the report was drafted. Check the time.")


@dataclass(frozen=True, slots=True)
class Signature:
    """One act of signing; it covers the draft with ``digest`` and no other.

    ``is_listed`` is whether the office knew the signatory as one who signs for it; another is warned of, not refused.
    """

    manner: SignManner
    signatory: str
    at: datetime
    recorded_by: str
    digest: str
    image_sha256: str | None = None
    second_hearer: str | None = None
    confirmed_at: datetime | None = None
    confirmed_by: str | None = None
    is_listed: bool = True

    def is_confirmed(self) -> bool:
        """Whether it stands by itself; by telephone only after the signatory confirmed it."""
        return self.manner is not SignManner.BY_TELEPHONE or self.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who has answered for one draft. ``seal_no`` and ``document_no`` may stay empty for ever (signed only)."""

    drafted_at: datetime
    digest: str
    checked_by: str | None = None
    checked_at: datetime | None = None
    signature: Signature | None = None
    seal_no: str | None = None
    document_no: str | None = None
    check_open: bool = False
    draft_open: bool = False
    """Checked, or drafted, by word of mouth that nobody has confirmed yet."""

    def state(self, deliveries: Iterable[Delivery] = ()) -> SignState:
        """The furthest state reached; a report that was sent is sent, signed or not."""
        if any(True for _ in deliveries):
            return SignState.SENT
        if self.signature is not None and self.signature.digest == self.digest:
            return SignState.SIGNED
        return SignState.CHECKED if self.checked_at is not None else SignState.DRAFTED

    def is_signed_only(self) -> bool:
        """Signed without seal and document number: legal in an emergency."""
        return self.signature is not None and not self.seal_no and not self.document_no

    def gaps(self) -> tuple[SignGap, ...]:
        """What is missing, in the order in which it should be mended."""
        gaps: list[SignGap] = []
        if self.signature is None:
            gaps.append(SignGap.NOT_SIGNED)
        elif self.signature.digest != self.digest:
            gaps.append(SignGap.OTHER_VERSION_SIGNED)
        elif not self.signature.is_confirmed():
            gaps.append(SignGap.TELEPHONE_NOT_CONFIRMED)
        if self.signature is not None and not self.signature.is_listed:
            gaps.append(SignGap.SIGNATORY_NOT_LISTED)
        if self.checked_at is None:
            gaps.append(SignGap.NOT_CHECKED)
        elif self.check_open:
            gaps.append(SignGap.CHECK_NOT_CONFIRMED)
        if self.draft_open:
            gaps.append(SignGap.DRAFT_NOT_CONFIRMED)
        return tuple(gaps)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One report at one addressee, named by its code. ``proof`` is the receipt's text, number or digest."""

    recipient: str
    channel: DeliveryChannel
    at: datetime
    sent_by: str
    receiver_name: str | None = None
    proof: str | None = None
    received_at: datetime | None = None

    def has_proof(self) -> bool:
        """By telephone: who took it. In writing: a receipt, or who confirmed it by name and when."""
        if self.channel in (DeliveryChannel.PHONE, DeliveryChannel.IN_PERSON):
            return bool((self.receiver_name or "").strip())
        return bool((self.proof or "").strip()) or bool((self.receiver_name or "").strip() and self.received_at)


def check_signature(signature: Signature, sign_off: SignOff) -> Signature:
    """*signature* if it can stand for the draft of *sign_off*.

    Raises:
        SignatureImageMissing: by finger or page without its image.
        SecondHearerMissing: by telephone without a second hearer, or with one who is the writer or the signatory.
        SignedBeforeDrafted: dated before the draft.
    """
    if signature.at < sign_off.drafted_at:
        raise SignedBeforeDrafted(field="signed_at")
    if signature.manner is SignManner.BY_TELEPHONE:
        hearer = (signature.second_hearer or "").strip()
        if not hearer or hearer in (signature.recorded_by, signature.signatory):
            raise SecondHearerMissing(field="second_hearer")
    elif not signature.image_sha256:
        raise SignatureImageMissing(field="signature")
    return signature


def unreached(
    recipients: Iterable[str], deliveries: Iterable[Delivery], *, level_up_is_province: bool = False
) -> tuple[str, ...]:
    """The recipients without a proven delivery, in the order given.

    With *level_up_is_province* the level up *is* the province, and the two are one recipient.
    """
    reached = set(_first_proofs(deliveries, level_up_is_province))
    wanted = dict.fromkeys(_merged(recipient, level_up_is_province) for recipient in recipients)
    return tuple(recipient for recipient in wanted if recipient not in reached)


def is_reached(
    recipients: Iterable[str], deliveries: Iterable[Delivery], *, level_up_is_province: bool = False
) -> bool:
    """Whether every recipient was reached with proof; false without recipients."""
    wanted = tuple(recipients)
    return bool(wanted) and not unreached(wanted, deliveries, level_up_is_province=level_up_is_province)


def reached_at(
    recipients: Iterable[str], deliveries: Iterable[Delivery], *, level_up_is_province: bool = False
) -> datetime | None:
    """When the last of the recipients was first reached with proof; None while one is missing."""
    proofs = _first_proofs(deliveries, level_up_is_province)
    wanted = {_merged(recipient, level_up_is_province) for recipient in recipients}
    if not wanted or not wanted <= set(proofs):
        return None
    return max(proofs[recipient] for recipient in wanted)


def _merged(recipient: str, level_up_is_province: bool) -> str:
    return Recipient.PROVINCE if level_up_is_province and recipient == Recipient.LEVEL_UP else recipient


def _first_proofs(deliveries: Iterable[Delivery], level_up_is_province: bool) -> dict[str, datetime]:
    """When each recipient was first reached with proof; the act counts, not the receipt that came later."""
    proofs: dict[str, datetime] = {}
    for delivery in deliveries:
        if delivery.has_proof():
            recipient = _merged(delivery.recipient, level_up_is_province)
            proofs[recipient] = min(delivery.at, proofs.get(recipient, delivery.at))
    return proofs
