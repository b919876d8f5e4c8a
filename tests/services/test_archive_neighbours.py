"""Notices to neighbours in the package: letters, acts, the file for their desk, the advice, files that came in."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from incident_desk.domain.neighbours.notices import NoticeWay
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import NeighbourNotice
from incident_desk.records import verifier
from incident_desk.services.archives import archive
from incident_desk.services.archives.archive_papers import RecordChanged
from incident_desk.services.neighbours import advice, notice_acts, notice_rows, notices, receiving
from incident_desk.services.neighbours.advice import Advising
from incident_desk.services.neighbours.notice_acts import Giving
from tests.conftest import NOW
from tests.people import actor
from tests.services.test_neighbour_files import YICHANG, make_file

pytestmark = pytest.mark.usefixtures("app_context")

LATER = NOW + timedelta(days=1)


@pytest.fixture
def case_no(app_context: Any) -> str:
    officer = actor("officer")
    case_no, content = make_file()
    receipt = io.BytesIO()
    Image.new("RGB", (32, 24), "white").save(receipt, "PNG")
    receipt.seek(0)
    giving = Giving(NoticeWay.FAX, NOW, answered_by="宜昌值班", proof_sha256=notice_acts.keep_proof(receipt))
    notice_acts.give(case_no, 1, giving, actor=officer, now=NOW)
    advising = Advising([YICHANG], "十堰市人民政府", "建议通报", DeliveryChannel.PHONE, NOW, "市府值班室")
    advice.give(case_no, advising, actor=officer, now=NOW)
    sha256 = receiving.look(content, actor=actor("stranger")).sha256
    receiving.take(sha256, received_at=NOW, join=None, actor=actor("stranger"), now=NOW)
    notices.begin(case_no, "420600", actor=officer, now=NOW)
    return case_no


def export(case_no: str, folder: Path) -> Path:
    done = archive.export_case(case_no, folder, actor=actor("archivist"), now=LATER).written
    assert verifier.verify(done.path, expected_digest=done.digest).ok
    return done.path / "data" / "04相邻通报"


def test_everything_of_the_notices_is_in_it(case_no: str, tmp_path: Path) -> None:
    folder = export(case_no, tmp_path)
    names = {path.name for path in folder.iterdir()}
    notice = "通报第1号-宜昌市生态环境局"
    wanted = {
        f"{notice}.json", f"{notice}.docx", f"{notice}-系统文件.zip", "通报第2号-襄阳市生态环境局.docx",
        "相邻通报记录.csv", "相邻通报记录.json", "建议本级政府通报.csv", "收到的相邻通报.csv", f"收到-{case_no}.T1.zip",
    }  # fmt: skip
    assert wanted <= names
    assert any(name.startswith(f"{notice}-凭据-") and name.endswith(".png") for name in names)
    row = notice_rows.one(actor("officer"), case_no, 1).row
    assert hashlib.sha256((folder / f"{notice}.json").read_bytes()).hexdigest() == row.digest
    assert hashlib.sha256((folder / f"{notice}.docx").read_bytes()).hexdigest() == row.document_sha256
    assert hashlib.sha256((folder / f"{notice}-系统文件.zip").read_bytes()).hexdigest() == row.file_sha256


def test_a_text_that_was_changed_behind_the_desk_stops_the_export(case_no: str, tmp_path: Path) -> None:
    row = db.session.get_one(NeighbourNotice, 1)
    row.snapshot = {**row.snapshot, "title": "改过的标题"}
    db.session.commit()
    with pytest.raises(RecordChanged):
        export(case_no, tmp_path)
