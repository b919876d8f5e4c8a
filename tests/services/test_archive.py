"""A case exported: everything in it, proved by the verifier and by bagit; nothing of another case, nothing half."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import bagit
import pytest
from PIL import Image
from sqlalchemy import func, select

from incident_desk.domain.errors import NotFound
from incident_desk.domain.law.legal_codes import Recipient, ReportForm, ReportKind
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import ArchivePackage, Incident, JournalEntry, Report
from incident_desk.records import verifier
from incident_desk.records.bag import PackageBusy, PackageExists
from incident_desk.services import scope
from incident_desk.services.archives import archive, cut_off
from incident_desk.services.archives.archive_files import table
from incident_desk.services.archives.archive_papers import OriginalMissing, RecordChanged
from incident_desk.services.calls import call_taking
from incident_desk.services.cases import duty_log
from incident_desk.services.disclosure import releases
from incident_desk.services.field import evidence
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.law import grading
from incident_desk.services.reports import report_filing, report_signing, reporting
from incident_desk.services.water import tracing
from tests.conftest import NOW
from tests.people import actor
from tests.services.sheets import NOTHING_KNOWN, sheet
from tests.services.test_releases import GOOD
from tests.services.test_reporting import drawing

pytestmark = pytest.mark.usefixtures("app_context")

MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=1)
ON_THE_DU = "110.2404, 32.2456"
PHOTO = io.BytesIO()
Image.new("RGB", (64, 48), (10, 90, 160)).save(PHOTO, "JPEG")


def opened(**more: Any) -> Incident:
    return call_taking.take_call(sheet(None, **more), actor=actor("officer"), now=NOW)


def photographed(incident: Incident, content: bytes = PHOTO.getvalue(), key: str = "k") -> Any:
    upload = evidence.Upload(io.BytesIO(content), "a.jpg", key, phone=evidence.PhoneWord(note="桥面"))
    return evidence.receive_photograph(upload, incident, actor=actor("field"), now=NOW + MINUTE)


def reported(incident: Incident) -> Report:
    row = reporting.begin(
        incident.case_no, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW + 2 * MINUTE
    )
    report_signing.sign_by_finger(
        incident.case_no, row.number, drawing(), digest=row.digest or "", actor=actor("leader"), now=NOW + 3 * MINUTE
    )
    passage = report_filing.Passage(DeliveryChannel.PHONE, NOW + 4 * MINUTE, receiver_name="陈")
    to = [Recipient(one.recipient) for one in row.deliveries]
    return report_filing.record_delivery(
        incident.case_no, row.number, to, passage, actor=actor("officer"), now=NOW + 5 * MINUTE
    )


@pytest.fixture
def incident(app_context: Any) -> Incident:
    """A case with everything a night brings, and another case's entries between its own."""
    found = opened(coordinates=ON_THE_DU)
    opened(**NOTHING_KNOWN)
    tracing.run(found.case_no, actor=actor("officer"), now=NOW + MINUTE)
    photographed(found)
    duty_log.add_line(found.case_no, "已通知水厂", actor=actor("officer"), now=NOW + MINUTE)
    grading.judge(found.case_no, "III", basis="专家意见", actor=actor("leader"), now=NOW + 2 * MINUTE)
    reported(found)
    releases.record(found.case_no, GOOD, actor=actor("officer"), now=NOW + timedelta(hours=2))
    return scope.incident(actor("officer"), found.case_no)


def export(incident: Incident, folder: Path, login: str = "archivist") -> archive.Exported:
    return archive.export_case(incident.case_no, folder, actor=actor(login), now=LATER)


