"""The telephone exchange behind the wall of phones: takes messages, reports on them, carries answers back."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from incident_desk.notify.wall_book import API, PhoneMode, WallBook, WallMessage, WallMode
from incident_desk.notify.wall_courier import Courier

SENT_AFTER_S, DELIVERED_AFTER_S = 0.05, 0.25


class Exchange:
    """What happens to a message after the API took it.

    ``inbound_url`` is where answers go; empty: beside the address for receipts of the message that is answered.
    """

    def __init__(self, courier: Courier, inbound_url: str = "") -> None:
        self.book = WallBook()
        self.courier = courier
        self.inbound_url = inbound_url

    def take(self, message: WallMessage) -> None:
        """Take a message of the desk and let its receipts follow."""
        self.book.add(message)
        self.courier.later(SENT_AFTER_S, lambda: self._report(message, "sent"))
        if self.book.phone_mode(message.to) is PhoneMode.OFF:
            self.courier.later(DELIVERED_AFTER_S, lambda: self._report(message, "undelivered", 30003))
        else:
            self.courier.later(DELIVERED_AFTER_S, lambda: self._report(message, "delivered"))

    def answer(self, number: str, body: str) -> WallMessage | None:
        """Send a person's answer to the desk; ``None`` when that phone never got a message."""
        asked = self.book.last_to(number)
        if asked is None:
            return None
        answer = WallMessage(
            to=asked.sender, sender=number, body=body, account_sid=asked.account_sid, inbound=True, status="received"
        )
        url = self.inbound_url or _beside(asked.callback)
        answer.note = "" if url else "不知道服务台地址：消息未带回执地址"
        self.book.add(answer)
        if url:
            fields = {
                "MessageSid": answer.sid,
                "SmsSid": answer.sid,
                "SmsMessageSid": answer.sid,
                "SmsStatus": "received",
                "AccountSid": answer.account_sid,
                "ApiVersion": API,
                "From": answer.sender,
                "To": answer.to,
                "Body": answer.body,
                "NumMedia": "0",
                "NumSegments": "1",
            }
            self.courier.later(
                0.0,
                lambda: self.courier.post(
                    url,
                    fields,
                    asked.token,
                    lambda trouble: self.book.change(answer.sid, note=trouble or "已送达服务台"),
                ),
            )
        return answer

    def _report(self, message: WallMessage, status: str, error_code: int | None = None) -> None:
        self.book.change(message.sid, status=status, error_code=error_code)
        if not message.callback or self.book.mode is WallMode.NO_RECEIPTS:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": message.account_sid,
            "ApiVersion": API,
            "From": message.sender,
            "To": message.to,
        }
        if error_code is not None:
            fields["ErrorCode"] = str(error_code)
        self.courier.post(message.callback, fields, message.token, lambda trouble: self._note(message, trouble))

    def _note(self, message: WallMessage, trouble: str) -> None:
        if trouble:
            self.book.change(message.sid, note=f"回执未送达：{trouble}")


def _beside(callback: str) -> str:
    """The address for answers: ``inbound`` in the place of the last part of the address for receipts."""
    parts = urlsplit(callback)
    if not parts.netloc:
        return ""
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rpartition("/")[0] + "/inbound", "", ""))
