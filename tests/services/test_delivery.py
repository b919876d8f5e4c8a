"""Sending: once each, through restarts and silence; real messages only to a vendor, exercises only to the wall."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident_desk.domain.errors import NotFound
from incident_desk.extensions import db
from incident_desk.models import OutboxMessage
from incident_desk.notify import twilio_channel
from incident_desk.notify.callbacks import Receipt
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.wall_book import PhoneMode, WallMode
from incident_desk.services.messages import delivery, post_office, receipts
from incident_desk.settings import Settings
from tests.conftest import NOW
from tests.notify.phones_fixture import desk, eventually, wall
from tests.services.wire import PHONE, WALL_CLOCK, bodies, change, deliver, journal_kinds, promise, some_case, stored

__all__ = ["desk", "wall"]

pytestmark = pytest.mark.usefixtures("app_context")

VENDOR = {"vendor_account": "AC" + "1" * 32, "vendor_token": "t1", "vendor_sender": "+8613900000000"}
SECOND = {"vendor2_account": "AC" + "2" * 32, "vendor2_token": "t2", "vendor2_sender": "+8613900000001"}
MOBILE = "+8613800138000"


@pytest.fixture
def settings(home: Any, database: str, wall: PhoneWall) -> Settings:
    return Settings(home=home, database_url=database, secret_key="a key for tests only", phones_url=wall.url)


@pytest.fixture
def second_wall() -> Iterator[PhoneWall]:
    running = PhoneWall().start()
    yield running
    running.close()


@pytest.fixture
def real_vendors(app: Any, wall: PhoneWall, second_wall: PhoneWall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two vendors for real messages, each a wall on loopback, impatient so that the tests are."""
    monkeypatch.setattr("incident_desk.notify.transport.READ_S", 0.3)
    settings = replace(app.extensions["settings"], vendor_api=wall.url, vendor2_api=second_wall.url, **VENDOR, **SECOND)
    app.extensions["post_office"] = post_office.PostOffice(settings, "a key for tests only")


def _receive(message: OutboxMessage, status: str, *, exercise: bool = True, code: str = "") -> OutboxMessage:
    receipt = Receipt(message.vendor_id or "SM1", status, message.key, code)
    return receipts.receive(receipt, is_exercise=exercise, now=NOW + timedelta(seconds=30))


# --- the plain way ------------------------------------------------------------------------------------


def test_a_promised_message_is_handed_over_once_and_journalled(wall: PhoneWall) -> None:
    message = promise(some_case())
    assert deliver() == 1
    assert deliver(1) == 0
    row = stored(message)
    assert (row.state, row.vendor, row.leased_by) == ("handed_over", "phones", None)
    assert bodies(wall) == [message.body]
    assert journal_kinds() == ["message.handed_over"]


def test_nothing_is_sent_before_its_time(wall: PhoneWall) -> None:
    promise(some_case(), not_before=NOW + timedelta(minutes=1))
    assert deliver(59) == 0
    assert deliver(61) == 1


def test_eighty_messages_leave_in_one_tick_each_once(wall: PhoneWall) -> None:
    incident = some_case()
    numbers = [f"+861000000{n:04d}" for n in range(80)]
    for n, number in enumerate(numbers):
        promise(incident, f"expert-{n}", to=number)
    assert deliver() == 80
    assert [len(bodies(wall, number)) for number in numbers] == [1] * 80


def test_two_workers_send_each_message_once(app: Any, wall: PhoneWall) -> None:
    incident = some_case()
    numbers = [f"+861000000{n:04d}" for n in range(40)]
    for n, number in enumerate(numbers):
        promise(incident, f"expert-{n}", to=number)
    tried: list[int] = []

    def work() -> None:
        with app.app_context():
            tried.append(delivery.tick(NOW, wall=WALL_CLOCK))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(tried) == 40
    assert [len(bodies(wall, number)) for number in numbers] == [1] * 40
    assert journal_kinds() == ["message.handed_over"] * 40


# --- a worker dies ------------------------------------------------------------------------------------


def _die_holding(message: OutboxMessage) -> None:
    """What stands in the database after a worker was killed while it held *message*."""
    change(message, state="claimed", leased_by="dead", leased_until=WALL_CLOCK + timedelta(seconds=30), attempts=1)


def test_a_message_of_a_dead_worker_waits_for_its_lease(wall: PhoneWall) -> None:
    message = promise(some_case())
    _die_holding(message)
    assert deliver(29) == 0
    assert deliver(31) == 1
    assert stored(message).state == "handed_over"


