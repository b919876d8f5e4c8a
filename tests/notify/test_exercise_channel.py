"""An exercise can never leave through a real vendor: by construction, whatever the settings and surroundings say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from incident_desk.notify.channel import HandedOver, Refused, VendorAccount
from incident_desk.notify.exercise_channel import ExerciseChannel
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.routing import ChannelSettings, NoVendor, channels_for
from incident_desk.notify.transport import LoopbackTransport, NotLoopback, VendorTransport, loopback_address
from incident_desk.notify.twilio_channel import TwilioChannel
from tests.notify.phones_fixture import TOKEN
from tests.notify.samples import some_message

REAL = VendorAccount("AC" + "1" * 32, "secret", "+8610000009998")


class Trap:
    """A server that must never be asked anything."""

    def __init__(self, redirect_to: str = "") -> None:
        trap = self
        self.asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                trap.asked.append(f"{self.command} {self.path}")
                self.send_response(307 if redirect_to else 200)
                if redirect_to:
                    self.send_header("Location", redirect_to)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_CONNECT = _any  # noqa: N815 - the base class's names

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


@pytest.mark.parametrize(
    "address",
    [
        "https://api.twilio.com",
        "http://api.twilio.com",
        "http://localhost:8090",
        "http://127.0.0.1.evil.example:80",
        "http://127.0.0.1@api.twilio.com",
        "http://127.0.0.1:8090@api.twilio.com",
        "http://user:word@127.0.0.1:8090",
        "http://2130706433:8090",
        "http://0x7f.0.0.1",
        "http://127.1",
        "http://0.0.0.0:8090",
        "http://10.0.0.1",
        "http://192.168.1.1:8090",
        "http://[::ffff:8.8.8.8]:80",
        "http://[::]:80",
        "http://[fe80::1%25eth0]:80",
        "https://127.0.0.1:8090",
        "http://127.0.0.1:8090/2010-04-01",
        "http://127.0.0.1:8090?x=http://api.twilio.com",
        "http://127.0.0.1:99999",
        "//127.0.0.1:8090",
        "127.0.0.1:8090",
        "ftp://127.0.0.1",
        "",
    ],
)
def test_an_address_that_is_not_literally_loopback_is_refused(address: str) -> None:
    with pytest.raises(NotLoopback):
        ExerciseChannel(address, TOKEN)


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("http://127.0.0.1:8090", ("127.0.0.1", 8090)),
        ("http://127.9.9.9", ("127.9.9.9", 80)),
        ("http://[::1]:1", ("::1", 1)),
    ],
)
def test_literal_loopback_is_taken(address: str, wanted: tuple[str, int]) -> None:
    assert loopback_address(address) == wanted


def test_a_message_of_an_exercise_reaches_the_wall(wall: PhoneWall) -> None:
    result = ExerciseChannel(wall.url, TOKEN).send(some_message())
    assert isinstance(result, HandedOver)
    assert wall.book.find(result.vendor_id) is not None


def test_a_real_message_does_not_go_to_the_wall(wall: PhoneWall) -> None:
    result = ExerciseChannel(wall.url, TOKEN).send(some_message(exercise=False))
    assert isinstance(result, Refused)
    assert wall.book.messages() == []


def test_the_real_channel_refuses_an_exercise_before_any_byte(trap: Trap) -> None:
    account = VendorAccount(REAL.account_sid, REAL.auth_token, REAL.sender, api_base=trap.url)
    real_number = "+86154" + "0" * 8  # right in form, in a block given to nobody
    for look_first in (False, True):
        result = TwilioChannel(account).send(some_message(to=real_number), look_first=look_first)
        assert result == Refused("a message of an exercise never goes to a real vendor")
    assert trap.asked == []


def test_the_real_channel_rings_no_sample_number(trap: Trap) -> None:
    account = VendorAccount(REAL.account_sid, REAL.auth_token, REAL.sender, api_base=trap.url)
    assert isinstance(TwilioChannel(account).send(some_message(exercise=False)), Refused)
    assert trap.asked == []


def test_the_real_channel_speaks_to_the_address_it_was_given(wall: PhoneWall) -> None:
    account = VendorAccount(REAL.account_sid, REAL.auth_token, REAL.sender, api_base=wall.url)
    result = TwilioChannel(account).send(some_message(to="+86154" + "0" * 8, exercise=False))
    assert isinstance(result, HandedOver)


def test_proxies_of_the_environment_see_nothing(wall: PhoneWall, trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, trap.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(ExerciseChannel(wall.url, TOKEN).send(some_message()), HandedOver)
    assert trap.asked == []


def test_regions_and_credentials_of_the_environment_change_nothing(
    wall: PhoneWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    surroundings = {
        "TWILIO_REGION": "evil",
        "TWILIO_EDGE": "evil",
        "TWILIO_ACCOUNT_SID": REAL.account_sid,
        "TWILIO_AUTH_TOKEN": REAL.auth_token,
    }
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    result = ExerciseChannel(wall.url, TOKEN).send(some_message())
    assert isinstance(result, HandedOver)
    found = wall.book.find(result.vendor_id)
    assert found is not None
    assert (found.account_sid, found.token) == ("AC" + "0" * 32, TOKEN)


def test_an_empty_token_does_not_fall_back_to_the_environment(wall: PhoneWall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "the real secret")
    result = ExerciseChannel(wall.url, "").send(some_message())
    assert isinstance(result, Refused)
    assert wall.book.messages() == []


def test_a_redirect_is_not_followed(trap: Trap) -> None:
    lure = Trap(redirect_to=trap.url + "/elsewhere")
    try:
        result = ExerciseChannel(lure.url, TOKEN).send(some_message())
    finally:
        lure.close()
    assert isinstance(result, Refused)
    assert result.vendor_wide
    assert trap.asked == []


def test_a_redirected_look_sends_nothing(trap: Trap) -> None:
    lure = Trap(redirect_to=trap.url)
    try:
        ExerciseChannel(lure.url, TOKEN).send(some_message(), look_first=True)
    finally:
        lure.close()
    assert [asked.split()[0] for asked in lure.asked] == ["GET"]
    assert trap.asked == []


@pytest.mark.parametrize("address", ["http://10.0.0.1:80", "https://api.twilio.com"])
def test_an_address_changed_after_the_check_is_refused_at_the_next_send(wall: PhoneWall, address: str) -> None:
    channel = ExerciseChannel(wall.url, TOKEN)
    channel._transport.base_url = address
    with pytest.raises(NotLoopback):
        channel.send(some_message())


def test_a_pool_exchanged_after_the_check_is_refused_at_the_next_send(wall: PhoneWall) -> None:
    channel = ExerciseChannel(wall.url, TOKEN)
    channel._transport._pool = VendorTransport("https://api.twilio.com")._pool
    with pytest.raises(NotLoopback):
        channel.send(some_message())


def test_a_connection_that_ends_elsewhere_is_cut_before_a_byte(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = LoopbackTransport(trap.url)
    monkeypatch.setattr(socket.socket, "getpeername", lambda _: ("203.0.113.9", 443))
    with pytest.raises(NotLoopback, match=r"203\.0\.113\.9"):
        transport.request("POST", "https://api.twilio.com/2010-04-01/x")
    assert trap.asked == []


def test_whatever_address_the_client_asks_for_only_its_path_is_used(wall: PhoneWall) -> None:
    answer = LoopbackTransport(wall.url).request("GET", "https://api.twilio.com/2010-04-01/Accounts/x/Messages.json")
    assert (answer.status_code, "Authenticate" in answer.text) == (401, True)


def test_no_setting_leads_an_exercise_to_a_vendor() -> None:
    channels = channels_for(True, ChannelSettings(vendors=(REAL,)))
    assert [type(channel) for channel in channels] == [ExerciseChannel]


def test_a_vendor_address_in_place_of_the_walls_is_refused() -> None:
    with pytest.raises(NotLoopback):
        channels_for(True, ChannelSettings(phones_url="https://api.twilio.com", vendors=(REAL,)))


@pytest.mark.parametrize("odd", [1, "yes", None, 0, ""])
def test_what_is_not_exactly_false_counts_as_an_exercise(odd: object) -> None:
    assert [type(one) for one in channels_for(odd, ChannelSettings(vendors=(REAL,)))] == [ExerciseChannel]  # type: ignore[arg-type]


def test_real_messages_wait_while_no_vendor_is_set_up() -> None:
    with pytest.raises(NoVendor):
        channels_for(False, ChannelSettings())


def test_a_real_message_takes_the_vendors_in_order() -> None:
    second = VendorAccount("AC2", "t", "MG2", name="second")
    assert [one.name for one in channels_for(False, ChannelSettings(vendors=(REAL, second)))] == ["twilio", "second"]


def test_credentials_do_not_travel_open() -> None:
    with pytest.raises(NotLoopback):
        VendorTransport("http://api.twilio.com")


def test_a_token_is_never_printed() -> None:
    assert "secret" not in repr(ChannelSettings(phones_token="secret", vendors=(REAL,)))


def test_a_text_of_an_exercise_without_its_mark_cannot_be_made() -> None:
    message = some_message()
    with pytest.raises(ValueError, match="mark"):
        type(message)(message.key, message.to, message.body.removeprefix("【演练】"), message.kind, True)


def test_a_real_text_with_the_mark_cannot_be_made() -> None:
    message = some_message()
    with pytest.raises(ValueError, match="mark"):
        type(message)(message.key, message.to, message.body, message.kind, False)


def test_a_text_without_its_reference_cannot_be_made() -> None:
    message = some_message()
    with pytest.raises(ValueError, match="reference"):
        type(message)(message.key, message.to, "【演练】来", message.kind, True)