def system(package: Path, name: str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads((package / "data" / "17系统记录" / name).read_text("utf-8"))
    return document


# --- what is in it ------------------------------------------------------------------------------------


def test_the_package_proves_itself_to_us_and_to_bagit(incident: Incident, tmp_path: Path) -> None:
    done = export(incident, tmp_path).written
    result = verifier.verify(done.path, expected_digest=done.digest)
    assert (result.ok, result.faults) == (True, ())
    assert {key: result.checked[key] for key in ("reports", "releases", "evidence")} == {
        "reports": 1, "releases": 1, "evidence": 1,
    }  # fmt: skip
    bagit.Bag(str(done.path)).validate()


def test_every_record_of_the_night_is_in_it(incident: Incident, tmp_path: Path) -> None:
    package = export(incident, tmp_path).written.path
    names = {path.relative_to(package / "data").as_posix() for path in (package / "data").rglob("*.*")}
    wanted = {
        "01接报记录/接报记录单.json", "02值班日志/事实记录.csv", "02值班日志/值班日志.csv", "02值班日志/首批电话.csv",
        "03信息报告/第1报-初报.json", "03信息报告/第1报-初报.docx", "03信息报告/第1报-初报-签字.png",
        "03信息报告/报送记录.csv", "05指挥决策/级别认定.csv", "09一河一策一图/污染团到达推算-1.json",
        "09一河一策一图/污染团到达图.geojson", "09一河一策一图/敏感点分布示意图.svg",
        "10信息公开/信息发布-1.json", "12声像/照片说明.csv",
        "17系统记录/journal.jsonl", "17系统记录/时钟记录.csv", "17系统记录/说明.txt",
    }  # fmt: skip
    assert wanted <= names


def test_the_photograph_is_the_original_to_the_byte(incident: Incident, tmp_path: Path) -> None:
    package = export(incident, tmp_path).written.path
    sha256 = hashlib.sha256(PHOTO.getvalue()).hexdigest()
    assert (package / "data" / "12声像" / f"{sha256}.jpg").read_bytes() == PHOTO.getvalue()


def test_the_signed_report_is_in_it_as_signed(incident: Incident, tmp_path: Path) -> None:
    row = db.session.scalars(select(Report).where(Report.incident_id == incident.id)).one()
    package = export(incident, tmp_path).written.path
    snapshot = (package / "data" / "03信息报告" / "第1报-初报.json").read_bytes()
    assert hashlib.sha256(snapshot).hexdigest() == row.digest
    document = (package / "data" / "03信息报告" / "第1报-初报.docx").read_bytes()
    assert hashlib.sha256(document).hexdigest() == row.document_sha256


def test_a_map_that_was_attached_to_a_report_is_in_it_as_received(app_context: Any, tmp_path: Path) -> None:
    found = opened()
    row = reporting.begin(
        found.case_no, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW
    )
    reporting.attach_sketch(
        found.case_no, row.number, io.BytesIO(PHOTO.getvalue()), actor=actor("officer"), now=NOW + MINUTE
    )
    folder = export(found, tmp_path).written.path / "data" / "03信息报告"
    assert (folder / "第1报-初报（未签发稿）-附图.jpg").read_bytes() == PHOTO.getvalue()


def test_a_draft_is_named_as_one(app_context: Any, tmp_path: Path) -> None:
    found = opened()
    reporting.begin(found.case_no, kind=ReportKind.INITIAL, form=ReportForm.WRITTEN, actor=actor("officer"), now=NOW)
    package = export(found, tmp_path).written.path
    assert (package / "data" / "03信息报告" / "第1报-初报（未签发稿）.json").is_file()


def test_every_clock_names_the_entries_it_rests_on(incident: Incident, tmp_path: Path) -> None:
    package = export(incident, tmp_path).written.path
    kinds = {row.seq: (row.kind, json.loads(row.data).get("clock")) for row in db.session.scalars(select(JournalEntry))}
    clocks = system(package, "clocks.json")["clocks"]
    assert len(clocks) > 3
    for clock in clocks:
        assert {kinds[seq][1] for seq in clock["journal"]} == {clock["id"]}
        assert kinds[clock["journal"][0]][0] == "clock.started"


def test_other_cases_stand_in_it_as_digests_only(incident: Incident, tmp_path: Path) -> None:
    package = export(incident, tmp_path).written.path
    lines = [json.loads(line) for line in (package / "data/17系统记录/journal.jsonl").read_text("utf-8").splitlines()]
    seqs = [line["seq"] for line in lines]
    assert seqs == list(range(seqs[0], seqs[-1] + 1))
    assert {line["entry"]["case_no"] for line in lines if "entry" in line} == {incident.case_no}
    foreign = db.session.scalars(select(JournalEntry.seq).where(JournalEntry.case_no != incident.case_no)).all()
    assert {line["seq"] for line in lines if "entry" not in line} >= set(foreign)


def test_what_callers_said_is_marked_as_personal(incident: Incident, tmp_path: Path) -> None:
    package = export(incident, tmp_path).written.path
    rows = list(csv.DictReader(io.StringIO((package / "metadata/index.csv").read_text("utf-8-sig"))))
    holding = {row["path"] for row in rows if "刘某" in (package / row["path"]).read_text("utf-8", "replace")}
    assert holding
    assert {row["personal"] for row in rows if row["path"] in holding} == {"yes"}


def test_the_map_asks_no_host(incident: Incident, tmp_path: Path) -> None:
    page = export(incident, tmp_path).written.path / "data" / "09一河一策一图" / "污染团到达图.html"
    if not page.is_file():
        pytest.skip("left out: the map's library was not installed (make vendor)")
    text = page.read_text("utf-8")
    assert "default-src 'none'" in text
    assert json.dumps("黄龙滩水库水源地").strip('"') in text


def test_the_package_names_what_is_missing(incident: Incident, tmp_path: Path) -> None:
    words = (export(incident, tmp_path).written.path / "data" / "17系统记录" / "说明.txt").read_text("utf-8-sig")
    assert "07应急监测" in words
    assert "03信息报告（" not in words


def test_a_link_that_opens_a_page_stays_out(incident: Incident, tmp_path: Path) -> None:
    from tests.services.wire import change, promise

    message = promise(incident)
    change(message, body="请答复 http://127.0.0.1/a/Zm9vYmFyYmF6cXV4Zm9v")
    package = export(incident, tmp_path).written.path
    words = (package / "data" / "17系统记录" / "消息记录.json").read_text("utf-8")
    assert "/a/…" in words
    assert "Zm9vYmFy" not in words


def test_a_cell_that_a_spreadsheet_would_reckon_is_quoted() -> None:
    written = table({"a": "甲", "b": "乙"}, [{"a": "=1+1", "b": "+8610000000001"}]).decode("utf-8-sig")
    assert written.splitlines() == ["甲,乙", "'=1+1,+8610000000001"]


# --- on record ----------------------------------------------------------------------------------------


def test_row_and_journal_name_the_package(incident: Incident, tmp_path: Path) -> None:
    done = export(incident, tmp_path)
    row = db.session.get_one(ArchivePackage, done.id)
    assert (row.digest, row.exported_at, row.exported_by) == (done.written.digest, LATER, actor("archivist").ref)
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "archive.exported")).one()
    assert json.loads(entry.data)["digest"] == done.written.digest
    assert row.journal_seq == entry.seq - 1