def test_killed_between_claim_and_vendor_it_is_sent_later(wall: PhoneWall) -> None:
    message = promise(some_case())
    _die_holding(message)
    deliver(31)
    assert len(bodies(wall)) == 1


def test_killed_between_vendor_and_mark_it_is_found_and_not_sent_again(wall: PhoneWall) -> None:
    message = promise(some_case())
    deliver()
    known = stored(message).vendor_id
    _die_holding(message)
    change(message, handed_over_at=None, vendor_id=None)
    deliver(31)
    assert len(bodies(wall)) == 1
    assert stored(message).vendor_id == known


def test_a_lease_runs_in_real_time_whatever_the_office_clock_says(wall: PhoneWall) -> None:
    message = promise(some_case())
    _die_holding(message)
    assert deliver(86_400, wall_after_s=5) == 0


def test_a_worker_that_comes_back_late_does_not_undo_what_another_did(app: Any, wall: PhoneWall) -> None:
    message = promise(some_case())
    wall.book.behave(WallMode.SLOW, 0.5)
    slow = threading.Thread(target=_tick_in, args=(app,))
    slow.start()
    assert eventually(lambda: stored(message).state == "claimed")
    change(message, state="delivered", leased_by=None, handed_over_at=NOW, delivered_at=NOW, vendor_id="SMelse")
    slow.join()
    assert stored(message).state == "delivered"


def _tick_in(app: Any) -> None:
    with app.app_context():
        delivery.tick(NOW, wall=WALL_CLOCK)


# --- trouble at the vendor -----------------------------------------------------------------------------


def test_a_busy_vendor_is_tried_again_after_five_fifteen_and_fortyfive_seconds(wall: PhoneWall) -> None:
    message = promise(some_case())
    wall.book.behave(WallMode.BUSY)
    tries = [deliver(second) for second in (0, 3, 6, 18, 22, 60, 70)]
    assert tries == [1, 0, 1, 0, 1, 0, 1]
    assert stored(message).state == "failed"
    assert journal_kinds() == ["message.failed"]
    assert bodies(wall) == []


def test_an_answer_that_was_lost_leads_to_a_look_and_no_double(wall: PhoneWall) -> None:
    message = promise(some_case())
    wall.book.behave(WallMode.ANSWER_LOST)
    deliver()
    assert stored(message).state == "uncertain"
    wall.book.behave(WallMode.NORMAL)
    deliver(6)
    assert stored(message).state == "handed_over"
    assert len(bodies(wall)) == 1


def test_once_uncertain_a_message_is_always_looked_for_before_it_is_sent(wall: PhoneWall) -> None:
    message = promise(some_case())
    wall.book.behave(WallMode.ANSWER_LOST)
    deliver()
    wall.book.behave(WallMode.BUSY)
    change(message, to_number="+8610000000008")  # the look finds nothing there, the hand-over is put off
    deliver(6)
    assert stored(message).state == "promised"
    change(message, to_number=PHONE)
    wall.book.behave(WallMode.NORMAL)
    deliver(25)
    assert len(bodies(wall)) == 1


def test_a_number_that_does_not_exist_is_refused_at_once(wall: PhoneWall) -> None:
    message = promise(some_case())
    wall.book.set_phone(PHONE, PhoneMode.NO_SUCH)
    deliver()
    assert stored(message).state == "refused"
    assert "21211" in (stored(message).failure or "")


@pytest.mark.parametrize("number", ["no number", "", "110"])
def test_a_row_that_makes_no_message_is_refused_and_holds_up_nothing(number: str, wall: PhoneWall) -> None:
    incident = some_case()
    broken = promise(incident, "expert-1", to=number)
    good = promise(incident, "expert-2")
    deliver()
    assert stored(broken).state == "refused"
    assert stored(good).state == "handed_over"


# --- two vendors, and none -------------------------------------------------------------------------------


@pytest.mark.usefixtures("real_vendors")
def test_when_a_vendor_falls_silent_everything_goes_through_the_second(wall: PhoneWall, second_wall: PhoneWall) -> None:
    incident = some_case(exercise=False)
    numbers = [f"+8613800138{n:03d}" for n in range(40)]
    for n, number in enumerate(numbers):
        promise(incident, f"expert-{n}", to=number)
    wall.book.behave(WallMode.SILENT)
    deliver()
    through = sum(len(bodies(second_wall, number)) for number in numbers)
    assert through >= 40 - delivery.HANDS - 3  # those in the air when it fell silent, and no others, hang
    deliver(6)  # the few that hang are looked for once, in vain
    deliver(7)
    assert [len(bodies(second_wall, number)) for number in numbers] == [1] * 40
    assert {row.state for row in db.session.scalars(select(OutboxMessage))} == {"handed_over"}


