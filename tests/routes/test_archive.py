"""The Archive tab: export, download, and who may."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from incident_desk.records import verifier
from tests.routes.api_client import Program


def export(client: Any, case_no: str, **more: str) -> Any:
    data = {"csrf_token": client.csrf_token, **more}
    return client.post(f"/incidents/{case_no}/archive", data=data)


def zip_address(client: Any, case_no: str) -> str:
    page = client.get(f"/incidents/{case_no}/archive")
    found = re.search(rf"/incidents/{case_no}/archive/\d+\.zip", page.text)
    assert found is not None, page.text
    return found.group(0)


@pytest.mark.parametrize(("locale", "words"), [("zh_Hans", ("导出并校验", "归档尚缺")), ("en", ("Export and verify",))])
def test_the_archivist_is_offered_the_export(
    sign_in: Callable[..., Any], case_no: str, locale: str, words: tuple[str, ...]
) -> None:
    page = sign_in("archivist", locale).get(f"/incidents/{case_no}/archive")
    assert page.status_code == 200
    assert all(word in page.text for word in words)


def test_an_export_is_verified_and_can_be_fetched(sign_in: Callable[..., Any], case_no: str, tmp_path: Any) -> None:
    client = sign_in("archivist")
    assert export(client, case_no).status_code == 303
    with client.get(zip_address(client, case_no)) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        assert answer.headers["Cache-Control"] == "private, no-store"
        content = answer.data
    assert f"{case_no}/bagit.txt" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    (tmp_path / "package.zip").write_bytes(content)
    assert verifier.verify(tmp_path / "package.zip").ok


def test_a_double_click_exports_once(sign_in: Callable[..., Any], case_no: str) -> None:
    client = sign_in("archivist")
    for _ in range(2):
        assert export(client, case_no, _idempotency_key="once").status_code == 303
    page = client.get(f"/incidents/{case_no}/archive/packages")
    assert len(re.findall(r'id="package-\d+"', page.text)) == 1


def test_the_duty_officer_reads_but_neither_exports_nor_fetches(sign_in: Callable[..., Any], case_no: str) -> None:
    archivist, officer = sign_in("archivist"), sign_in("officer")
    export(archivist, case_no)
    page = officer.get(f"/incidents/{case_no}/archive")
    assert page.status_code == 200
    assert ".zip" not in page.text
    assert officer.get(zip_address(archivist, case_no)).status_code == 403
    assert export(officer, case_no).status_code == 403


def test_another_office_gets_404(sign_in: Callable[..., Any], case_no: str) -> None:
    archivist, stranger = sign_in("archivist"), sign_in("stranger")
    export(archivist, case_no)
    for path in (f"/incidents/{case_no}/archive", f"/incidents/{case_no}/archive/packages"):
        assert stranger.get(path).status_code == 404
    assert export(sign_in("province_leader"), case_no).status_code == 303
    assert archivist.get(f"/incidents/{case_no}/archive/99.zip").status_code == 404
    assert archivist.get(zip_address(archivist, case_no).replace(case_no, "420500-2026-0001")).status_code == 404


def test_a_program_exports_and_lists(program: Callable[..., Program], case_no: str) -> None:
    archivist = program("archivist")
    made = archivist.post(f"/incidents/{case_no}/archive", {})
    assert made.status_code == 201
    assert re.fullmatch(r"[0-9a-f]{64}", made.json["digest"])
    assert archivist.get(f"/incidents/{case_no}/archive").json == [made.json]
    assert program("stranger").get(f"/incidents/{case_no}/archive").status_code == 404
    assert program("officer").post(f"/incidents/{case_no}/archive", {}).status_code == 403