def test_one_package_shows_one_state_of_the_store(
    app: Any, incident: Incident, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another officer records while the package is read is in none of its parts."""
    case_no = incident.case_no
    really = archive._mentions

    def meanwhile(session: Any, found: Incident) -> Any:
        read = really(session, found)

        def record() -> None:
            with app.app_context():
                duty_log.add_line(case_no, "这一句来得太晚", actor=actor("officer2"), now=LATER)

        thread = threading.Thread(target=record)
        thread.start()
        thread.join()
        return read

    monkeypatch.setattr(archive, "_mentions", meanwhile)
    done = export(incident, tmp_path).written
    assert verifier.verify(done.path).ok
    assert all(
        "这一句来得太晚" not in path.read_text("utf-8", "replace") for path in done.path.rglob("*") if path.is_file()
    )
    assert duty_log.LOG_LINE in {row.kind for row in incident_facts(case_no)}


def incident_facts(case_no: str) -> list[Any]:
    from incident_desk.services.cases import facts

    return facts.facts_of(actor("officer"), case_no, duty_log.LOG_LINE)


# --- refused ------------------------------------------------------------------------------------------


def test_another_office_exports_nothing(incident: Incident, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        export(incident, tmp_path, "stranger")
    assert list(tmp_path.glob("*/bagit.txt")) == []


def test_a_package_is_not_overwritten(incident: Incident, tmp_path: Path) -> None:
    export(incident, tmp_path)
    with pytest.raises(PackageExists):
        export(incident, tmp_path)
    assert db.session.scalar(select(func.count()).select_from(ArchivePackage)) == 1


class Killed(BaseException):
    """What a kill between the package's name and its record looks like from inside."""


def killed_before_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_given: object, **_more: object) -> None:
        raise Killed

    monkeypatch.setattr(archive, "_record", stop)