@pytest.mark.usefixtures("real_vendors")
def test_a_real_message_goes_to_the_first_vendor(wall: PhoneWall, second_wall: PhoneWall) -> None:
    promise(some_case(exercise=False), to=MOBILE)
    deliver()
    assert (len(bodies(wall, MOBILE)), len(bodies(second_wall, MOBILE))) == (1, 0)


def test_without_a_vendor_real_messages_wait_and_exercises_go(wall: PhoneWall) -> None:
    real = promise(some_case(exercise=False), to=MOBILE)
    deliver()
    assert stored(real).state == "promised"
    assert not delivery.has_way_out(False)
    assert delivery.has_way_out(True)


@pytest.mark.usefixtures("real_vendors")
def test_no_message_of_an_exercise_reaches_a_vendor(
    app: Any, second_wall: PhoneWall, wall: PhoneWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(twilio_channel.TwilioChannel, "send", lambda *_a, **_k: asked.append("sent"))
    incident = some_case()
    for n in range(3):
        promise(incident, f"expert-{n}", to=f"+86138001380{n:02d}")
    deliver()
    assert asked == []
    assert bodies(second_wall, "+8613800138000") == []
    assert {m.account_sid for m in wall.book.messages()} == {"AC" + "0" * 32}


def test_an_exercise_with_an_address_beyond_this_machine_sends_nothing(app: Any) -> None:
    settings = replace(app.extensions["settings"], phones_url="http://192.0.2.1:8090")
    app.extensions["post_office"] = post_office.PostOffice(settings, "a key for tests only")
    message = promise(some_case())
    assert deliver() == 0
    assert stored(message).state == "promised"


# --- receipts --------------------------------------------------------------------------------------------


def test_a_receipt_proves_delivery_once(wall: PhoneWall) -> None:
    message = promise(some_case())
    deliver()
    for _ in range(2):
        _receive(stored(message), "delivered")
    assert stored(message).state == "delivered"
    assert journal_kinds() == ["message.handed_over", "message.delivered"]


def test_a_late_receipt_does_not_take_delivery_back(wall: PhoneWall) -> None:
    message = promise(some_case())
    deliver()
    for status in ("delivered", "sent", "undelivered", "queued"):
        _receive(stored(message), status)
    assert stored(message).state == "delivered"


def test_a_receipt_that_overtakes_the_mark_settles_the_message(wall: PhoneWall) -> None:
    message = promise(some_case())
    _die_holding(message)
    _receive(message, "sent")
    assert stored(message).state == "handed_over"
    assert deliver(31) == 0
    assert journal_kinds() == ["message.handed_over"]


def test_a_phone_that_is_off_is_a_failure_with_its_code(wall: PhoneWall) -> None:
    message = promise(some_case())
    deliver()
    _receive(stored(message), "undelivered", code="30003")
    assert (stored(message).state, stored(message).failure) == ("failed", "undelivered 30003")
    assert journal_kinds()[-1] == "message.failed"


def test_a_receipt_for_nothing_of_ours_is_not_found(wall: PhoneWall) -> None:
    with pytest.raises(NotFound):
        receipts.receive(Receipt("SM404", "delivered"), is_exercise=True, now=NOW)


def test_the_wall_cannot_report_on_a_real_message(wall: PhoneWall) -> None:
    message = promise(some_case(exercise=False), to=MOBILE)
    with pytest.raises(NotFound):
        _receive(message, "delivered", exercise=True)
    assert stored(message).state == "promised"


def test_the_vendor_is_asked_where_no_receipt_came(wall: PhoneWall) -> None:
    wall.book.behave(WallMode.NO_RECEIPTS)
    message = promise(some_case())
    deliver()
    assert eventually(lambda: wall.book.messages(to=PHONE)[0].status == "delivered")
    assert receipts.ask_vendors(NOW + timedelta(seconds=20)) == 0
    assert receipts.ask_vendors(NOW + timedelta(seconds=40)) == 1
    assert stored(message).state == "delivered"
    assert receipts.ask_vendors(NOW + timedelta(seconds=300)) == 0
