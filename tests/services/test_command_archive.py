"""Everything of command lies in the package: tables, documents, signatures, answers; and it proves itself."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from incident_desk.domain.command.papers import PaperKind
from incident_desk.extensions import db
from incident_desk.models import Setting
from incident_desk.records import verifier
from incident_desk.services.archives import archive, archive_papers
from incident_desk.services.calls import call_taking
from incident_desk.services.command import papers
from tests.conftest import NOW
from tests.full_case import open_full_case
from tests.people import actor
from tests.services.sheets import sheet

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def package(app_context: Any, tmp_path: Path) -> Path:
    db.session.add(Setting(name="exercise", value={"on": True}))
    db.session.commit()
    full = open_full_case(NOW)
    papers.begin(full.case_no, PaperKind.RELEASE, actor=actor("officer"), now=NOW)
    done = archive.export_case(full.case_no, tmp_path, actor=actor("archivist"), now=NOW).written
    assert verifier.verify(done.path, expected_digest=done.digest).ok
    return done.path


def rows(package: Path, name: str) -> list[dict[str, str]]:
    text = (package / "data" / name).read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_record_of_command_is_in_it(package: Path) -> None:
    names = {path.relative_to(package / "data").as_posix() for path in (package / "data").rglob("*.*")}
    wanted = {
        "05指挥决策/现场指挥部.json", "05指挥决策/指挥部工作组.csv", "02值班日志/领导批示和口头指示.csv",
        "05指挥决策/应急响应和预警.csv", "05指挥决策/负责人赶赴现场.csv", "05指挥决策/会议纪要.csv",
        "05指挥决策/呈报件.csv",
        "05指挥决策/呈报件-第1号-处置措施建议.docx", "05指挥决策/呈报件-第1号-处置措施建议-签字.png",
        "05指挥决策/呈报件-第1号-处置措施建议-送达凭据.jpg",
        "05指挥决策/呈报件-第1号-处置措施建议-批复.jpg",
        "05指挥决策/呈报件-第2号-信息发布建议（未签发稿）.docx", "05指挥决策/会议纪要-第1期.jpg",
        "02值班日志/口头指示-1-原件.jpg", "02值班日志/口头指示-1-书面确认.jpg",
    }  # fmt: skip
    assert wanted - names == set()


def test_words_and_people_stand_in_the_tables(package: Path) -> None:
    word = rows(package, "02值班日志/领导批示和口头指示.csv")[0]
    assert (word["原文"], word["下达人"], word["类别"]) == ("秘密指示", "秘密指挥", "口头指示")
    paper = rows(package, "05指挥决策/呈报件.csv")[0]
    assert (paper["批复"], paper["签发人"], paper["方式"]) == ("秘密批复", "赵带班", "传真")
    act = rows(package, "05指挥决策/应急响应和预警.csv")[0]
    assert (act["事项"], act["动作"], act["级别"]) == ("应急响应", "启动", "Ⅳ级响应")
    assert rows(package, "05指挥决策/指挥部工作组.csv")[0]["工作组"] == "污染处置组"


def test_a_case_without_command_lacks_the_group_until_something_stands_there(app_context: Any) -> None:
    incident = call_taking.take_call(sheet(), actor=actor("officer"), now=NOW)
    assert archive_papers.COMMAND not in archive_papers.groups_of(db.session(), incident)
    papers.begin(incident.case_no, PaperKind.DISPOSAL, actor=actor("officer"), now=NOW)
    db.session.rollback()
    assert archive_papers.COMMAND in archive_papers.groups_of(db.session(), incident)
