"""The phone at the river: by link or signed in, photographs and words reach the case once, and nothing else opens."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from incident_desk.extensions import db
from incident_desk.models import Evidence, FactRecord, Incident
from incident_desk.services.cases.case_files import open_case
from incident_desk.services.field import field_links
from incident_desk.services.transaction import transaction
from tests.people import actor

JSON = {"Accept": "application/json"}


def photograph(colour: tuple[int, int, int] = (10, 90, 160)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def case_no(app: Any) -> str:
    now = datetime.now(UTC)
    with app.app_context(), transaction() as tx:
        made = open_case(
            tx, title="堵河桥罐车侧翻", learned_at=now, occurred_at=None, is_exercise=False,
            actor=actor("officer"), now=now,
        )  # fmt: skip
    return made.case_no


@pytest.fixture
def token(app: Any, case_no: str) -> str:
    with app.app_context():
        return field_links.make_link(case_no, "现场李四", 4, actor=actor("officer"), now=datetime.now(UTC))


def _multipart(content: bytes, fields: dict[str, str]) -> tuple[bytes, str]:
    """A form with one file, as bytes: the client's own encoder leaves a temporary file open."""
    edge = "edge-of-the-form"
    parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="照片.jpg"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + content + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"


def _send(client: Any, path: str, content: bytes, key: str, **fields: str) -> Any:
    body, content_type = _multipart(content, {"client_key": key, **fields})
    return client.post(path, data=body, headers=JSON, content_type=content_type)


def test_a_stranger_with_the_link_sends_a_photograph(app: Any, token: str) -> None:
    content = photograph()
    answer = _send(
        app.test_client(),
        f"/f/{token}/photographs",
        content,
        "k1",
        note="左岸有浮油",
        phone_longitude="110.5",
        phone_latitude="32.6",
    )
    assert answer.status_code == 201
    assert answer.json["sha256"] == hashlib.sha256(content).hexdigest()
    with app.app_context():
        row = db.session.scalars(select(Evidence)).one()
        assert (row.note, row.phone_longitude, row.original_name) == ("左岸有浮油", 110.5, "照片.jpg")


def test_the_retry_of_an_upload_is_not_a_second_photograph(app: Any, token: str) -> None:
    client = app.test_client()
    first = _send(client, f"/f/{token}/photographs", photograph(), "k1")
    again = _send(client, f"/f/{token}/photographs", photograph(), "k1")
    assert first.json["id"] == again.json["id"]


@pytest.mark.parametrize(
    "fields",
    [
        {"phone_longitude": "north", "phone_latitude": "32"},
        {"phone_longitude": "nan", "phone_latitude": "inf"},
        {"phone_at": "yesterday"},
        {"phone_at": "2031-01-01T00:00:00+08:00"},
        {"phone_longitude": "500", "phone_latitude": "32"},
    ],
)
def test_a_bad_word_of_the_phone_never_stops_a_photograph(app: Any, token: str, fields: dict[str, str]) -> None:
    assert _send(app.test_client(), f"/f/{token}/photographs", photograph(), "k1", **fields).status_code == 201


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_photograph_is_refused_in_words(app: Any, token: str, content: bytes) -> None:
    answer = _send(app.test_client(), f"/f/{token}/photographs", content, "k1")
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.json["title"])


def test_a_file_over_the_limit_is_refused_with_413(app: Any, token: str) -> None:
    app.config["UPLOAD_LIMIT"] = 2_000
    answer = _send(app.test_client(), f"/f/{token}/photographs", photograph() + b"\0" * 3_000_000, "k1")
    assert answer.status_code == 413


def test_a_file_above_four_megabytes_is_taken(app: Any, token: str) -> None:
    answer = _send(app.test_client(), f"/f/{token}/photographs", photograph() + b"\0" * 6_000_000, "k1")
    assert answer.status_code == 201


def test_another_digest_than_the_phones_asks_for_it_again(app: Any, token: str) -> None:
    answer = _send(app.test_client(), f"/f/{token}/photographs", photograph(), "k1", sha256="0" * 64)
    assert answer.status_code == 409


@pytest.mark.parametrize("path", ["/f/{}", "/f/{}/photographs", "/f/{}/words"])
def test_a_link_that_was_never_given_opens_nothing(app: Any, path: str) -> None:
    address = path.format("A" * 22)
    client = app.test_client()
    answer = client.get(address) if address.count("/") == 2 else client.post(address, data={"note": "x"})
    assert answer.status_code == 404


def test_arrived_and_a_message_are_dated_facts_once_each(app: Any, token: str) -> None:
    client = app.test_client()
    for _ in range(2):
        for kind, note in (("arrived", ""), ("message", "水面有油膜")):
            data = {"kind": kind, "note": note, "client_key": kind}
            assert client.post(f"/f/{token}/words", data=data, headers=JSON).status_code == 201
    with app.app_context():
        said = db.session.scalars(select(FactRecord).where(FactRecord.kind.startswith("field."))).all()
        assert sorted(fact.kind for fact in said) == ["field.arrived", "field.message"]


def test_the_page_is_chinese_and_has_its_large_buttons(app: Any, token: str) -> None:
    page = app.test_client().get(f"/f/{token}")
    assert page.status_code == 200
    assert page.text.count("big-button") >= 3
    assert "拍照" in page.text
    assert "已到场" in page.text


def test_field_staff_choose_among_their_own_offices_cases(sign_in: Callable[..., Any], case_no: str) -> None:
    client = sign_in("field")
    assert case_no in client.get("/field").text
    assert client.get(f"/field/{case_no}").status_code == 200


def test_an_officer_of_another_office_finds_nothing(sign_in: Callable[..., Any], case_no: str) -> None:
    client = sign_in("stranger")
    assert case_no not in client.get("/field").text
    assert client.get(f"/field/{case_no}").status_code == 404
    data = {"file": (io.BytesIO(photograph()), "x.jpg"), "csrf_token": client.csrf_token}
    answer = client.post(f"/field/{case_no}/photographs", data=data, content_type="multipart/form-data")
    assert answer.status_code == 404
    with client.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(Evidence)) == 0
        assert db.session.scalar(select(func.count()).select_from(Incident)) == 1
