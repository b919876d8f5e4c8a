"""Messages to try channels with."""

from __future__ import annotations

from incident_desk.domain.messages import MessageKind, message_key, reference_of
from incident_desk.notify.channel import OutgoingMessage

PHONE = "+8610000000007"


def some_message(
    recipient: str = "e7",
    *,
    to: str = PHONE,
    exercise: bool = True,
    callback: str = "",
    case_no: str = "X420300-2026-1",
) -> OutgoingMessage:
    key = message_key(case_no, MessageKind.CALLOUT_REQUEST, "callout:1", recipient)
    mark = "【演练】" if exercise else ""
    return OutgoingMessage(
        key=key,
        to=to,
        body=f"{mark}请您参加应急处置（{reference_of(key)}）",
        kind=MessageKind.CALLOUT_REQUEST,
        exercise=exercise,
        status_callback=callback,
    )
