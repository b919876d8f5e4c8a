"""The pool on screen: found, exported, imported after a look, edited by one at a time."""

from __future__ import annotations

import re
from typing import Any

import pytest

from incident_desk.services.callouts import experts
from tests.routes.callouts import Client, pool

__all__ = ["pool"]

HEAD = "编号,姓名,专长,行政区划代码,手机,样例\r\n"
GOOD = HEAD + "E1,张工,危险化学品,420300,+8610000000900,是\r\n"


def upload(client: Any, text: str | bytes, name: str = "list.csv") -> Any:
    content = text.encode() if isinstance(text, str) else text
    edge = "edge-of-a-part"
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv'
    body = f"--{edge}\r\n{head}\r\n\r\n".encode() + content + f"\r\n--{edge}--\r\n".encode()
    headers = {"X-CSRFToken": client.csrf_token}
    return client.post(
        "/experts/import", data=body, content_type=f"multipart/form-data; boundary={edge}", headers=headers
    )


def stored(app: Any) -> list[str]:
    with app.app_context():
        return [row.expert_no for row in experts.listed()]


def test_the_list_shows_words_not_codes(sign_in: Client, pool: None) -> None:
    page = sign_in("officer").get("/experts").text
    assert "80" in page
    assert "危险化学品" in page
    assert ">HAZCHEM" not in page


def test_an_empty_pool_says_what_to_do(sign_in: Client) -> None:
    assert "专家库为空" in sign_in("admin").get("/experts").text


def test_filter_and_sort_are_in_the_address(sign_in: Client, pool: None) -> None:
    page = sign_in("officer").get("/experts?discipline=OIL&sort=name&down=1").text
    rows = re.findall(r"/experts/(S\d{3})\"", page)
    assert 0 < len(set(rows)) < 80


@pytest.mark.parametrize(
    "query", ["discipline=X", "sort=password", "speciality=';--", "region=%00", "words=%3Cscript%3E"]
)
def test_a_strange_filter_harms_nothing(sign_in: Client, pool: None, query: str) -> None:
    page = sign_in("officer").get(f"/experts?{query}")
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_the_export_is_a_download_that_can_be_imported(app: Any, sign_in: Client, pool: None) -> None:
    answer = sign_in("officer").get("/experts/export.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with app.app_context():
        assert experts.read_file(answer.data).ok


def test_a_list_is_looked_at_then_taken(app: Any, sign_in: Client) -> None:
    client = sign_in("admin")
    page = upload(client, GOOD)
    assert (page.status_code, stored(app)) == (200, [])
    content = re.search(r'name="list" value="([^"]+)"', page.text)
    assert content is not None
    data = {"csrf_token": client.csrf_token, "list": content.group(1)}
    assert client.post("/experts/import/take", data=data).status_code == 303
    assert stored(app) == ["E1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEAD + "E1,张工,危险化学,420300,+8610000000900,是\r\n", "第2行"),
        ("编号,姓名\r\nE1,张工\r\n", "缺"),
        (b"\xff\xfe1\x00", "UTF-8"),
        (b"", "空"),
    ],
)
def test_a_list_with_faults_names_its_lines(app: Any, sign_in: Client, content: str | bytes, words: str) -> None:
    page = upload(sign_in("admin"), content)
    assert page.status_code == 422
    assert words in page.text
    assert stored(app) == []


def test_a_list_beyond_a_megabyte_is_413(sign_in: Client) -> None:
    assert upload(sign_in("admin"), b"x" * 1_000_001).status_code == 413


@pytest.mark.parametrize("path", ["/experts/import", "/experts/import/take", "/experts/S001"])
def test_only_the_administrator_changes_the_pool(sign_in: Client, pool: None, path: str) -> None:
    client = sign_in("officer")
    assert client.post(path, data={"csrf_token": client.csrf_token, "version": "1"}).status_code == 403


@pytest.mark.parametrize("login", ["field", "county", "archivist"])
def test_who_may_not_read_experts_sees_none(sign_in: Client, pool: None, login: str) -> None:
    assert sign_in(login).get("/experts").status_code == 403
    assert sign_in(login).get("/experts/export.csv").status_code == 403


def _save(client: Any, **cells: str) -> Any:
    return client.post("/experts/S001", data={"csrf_token": client.csrf_token, "is_active": "1", **cells})


def test_one_expert_is_saved(app: Any, sign_in: Client, pool: None) -> None:
    assert _save(sign_in("admin"), version="1", name="赵一").status_code == 303
    with app.app_context():
        assert experts.one("S001").name == "赵一"


def test_the_second_of_two_editors_sees_both_versions(sign_in: Client, pool: None) -> None:
    first, second = sign_in("admin"), sign_in("admin")
    _save(first, version="1", name="赵一")
    page = _save(second, version="1", name="赵二")
    assert page.status_code == 409
    assert 'value="赵二"' in page.text
    assert "赵一" in page.text


def test_what_cannot_be_read_stays_as_typed(sign_in: Client, pool: None) -> None:
    page = _save(sign_in("admin"), version="1", mobile="12")
    assert page.status_code == 422
    assert 'value="12"' in page.text
    assert "不是" in page.text


def test_a_program_needs_the_version_to_change_an_expert(program: Client, pool: None) -> None:
    client = program("admin")
    read = client.get("/experts/S001")
    assert client.send("PATCH", "/experts/S001", {"name": "甲"}).status_code == 428
    assert client.send("PATCH", "/experts/S001", {"name": "甲"}, version=read.headers["ETag"]).json["name"] == "甲"
    late = client.send("PATCH", "/experts/S001", {"name": "乙"}, version=read.headers["ETag"])
    assert late.status_code == 412
    assert late.json["typed"] == {"name": "乙"}
    assert client.send("PATCH", "/experts/S001", {"mobile": "1"}, version="*").status_code == 422
    assert program("officer").send("PATCH", "/experts/S001", {}, version="*").status_code == 403


def test_an_expert_who_is_not_there_is_404(sign_in: Client, program: Client, pool: None) -> None:
    assert sign_in("officer").get("/experts/S999").status_code == 404
    assert program("officer").get("/experts/S999").status_code == 404