def test_a_package_without_its_record_is_put_on_record_by_the_next_export(
    incident: Incident, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_before_its_record(patch)
        with pytest.raises(Killed):
            export(incident, tmp_path)
    assert db.session.scalar(select(func.count()).select_from(ArchivePackage)) == 0
    again = export(incident, tmp_path)
    assert again.was_cut_off
    row = db.session.get_one(ArchivePackage, again.id)
    assert verifier.verify(tmp_path / incident.case_no, expected_digest=row.digest).ok
    assert row.journal_seq == system(tmp_path / incident.case_no, "case.json")["journal_head"]["seq"]
    with pytest.raises(PackageExists):
        export(incident, tmp_path)


@pytest.mark.parametrize("what", ["changed", "of another journal"])
def test_what_proves_nothing_is_left_lying_and_not_put_on_record(
    incident: Incident, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    with monkeypatch.context() as patch:
        killed_before_its_record(patch)
        with pytest.raises(Killed):
            export(incident, tmp_path)
    if what == "changed":
        (tmp_path / incident.case_no / "bag-info.txt").write_text("X: y\n")
    else:
        sound = verifier.VerifyResult(True, {"case_no": incident.case_no}, ())
        monkeypatch.setattr(cut_off.verifier, "verify", lambda *_given, **_more: sound)
        about = tmp_path / incident.case_no / verifier.CASE
        about.write_text(json.dumps({"journal_head": {"seq": 1, "hash": "0" * 64}}))
    with pytest.raises(PackageExists):
        export(incident, tmp_path)
    assert db.session.scalar(select(func.count()).select_from(ArchivePackage)) == 0


def test_a_missing_original_is_named_and_nothing_is_written(incident: Incident, tmp_path: Path) -> None:
    evidence_store().path(hashlib.sha256(PHOTO.getvalue()).hexdigest()).unlink()
    with pytest.raises(OriginalMissing):
        export(incident, tmp_path / "out")
    assert not (tmp_path / "out" / incident.case_no).exists()


def test_a_changed_report_is_named_and_nothing_is_written(incident: Incident, tmp_path: Path) -> None:
    row = db.session.scalars(select(Report)).one()
    row.snapshot = {**row.snapshot, "title": "另一个标题"}
    db.session.commit()
    with pytest.raises(RecordChanged):
        export(incident, tmp_path / "out")
    assert not (tmp_path / "out" / incident.case_no).exists()
    assert db.session.scalar(select(func.count()).select_from(ArchivePackage)) == 0


# --- for the page -------------------------------------------------------------------------------------


def test_the_page_offers_one_zip_that_proves_itself(incident: Incident, tmp_path: Path) -> None:
    done = archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER)
    path = archive.package_file(actor("archivist"), incident.case_no, done.id)
    assert zipfile.is_zipfile(path)
    assert verifier.verify(path, expected_digest=done.written.digest).ok
    view = archive.view(actor("officer"), incident.case_no)
    assert [line.size_bytes for line in view.packages] == [path.stat().st_size]
    assert view.entries_since == 0
    assert {group.no for group in view.missing} == {7, 8, 14, 16}


def test_what_a_killed_export_left_is_no_hindrance(incident: Incident, app: Any) -> None:
    left = app.extensions["settings"].home / "archives" / "work" / incident.case_no / incident.case_no
    left.mkdir(parents=True)
    (left / "half").write_text("x")
    done = archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER)
    assert archive.package_file(actor("archivist"), incident.case_no, done.id).is_file()
    assert not left.exists()


def test_a_zip_that_nobody_was_offered_is_removed_by_the_next_export(
    incident: Incident, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = app.extensions["settings"].home / "archives"

    def killed(*_given: object, **_more: object) -> None:
        patch.setattr(archive.shutil, "rmtree", lambda *_given, **_more: None)  # who is killed tidies nothing up
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(archive, "_record", killed)
        with pytest.raises(Killed):
            archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER)
    (unseen,) = {path.parent.name for path in folder.glob("*/*.zip")}
    done = [
        archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER + minutes * MINUTE).written.digest
        for minutes in (1, 2)
    ]
    assert unseen not in done
    assert {path.parent.name for path in folder.glob("*/*.zip")} == set(done)


def test_two_exports_at_once_do_not_mix(incident: Incident) -> None:
    with archive._work_folder(incident.case_no), pytest.raises(PackageBusy):
        archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER)


def test_a_package_of_another_office_cannot_be_fetched(incident: Incident) -> None:
    done = archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER)
    with pytest.raises(NotFound):
        archive.package_file(actor("stranger"), incident.case_no, done.id)


def test_too_much_for_the_page_is_sent_to_the_command(incident: Incident, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE_LIMIT", 100)
    assert archive.view(actor("archivist"), incident.case_no).is_too_large
    with pytest.raises(archive.TooLargeForPage):
        archive.export_for_page(incident.case_no, actor=actor("archivist"), now=LATER)
