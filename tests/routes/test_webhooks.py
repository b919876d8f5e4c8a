"""What vendors send: believed only when signed, harmless when doubled, never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from incident_desk.extensions import db
from incident_desk.models import CalloutMember, OutboxMessage
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.wall_courier import sign
from incident_desk.services.messages.post_office import RECEIPTS, channel_settings
from incident_desk.settings import Settings
from tests.routes.callouts import Called, answer_of, called, exercise_no, pool

__all__ = ["called", "exercise_no", "pool"]

INBOUND = "/webhooks/messages/inbound"
BASE = "http://127.0.0.1:8080"


def token_of(app: Any) -> str:
    return channel_settings(app.extensions["settings"], app.config["SECRET_KEY"]).phones_token


def post(
    app: Any, path: str, fields: dict[str, str], *, token: str | None = None, signed_url: str | None = None
) -> Any:
    """A callback as the wall makes it; *signed_url* signs another address than the one that is asked."""
    signature = sign(signed_url or BASE + path, fields, token_of(app) if token is None else token)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return app.test_client().post(path, data=urlencode(fields), headers=headers, base_url="http://127.0.0.1:8080")


def receipt_path(called: Called) -> str:
    return f"{RECEIPTS}?{urlencode({'key': called.key})}"


def state(app: Any, called: Called) -> str:
    with app.app_context():
        member = db.session.get_one(CalloutMember, called.member_id)
        return db.session.get_one(OutboxMessage, member.outbox_id).state


DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered"}


def test_a_signed_receipt_is_taken(app: Any, called: Called) -> None:
    answer = post(app, receipt_path(called), DELIVERED)
    assert (answer.status_code, answer.data) == (204, b"")
    assert state(app, called) == "delivered"


def test_a_doubled_and_an_older_receipt_change_nothing(app: Any, called: Called) -> None:
    for status in ("delivered", "delivered", "sent", "failed"):
        assert post(app, receipt_path(called), {**DELIVERED, "MessageStatus": status}).status_code == 204
    assert state(app, called) == "delivered"


def test_a_wrong_signature_gets_403_and_silence(app: Any, called: Called) -> None:
    answer = post(app, receipt_path(called), DELIVERED, token="another token")
    assert (answer.status_code, answer.data) == (403, b"")
    assert state(app, called) == "promised"


def test_a_signature_for_another_message_does_not_count(app: Any, called: Called) -> None:
    other = BASE + f"{RECEIPTS}?key={quote('X1|callout_request|callout-1|expert-1|1')}"
    assert post(app, receipt_path(called), DELIVERED, signed_url=other).status_code == 403


def test_an_empty_signature_does_not_count(app: Any, called: Called) -> None:
    assert app.test_client().post(receipt_path(called), data=DELIVERED).status_code == 403


def test_a_receipt_about_nothing_of_ours_is_404(app: Any, called: Called) -> None:
    assert post(app, f"{RECEIPTS}?key=unknown", DELIVERED).status_code == 404


def test_a_receipt_without_its_fields_is_400(app: Any, called: Called) -> None:
    assert post(app, receipt_path(called), {"MessageSid": "SM1"}).status_code == 400


def _text(called: Called, body: str, sid: str = "SM9") -> dict[str, str]:
    return {"MessageSid": sid, "From": called.phone, "To": "+8610000009999", "Body": body}


def test_a_signed_text_is_an_answer(app: Any, called: Called) -> None:
    assert post(app, INBOUND, _text(called, "来,40分钟")).status_code == 204
    answer, arrives_at = answer_of(app, called)
    assert answer == "arriving_at"
    assert arrives_at is not None


def test_a_text_with_a_wrong_signature_is_no_answer(app: Any, called: Called) -> None:
    answer = post(app, INBOUND, _text(called, "1"), token="another token")
    assert (answer.status_code, answer.data) == (403, b"")
    assert answer_of(app, called) == (None, None)


def test_a_changed_text_breaks_the_signature(app: Any, called: Called) -> None:
    said = _text(called, "2")
    signature = sign(BASE + INBOUND, said, token_of(app))
    changed = app.test_client().post(
        INBOUND, data={**said, "Body": "1"}, headers={"X-Twilio-Signature": signature}, base_url=BASE
    )
    assert changed.status_code == 403


def test_a_strangers_text_is_taken_without_a_word(app: Any, called: Called) -> None:
    said = {**_text(called, "1"), "From": "+8610000008888"}
    assert post(app, INBOUND, said).status_code == 204
    assert answer_of(app, called) == (None, None)


@pytest.fixture
def wall() -> Iterator[PhoneWall]:
    running = PhoneWall().start()
    yield running
    running.close()


def test_the_wall_signs_with_the_token_the_desk_signed_in_with(app: Any, called: Called, wall: PhoneWall) -> None:
    """The desk's own sign-in makes the wall's signature: what comes back is believed without any shared setting."""
    from dataclasses import replace

    from incident_desk.services.messages import delivery, post_office
    from tests.routes.callouts import now

    settings: Settings = replace(app.extensions["settings"], phones_url=wall.url)
    app.extensions["post_office"] = post_office.PostOffice(settings, app.config["SECRET_KEY"])
    with app.app_context():
        delivery.tick(now(), wall=now())
    message = wall.book.last_to(called.phone)
    assert message is not None
    assert message.token == token_of(app)
    assert message.callback == BASE + receipt_path(called)


def test_under_a_public_address_the_signature_is_over_that_address(app: Any, called: Called) -> None:
    from dataclasses import replace

    from incident_desk.services.messages import post_office

    settings = replace(app.extensions["settings"], public_url="https://desk.example.org")
    app.extensions["post_office"] = post_office.PostOffice(settings, app.config["SECRET_KEY"])
    path = receipt_path(called)
    assert post(app, path, DELIVERED).status_code == 403
    assert post(app, path, DELIVERED, signed_url="https://desk.example.org" + path).status_code == 204


@pytest.mark.parametrize("name", ["MessageSid", "From", "To"])
def test_a_callback_with_an_endless_field_is_refused(app: Any, name: str) -> None:
    fields = {"MessageSid": "SM9", "From": "+8610000000001", "To": "+8610000009999", "Body": "1"} | {name: "9" * 65}
    for _ in range(2):
        assert post(app, INBOUND, fields).status_code == 400


def test_a_giant_callback_is_refused_before_it_is_read(app: Any) -> None:
    assert post(app, INBOUND, {"Body": "x" * 70_000}).status_code == 413
    assert post(app, INBOUND, {f"f{number}": "" for number in range(4_000)}).status_code == 413
