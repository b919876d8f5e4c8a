"""The wall of phones: the vendor's protocol, signed callbacks, answers, and that it talks to this machine only."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twilio.request_validator import RequestValidator

from incident_desk.notify import wall_courier
from incident_desk.notify.callbacks import is_signed, read_inbound, read_receipt, receipt_address
from incident_desk.notify.exercise_channel import ExerciseChannel
from incident_desk.notify.phone_wall import PhoneWall
from incident_desk.notify.wall_book import PhoneMode, WallMode
from incident_desk.notify.wall_courier import NotThisMachineError, check_callback
from tests.notify.phones_fixture import TOKEN, Heard, ListeningDesk, eventually, listening_desk
from tests.notify.samples import PHONE, some_message

SID = "AC" + "0" * 32
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"


def ask(
    wall: PhoneWall, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
) -> tuple[int, Any, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(wall.url).port or 0, timeout=10)
    try:
        connection.request(method, path, body.encode() or None, headers or {})
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith("{") else text, dict(answer.headers)
    finally:
        connection.close()


def api(
    wall: PhoneWall, method: str, path: str, form: dict[str, str] | None = None, user: str = SID
) -> tuple[int, Any]:
    login = base64.b64encode(f"{user}:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/x-www-form-urlencoded"}
    status, answer, _ = ask(wall, method, path, urlencode(form or {}), headers)
    return status, answer


def control(wall: PhoneWall, path: str, said: object, **headers: str) -> int:
    return ask(wall, "POST", path, json.dumps(said), {"Content-Type": "application/json", **headers})[0]


def send(wall: PhoneWall, desk: ListeningDesk, recipient: str = "e7") -> str:
    message = some_message(recipient)
    address = receipt_address(f"{desk.url}/webhooks/status", message.key)
    ExerciseChannel(wall.url, TOKEN).send(some_message(recipient, callback=address))
    return message.key


def signed_by_twilio(heard: Heard, token: str = TOKEN) -> bool:
    return bool(RequestValidator(token).validate(heard.url, heard.form, heard.signature))


# The protocol


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "+8610000009999", "Body": "x"}, 21604),
        ({"To": PHONE, "Body": "x"}, 21603),
        ({"To": PHONE, "From": "+8610000009999"}, 21602),
        ({"To": "12", "From": "+8610000009999", "Body": "x"}, 21211),
        ({"To": PHONE, "From": "+8610000009999", "Body": "x" * 1601}, 21617),
        ({"To": PHONE, "From": "+8610000009999", "Body": "x", "StatusCallback": "https://203.0.113.7/x"}, 21609),
    ],
)
def test_a_wrong_message_gets_the_vendors_own_error(wall: PhoneWall, form: dict[str, str], code: int) -> None:
    status, answer = api(wall, "POST", MESSAGES, form)
    assert (status, answer["code"], answer["status"]) == (400, code, 400)


def test_a_stranger_is_told_to_authenticate(wall: PhoneWall) -> None:
    assert ask(wall, "POST", MESSAGES)[0] == 401


def test_an_account_does_not_see_anothers_messages(wall: PhoneWall) -> None:
    _, made = api(wall, "POST", MESSAGES, {"To": PHONE, "From": "+8610000009999", "Body": "x"})
    other = "AC" + "9" * 32
    status, _ = api(wall, "GET", f"/2010-04-01/Accounts/{other}/Messages/{made['sid']}.json", user=other)
    assert status == 404


def test_the_list_comes_newest_first_and_in_pages(wall: PhoneWall) -> None:
    for body in ("first", "second", "third"):
        api(wall, "POST", MESSAGES, {"To": PHONE, "From": "+8610000009999", "Body": body})
    _, page = api(wall, "GET", f"{MESSAGES}?To=%2B8610000000007&PageSize=2")
    _, rest = api(wall, "GET", page["next_page_uri"])
    assert [m["body"] for m in page["messages"] + rest["messages"]] == ["third", "second", "first"]
    assert rest["next_page_uri"] is None


def test_a_connection_can_be_used_again(wall: PhoneWall) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(wall.url).port or 0, timeout=10)
    for _ in range(3):
        connection.request("POST", MESSAGES, b"To=1")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 401
    connection.close()


def test_a_request_without_end_is_refused(wall: PhoneWall) -> None:
    assert ask(wall, "POST", MESSAGES, headers={"Content-Length": "70000"})[0] == 413


# Callbacks


def test_receipts_come_signed_as_twilio_signs_them(wall: PhoneWall, desk: ListeningDesk) -> None:
    send(wall, desk)
    assert eventually(lambda: len(desk.heard) == 2)
    assert all(map(signed_by_twilio, desk.heard))


def test_our_own_check_takes_the_signature_and_no_other(wall: PhoneWall, desk: ListeningDesk) -> None:
    send(wall, desk)
    assert eventually(lambda: len(desk.heard) == 2)
    one = desk.heard[0]
    assert is_signed(one.url, one.form, one.signature, ["other", TOKEN])
    assert not is_signed(one.url, one.form | {"MessageStatus": "delivered!"}, one.signature, [TOKEN])
    assert not is_signed(one.url.replace("key=", "key=x"), one.form, one.signature, [TOKEN])
    assert not is_signed(one.url, one.form, one.signature, ["other", ""])


def test_receipts_lead_from_sent_to_delivered(wall: PhoneWall, desk: ListeningDesk) -> None:
    send(wall, desk)
    assert eventually(lambda: len(desk.heard) == 2)
    assert [read_receipt(one.form).status for one in desk.heard] == ["sent", "delivered"]


def test_a_phone_that_is_off_is_reported_undelivered(wall: PhoneWall, desk: ListeningDesk) -> None:
    wall.book.set_phone(PHONE, PhoneMode.OFF)
    send(wall, desk)
    assert eventually(lambda: len(desk.heard) == 2)
    last = read_receipt(desk.heard[-1].form)
    assert (last.status, last.error_code) == ("undelivered", "30003")


def test_without_receipts_the_desk_can_still_ask(wall: PhoneWall, desk: ListeningDesk) -> None:
    wall.book.behave(WallMode.NO_RECEIPTS)
    send(wall, desk)
    assert eventually(lambda: wall.book.messages()[0].status == "delivered")
    assert desk.heard == []


def test_a_desk_that_stumbles_gets_its_receipt_again(
    wall: PhoneWall, desk: ListeningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_courier, "TRY_AGAIN_S", (0.05, 0.05))
    desk.answers[:] = [500, 204]
    send(wall, desk)
    assert eventually(lambda: len(desk.heard) == 3)
    assert sorted(one.form["MessageStatus"] for one in desk.heard) in (
        ["delivered", "sent", "sent"],
        ["delivered", "delivered", "sent"],
    )


def test_a_refused_receipt_is_not_repeated_and_shown_on_the_wall(wall: PhoneWall, desk: ListeningDesk) -> None:
    desk.answers[:] = [403]
    send(wall, desk)
    assert eventually(lambda: len(desk.heard) == 2)
    assert eventually(lambda: "403" in wall.book.messages()[0].note)


@pytest.mark.parametrize(
    "url",
    [
        "http://203.0.113.7/x", "http://nowhere.invalid/x", "ftp://127.0.0.1/x", "http://u@127.0.0.1/x",
        "http://0.0.0.0/x", "http://127.0.0.1:99999/x", "//127.0.0.1/x", "x",
    ],
)  # fmt: skip
def test_a_callback_never_leaves_this_machine(url: str) -> None:
    with pytest.raises(NotThisMachineError):
        check_callback(url)


def test_a_name_below_localhost_is_this_machine_without_a_name_server() -> None:
    assert wall_courier.local_address("desk.localhost", 8443) == "127.0.0.1"
    with pytest.raises(NotThisMachineError):
        check_callback("https://desk.localhost.example.invalid/receipt")


@pytest.mark.parametrize("url", ["http://127.0.0.1:80/x", "https://localhost:8443/x?key=1", "http://[::1]/x"])
def test_a_callback_to_this_machine_is_taken(url: str) -> None:
    check_callback(url)


# A desk on https


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that signs itself, key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def https_desk(certificate: Path) -> Iterator[ListeningDesk]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with listening_desk(tls) as listening:
        yield listening


@pytest.mark.parametrize("with_ca", [False, True])
def test_a_desk_on_https_by_name_gets_its_receipts(https_desk: ListeningDesk, certificate: Path, with_ca: bool) -> None:
    wall = PhoneWall(ca=certificate if with_ca else None).start()
    try:
        send(wall, https_desk)
        assert eventually(lambda: len(https_desk.heard) == 2)
        assert all(map(signed_by_twilio, https_desk.heard))
    finally:
        wall.close()


def test_a_desk_of_another_authority_gets_nothing(https_desk: ListeningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_courier, "TRY_AGAIN_S", ())
    wall = PhoneWall(ca=Path(certifi.where())).start()
    try:
        send(wall, https_desk)
        assert eventually(lambda: "SSLCertVerificationError" in wall.book.messages()[0].note)
        assert https_desk.heard == []
    finally:
        wall.close()


# Answers


def test_an_answer_reaches_the_desk_signed(wall: PhoneWall, desk: ListeningDesk) -> None:
    send(wall, desk)
    assert control(wall, "/wall/answer", {"from": PHONE, "body": "来,40分钟"}) == 200
    assert eventually(lambda: any(one.url.endswith("/webhooks/inbound") for one in desk.heard))
    heard = next(one for one in desk.heard if one.url.endswith("/webhooks/inbound"))
    answer = read_inbound(heard.form)
    assert (answer.from_number, answer.to_number, answer.body) == (PHONE, "+8610000009999", "来,40分钟")
    assert signed_by_twilio(heard)


def test_answers_go_where_they_were_told_to(desk: ListeningDesk) -> None:
    wall = PhoneWall(inbound_url=f"{desk.url}/elsewhere").start()
    try:
        ExerciseChannel(wall.url, TOKEN).send(some_message())
        wall.exchange.answer(PHONE, "1")
        assert eventually(lambda: [one.url for one in desk.heard] == [f"{desk.url}/elsewhere"])
    finally:
        wall.close()


def test_an_answer_without_known_desk_says_so_on_the_wall(wall: PhoneWall) -> None:
    ExerciseChannel(wall.url, TOKEN).send(some_message())
    answer = wall.exchange.answer(PHONE, "1")
    assert answer is not None
    assert "不知道服务台地址" in answer.note


def test_a_phone_without_message_cannot_answer(wall: PhoneWall) -> None:
    assert control(wall, "/wall/answer", {"from": PHONE, "body": "1"}) == 404


def test_an_answer_that_was_taken_is_marked_so(wall: PhoneWall, desk: ListeningDesk) -> None:
    send(wall, desk)
    wall.exchange.answer(PHONE, "1")
    assert eventually(lambda: any(one.note == "已送达服务台" for one in wall.book.messages(sender=PHONE)))


# The page


def test_the_page_loads_nothing_from_elsewhere(wall: PhoneWall) -> None:
    _, page, headers = ask(wall, "GET", "/")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert " src=" not in page
    assert "演练" in page


def test_the_nonce_of_the_page_is_new_each_time(wall: PhoneWall) -> None:
    first, second = (ask(wall, "GET", "/")[2]["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_the_page_is_told_what_is_new(wall: PhoneWall) -> None:
    ExerciseChannel(wall.url, TOKEN).send(some_message())
    _, picture, _ = ask(wall, "GET", "/wall/state?after=-1")
    assert [(one["number"], one["messages"][0]["body"]) for one in picture["phones"]] == [(PHONE, some_message().body)]


def test_a_waiting_page_is_woken_by_a_message(wall: PhoneWall) -> None:
    pictures: list[Any] = []
    reader = threading.Thread(target=lambda: pictures.append(ask(wall, "GET", "/wall/state?after=0")[1]))
    reader.start()
    ExerciseChannel(wall.url, TOKEN).send(some_message())
    reader.join(10)
    assert pictures[0]["version"] > 0


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_another_sites_page_cannot_use_the_wall(wall: PhoneWall, headers: dict[str, str]) -> None:
    assert control(wall, "/wall/clear", {}, **headers) == 403


def test_a_plain_form_of_another_site_cannot_use_the_wall(wall: PhoneWall) -> None:
    assert ask(wall, "POST", "/wall/clear", "{}", {"Content-Type": "text/plain"})[0] == 415


@pytest.mark.parametrize(
    ("path", "said"),
    [("/wall/mode", {"mode": "x"}), ("/wall/mode", {}), ("/wall/mode", {"mode": "slow", "delay_s": 1e9}),
     ("/wall/phone", {"number": PHONE, "mode": "?"}), ("/wall/mode", [])],
)  # fmt: skip
def test_nonsense_is_refused_in_words(wall: PhoneWall, path: str, said: object) -> None:
    assert control(wall, path, said) == 400


def test_the_lines_can_be_silenced_and_cleared_from_the_page(wall: PhoneWall) -> None:
    ExerciseChannel(wall.url, TOKEN).send(some_message())
    assert control(wall, "/wall/mode", {"mode": "busy"}) == 200
    assert control(wall, "/wall/clear", {}) == 200
    assert (wall.book.mode, wall.book.messages()) == (WallMode.BUSY, [])


@pytest.fixture
def crowded() -> Iterator[PhoneWall]:
    running = PhoneWall(backlog=1024).start()
    yield running
    running.close()


def test_two_hundred_connections_at_once_are_all_answered(crowded: PhoneWall) -> None:
    port = urlsplit(crowded.url).port or 0
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for _ in range(200)]
    for connection in connections:
        connection.connect()
    statuses = []
    for connection in connections:
        connection.request("POST", MESSAGES)
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses == [401] * 200
