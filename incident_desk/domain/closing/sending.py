"""The package on its way to the province, and the receipt that makes the case archived."""

from __future__ import annotations

from incident_desk.domain.errors import N_, DomainError

RECIPIENT_ZH = "省生态环境厅应急和信访处"
"""Source: 鄂环办〔2021〕31号: summary, assessment report and arranged archives go there in time."""

LIMITS = {"to_name": 100, "how": 100}
RECEIPT_LIMITS = {"receiver_name": 60, "receipt_no": 100}


class RecipientMissing(DomainError):
    """Sent to nobody."""

    code = "archive_recipient_missing"
    message_id = N_("Write to whom the package was sent.")


class ReceiverMissing(DomainError):
    """A receipt of nobody."""

    code = "archive_receiver_missing"
    message_id = N_("Write who received it.")


class ReceivedAlready(DomainError):
    """A receipt twice."""

    code = "archive_received_already"
    status = 409
    message_id = N_("The receipt is on record already.")


class ReceivedBeforeSent(DomainError):
    """A receipt before the sending."""

    code = "archive_received_before_sent"
    message_id = N_("The receipt lies before the sending. Check both times.")
