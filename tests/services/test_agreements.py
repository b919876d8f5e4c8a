"""The register of agreements on record: who sees what, lists taken whole, gaps, disputes, the half-yearly report."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from incident_desk.domain.errors import ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.neighbours.agreements import (
    AgreementEnded,
    AgreementGap,
    AgreementLevel,
    DayAhead,
    DaysReversed,
    DisputeIncomplete,
    DisputeSettled,
)
from incident_desk.domain.neighbours.progress import (
    NoSuchPeriod,
    ProgressNotSent,
    ProgressProofMissing,
    ProgressTextMissing,
    ProgressWasSent,
)
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.extensions import db
from incident_desk.models import JointAgreement, JournalEntry
from incident_desk.services.neighbours import agreement_files, agreements, disputes, progress
from incident_desk.services.neighbours.agreement_files import AgreementFileRefused, AgreementFileTooLarge
from incident_desk.services.neighbours.agreements import AgreementFilter, AgreementUnreadable, NumberTaken
from incident_desk.services.neighbours.progress import Sent
from tests.conftest import NOW
from tests.people import actor

pytestmark = pytest.mark.usefixtures("app_context")

CELLS = {
    "agreement_no": "十环联〔2026〕1号", "title": "汉江联防联控协议", "water_body": "汉江", "upstream_code": "十堰市",
    "downstream_code": "襄阳市", "level": "市级", "signed_on": "2026-01-05", "valid_until": "2028-12-31",
    "upstream_contact": "王值班", "upstream_phone": "+8610000000391", "downstream_contact": "韩值班",
    "downstream_phone": "+8610000000392", "last_meeting_on": "2026-05-06",
}  # fmt: skip
PERIOD = "2026-h2"


@pytest.fixture
def officer(app_context: Any) -> Any:
    return actor("officer")


@pytest.fixture
def row(officer: Any) -> JointAgreement:
    return agreements.save(None, CELLS, actor=officer, now=NOW)


def test_an_agreement_is_entered_and_closes_its_gap(officer: Any) -> None:
    def lacks() -> set[tuple[AgreementGap, frozenset[str]]]:
        return {(one.gap, one.pair.parties) for one in agreements.gaps_of(officer, now=NOW)}

    pair = frozenset({"420300", "420600"})
    assert (AgreementGap.NO_AGREEMENT, pair) in lacks()
    agreements.save(None, CELLS, actor=officer, now=NOW)
    assert pair not in {parties for _gap, parties in lacks()}
    entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "agreement.saved")).one()
    assert "王值班" not in entry.data
    assert entry.office_code == "420300"


def test_only_borders_of_the_own_area_are_gaps(officer: Any) -> None:
    found = agreements.gaps_of(officer, now=NOW)
    assert found
    assert all(any(code.startswith("4203") for code in one.pair.parties) for one in found)
    everywhere = agreements.gaps_of(actor("province"), now=NOW)
    assert {one.pair.level for one in everywhere} == set(AgreementLevel)


def test_contacts_are_masked_for_a_role_that_sees_no_callers(row: JointAgreement) -> None:
    shown = agreements.one(actor("officer"), row.id).agreement
    assert (shown.upstream_contact, shown.upstream_phone) == ("王值班", "+8610000000391")
    for login in ("archivist", "admin"):
        hidden = agreements.one(actor(login), row.id).agreement
        assert (hidden.upstream_contact, hidden.upstream_phone) == ("王＊＊", "+86100****0391")
        assert "王值班" not in agreement_files.for_spreadsheets(agreements.listed(actor(login))).decode()


def test_who_sees_no_contacts_changes_none(row: JointAgreement) -> None:
    agreements.save(row.id, {"title": "新名称"}, actor=actor("admin"), now=NOW)
    assert agreements.one(actor("officer"), row.id).agreement.upstream_contact == "王值班"


def test_both_parties_read_it_and_only_the_one_that_entered_it_writes(row: JointAgreement) -> None:
    agreements.one(actor("province"), row.id)
    with pytest.raises(NotFound):
        agreements.one(actor("stranger"), row.id)
    cells = {**CELLS, "agreement_no": "宜1", "upstream_code": "宜昌市", "downstream_code": "420300"}
    other = agreements.save(None, cells, actor=actor("stranger"), now=NOW)
    assert agreements.one(actor("officer"), other.id).may_write is False
    with pytest.raises(NotAllowed):
        agreements.save(other.id, {"title": "x"}, actor=actor("officer"), now=NOW)


def test_what_cannot_be_read_is_named_by_field(officer: Any) -> None:
    with pytest.raises(AgreementUnreadable) as refused:
        agreements.save(None, {**CELLS, "level": "村级", "signed_on": "昨天"}, actor=officer, now=NOW)
    assert {one.column for one in refused.value.problems} == {"level", "signed_on"}


def test_a_number_stands_once_in_an_office_until_it_is_taken_off(row: JointAgreement, officer: Any) -> None:
    with pytest.raises(NumberTaken):
        agreements.save(None, CELLS, actor=officer, now=NOW)
    agreements.end(row.id, actor=officer, now=NOW)
    assert agreements.listed(officer) == []
    with pytest.raises(AgreementEnded):
        agreements.save(row.id, {"title": "x"}, actor=officer, now=NOW)
    agreements.save(None, CELLS, actor=officer, now=NOW)


def test_an_edit_of_an_older_version_is_refused(row: JointAgreement, officer: Any) -> None:
    agreements.save(row.id, {"title": "甲"}, actor=officer, now=NOW, expected_version=1)
    with pytest.raises(ChangedMeanwhile):
        agreements.save(row.id, {"title": "乙"}, actor=officer, now=NOW, expected_version=1)


def test_the_filter_looks_for_words_and_level(row: JointAgreement, officer: Any) -> None:
    assert agreements.listed(officer, AgreementFilter(words="襄阳"))
    assert not agreements.listed(officer, AgreementFilter(words="长江"))
    assert not agreements.listed(officer, AgreementFilter(level=AgreementLevel.COUNTY))


def test_a_list_is_taken_whole_or_not_at_all_and_can_be_read_again(row: JointAgreement, officer: Any) -> None:
    written = agreement_files.for_spreadsheets(agreements.listed(officer))
    assert agreement_files.read_file(written, actor=officer, now=NOW).changes[0].kind == "unchanged"
    more = written.decode("utf-8-sig") + "A9,,堵河,420303,420304,县级,,,,,,,,,\n"
    agreement_files.take_file(more.encode("gb18030"), actor=officer, now=NOW)
    assert {view.agreement.agreement_no for view in agreements.listed(officer)} == {CELLS["agreement_no"], "A9"}
    bad = more + "A10,,堵河,420303,420304,村级,,,,,,,,,\n"
    with pytest.raises(AgreementFileRefused):
        agreement_files.take_file(bad.encode(), actor=officer, now=NOW)
    assert len(agreements.listed(officer)) == 2
    with pytest.raises(AgreementFileTooLarge):
        agreement_files.read_file(b"x" * 1_000_001, actor=officer, now=NOW)


def test_a_cell_that_a_spreadsheet_would_reckon_out_is_marked(officer: Any) -> None:
    agreements.save(None, {**CELLS, "title": "=1+1"}, actor=officer, now=NOW)
    assert "'=1+1" in agreement_files.for_spreadsheets(agreements.listed(officer)).decode()


def test_a_dispute_is_opened_and_settled_once(row: JointAgreement, officer: Any) -> None:
    said = {"about": "上游来水漂浮物", "mediated_by": "省厅"}
    day = date(2026, 11, 1)
    with pytest.raises(DisputeIncomplete):
        disputes.open_dispute(row.id, {"about": ""}, opened_on=day, actor=officer, now=NOW)
    with pytest.raises(DayAhead):
        disputes.open_dispute(row.id, said, opened_on=date(2026, 11, 22), actor=officer, now=NOW)
    dispute = disputes.open_dispute(row.id, said, opened_on=day, actor=officer, now=NOW)
    assert agreements.one(officer, row.id).disputes_open == 1
    with pytest.raises(DaysReversed):
        disputes.settle(row.id, dispute.id, {}, settled_on=date(2026, 10, 1), actor=officer, now=NOW)
    with pytest.raises(DayAhead):
        disputes.settle(row.id, dispute.id, {}, settled_on=date(2027, 1, 1), actor=officer, now=NOW)
    disputes.settle(row.id, dispute.id, {"outcome": "已清理"}, settled_on=day, actor=officer, now=NOW)
    with pytest.raises(DisputeSettled):
        disputes.settle(row.id, dispute.id, {}, settled_on=day, actor=officer, now=NOW)
    with pytest.raises(NotFound):
        disputes.settle(row.id, 99, {}, settled_on=day, actor=officer, now=NOW)
    assert agreements.one(officer, row.id).disputes_open == 0


def test_the_report_is_drafted_from_the_register_with_its_gaps(row: JointAgreement, officer: Any) -> None:
    made = progress.draft(PERIOD, actor=officer, now=NOW)
    assert made.addressee == "湖北省生态环境厅"
    assert "汉江联防联控协议" in made.text
    assert "未签订协议的界面" in made.text
    assert "王值班" not in made.text
    paper = Document(io.BytesIO(progress.document(made, actor=officer)))
    assert made.title in "\n".join(one.text for one in paper.paragraphs)
    assert [cell.text for cell in paper.tables[0].rows[1].cells][:3] == ["汉江", "十堰市", "襄阳市"]


def sent(**more: Any) -> Sent:
    return Sent(**{"how": DeliveryChannel.NETWORK, "at": NOW, "receiver_name": "省厅应急处", **more})


def test_the_report_sent_is_what_a_periodic_duty_asks_for(row: JointAgreement, officer: Any) -> None:
    assert agreements.progress_sent(officer, PERIOD) is None
    progress.draft(PERIOD, actor=officer, now=NOW)
    progress.word(PERIOD, "一、情况良好", "湖北省生态环境厅", actor=officer, now=NOW, expected_version=1)
    with pytest.raises(ChangedMeanwhile):
        progress.word(PERIOD, "二", "", actor=officer, now=NOW, expected_version=1)
    with pytest.raises(ProgressTextMissing):
        progress.word(PERIOD, " ", "", actor=officer, now=NOW)
    with pytest.raises(ProgressProofMissing):
        progress.send(PERIOD, sent(receiver_name=""), actor=officer, now=NOW)
    with pytest.raises(DomainError) as refused:
        progress.send(PERIOD, sent(at=NOW + timedelta(days=1)), actor=officer, now=NOW)
    assert (refused.value.code, refused.value.field) == ("time_in_future", "at")
    made = progress.send(PERIOD, sent(), actor=officer, now=NOW)
    assert agreements.progress_sent(officer, PERIOD) == NOW
    kept = progress.document(made, actor=officer)
    agreements.save(row.id, {"title": "后来的名称"}, actor=officer, now=NOW)
    assert progress.document(progress.one(officer, PERIOD), actor=officer) == kept
    for act in (
        lambda: progress.draft(PERIOD, actor=officer, now=NOW),
        lambda: progress.word(PERIOD, "三", "", actor=officer, now=NOW),
        lambda: progress.send(PERIOD, sent(), actor=officer, now=NOW),
    ):
        with pytest.raises(ProgressWasSent):
            act()
    progress.take_back(PERIOD, actor=officer, now=NOW)
    assert agreements.progress_sent(officer, PERIOD) is None
    with pytest.raises(ProgressNotSent):
        progress.take_back(PERIOD, actor=officer, now=NOW)


def test_a_report_belongs_to_its_office(officer: Any) -> None:
    progress.draft(PERIOD, actor=officer, now=NOW)
    with pytest.raises(NotFound):
        progress.one(actor("stranger"), PERIOD)
    with pytest.raises(NoSuchPeriod):
        agreements.progress_sent(officer, "2026-h9")
