"""What each outcome at the vendor means to us, tried against the wall, which behaves as told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from incident_desk.notify import transport
from incident_desk.notify.channel import HandedOver, Refused, Retry, Uncertain, VendorAccount
from incident_desk.notify.exercise_channel import ExerciseChannel
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.twilio_channel import TwilioMessages
from incident_desk.notify.wall_book import PhoneMode, WallMode
from tests.notify.phones_fixture import TOKEN, eventually
from tests.notify.samples import PHONE, some_message


@pytest.fixture
def channel(wall: PhoneWall) -> ExerciseChannel:
    return ExerciseChannel(wall.url, TOKEN)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds of waiting are for the real vendor."""
    monkeypatch.setattr(transport, "READ_S", 0.2)


def test_the_vendors_id_comes_back(wall: PhoneWall, channel: ExerciseChannel) -> None:
    result = channel.send(some_message())
    assert result == HandedOver(wall.book.messages()[0].sid)


def test_a_chinese_text_arrives_letter_for_letter(wall: PhoneWall, channel: ExerciseChannel) -> None:
    message = some_message()
    channel.send(message)
    assert wall.book.messages()[0].body == message.body


def test_a_number_that_does_not_exist_is_refused_for_itself(wall: PhoneWall, channel: ExerciseChannel) -> None:
    wall.book.set_phone(PHONE, PhoneMode.NO_SUCH)
    assert channel.send(some_message()) == Refused("Twilio 21211", 21211, vendor_wide=False)


def test_too_many_requests_are_tried_later(wall: PhoneWall, channel: ExerciseChannel) -> None:
    wall.book.behave(WallMode.BUSY)
    assert channel.send(some_message()) == Retry("Twilio 20429")


def test_a_server_error_is_uncertain(wall: PhoneWall, channel: ExerciseChannel) -> None:
    wall.book.behave(WallMode.FAILING)
    assert channel.send(some_message()) == Uncertain("Twilio 20500")


def test_a_wrong_token_is_trouble_with_the_whole_vendor() -> None:
    wall = PhoneWall(auth_token="the right one").start()
    try:
        result = ExerciseChannel(wall.url, TOKEN).send(some_message())
    finally:
        wall.close()
    assert result == Refused("Twilio 20003", 20003, vendor_wide=True)


def test_no_server_means_it_did_not_leave() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert isinstance(ExerciseChannel(f"http://127.0.0.1:{port}", TOKEN).send(some_message()), Retry)


@pytest.mark.usefixtures("impatient")
def test_silence_is_uncertain(wall: PhoneWall, channel: ExerciseChannel) -> None:
    wall.book.behave(WallMode.SILENT)
    assert isinstance(channel.send(some_message()), Uncertain)


def test_a_lost_answer_is_uncertain_although_the_vendor_has_it(wall: PhoneWall, channel: ExerciseChannel) -> None:
    wall.book.behave(WallMode.ANSWER_LOST)
    assert isinstance(channel.send(some_message()), Uncertain)
    assert len(wall.book.messages()) == 1


def test_looking_first_finds_what_the_vendor_has_and_sends_nothing(wall: PhoneWall, channel: ExerciseChannel) -> None:
    wall.book.behave(WallMode.ANSWER_LOST)
    channel.send(some_message())
    wall.book.behave(WallMode.NORMAL)
    assert channel.send(some_message(), look_first=True) == HandedOver(wall.book.messages()[0].sid, found=True)
    assert len(wall.book.messages()) == 1


def test_looking_first_sends_what_the_vendor_has_not(wall: PhoneWall, channel: ExerciseChannel) -> None:
    channel.send(some_message("e6"))  # the same number, another message
    result = channel.send(some_message("e7"), look_first=True)
    assert isinstance(result, HandedOver)
    assert (result.found, len(wall.book.messages())) == (False, 2)


def test_an_answer_that_quotes_the_reference_is_not_our_message(wall: PhoneWall, channel: ExerciseChannel) -> None:
    channel.send(some_message("e6"))
    wall.exchange.answer(PHONE, f"{some_message('e7').reference} 来")
    result = channel.send(some_message("e7"), look_first=True)
    assert result == HandedOver(wall.book.messages(to=PHONE)[0].sid, found=False)


def test_a_failed_look_sends_nothing(wall: PhoneWall) -> None:
    wall_with_token = PhoneWall(auth_token="other").start()
    try:
        result = ExerciseChannel(wall_with_token.url, TOKEN).send(some_message(), look_first=True)
        assert isinstance(result, Uncertain)
        assert wall_with_token.book.messages() == []
    finally:
        wall_with_token.close()


def test_eighty_lost_answers_make_no_double(wall: PhoneWall, channel: ExerciseChannel) -> None:
    messages = [some_message(f"e{number}", to=f"+861000000{number:04d}") for number in range(80)]
    wall.book.behave(WallMode.ANSWER_LOST)
    for message in messages:
        channel.send(message)
    wall.book.behave(WallMode.NORMAL)
    found = [channel.send(message, look_first=True) for message in messages]
    assert all(isinstance(result, HandedOver) and result.found for result in found)
    assert len(wall.book.messages()) == 80


def test_the_state_of_a_message_can_be_asked(wall: PhoneWall, channel: ExerciseChannel) -> None:
    result = channel.send(some_message())
    assert isinstance(result, HandedOver)
    assert eventually(lambda: channel.status_of(result.vendor_id) == "delivered")


def test_the_state_of_an_unknown_message_is_none(channel: ExerciseChannel) -> None:
    assert channel.status_of("SM" + "0" * 32) is None


def test_many_threads_may_share_a_channel(wall: PhoneWall, channel: ExerciseChannel) -> None:
    results: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(channel.send(some_message(f"e{n}")))) for n in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {type(result) for result in results} == {HandedOver}
    assert len(wall.book.messages()) == 40


@pytest.fixture
def garbled() -> Iterator[str]:
    """A vendor that answers 201 and nonsense."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<oops")

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_an_answer_that_cannot_be_read_is_uncertain(garbled: str) -> None:
    assert isinstance(ExerciseChannel(garbled, TOKEN).send(some_message()), Uncertain)


def test_a_messaging_service_is_named_as_such(wall: PhoneWall) -> None:
    account = VendorAccount("AC" + "2" * 32, TOKEN, "MG" + "3" * 32)
    messages = TwilioMessages(transport.VendorTransport(wall.url), account)
    assert isinstance(messages.send(some_message(exercise=False), look_first=False), HandedOver)
    assert wall.book.messages()[0].sender == "MG" + "3" * 32
