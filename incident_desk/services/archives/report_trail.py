"""What a package holds of the way of reports: who answered for each, receipts chased or denied, secret items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from incident_desk.domain.labels import label
from incident_desk.models import DeliveryUndone, Incident, ReceiptChase, Report, ReportStepRecord, SecretItem
from incident_desk.records.package import REPORT_GROUP, PackedFile
from incident_desk.services.archives.archive_files import Recorder, pair, plain, plain_row

ZH = "zh_Hans"
UNDONE_ZH = {"denied": "对方称未收到", "mistaken": "登记有误"}


def files(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """The records of *incident*, each as JSON and as a table."""
    yield from _sign_off(session, incident, recorder)
    yield from _chases(session, incident, recorder)
    yield from _undone(session, incident, recorder)
    yield from _secret_items(session, incident, recorder)


def _of_reports(session: Session, incident: Incident, table: Any) -> list[tuple[Report, Any]]:
    query = select(Report, table).join(table, table.report_id == Report.id).where(Report.incident_id == incident.id)
    return [(report, row) for report, row in session.execute(query.order_by(table.id))]


def _sign_off(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """拟稿、审核、签发: who, how and when, with the digest that each covers."""
    heads = {
        "number": "报次", "step_zh": "环节", "manner_zh": "方式", "name": "姓名", "at": "时间",
        "second_hearer": "旁听人", "recorded_by_name": "记录人", "confirmed_at": "确认时间",
        "listed": "在签发人名单", "digest": "所签内容校验值",
    }  # fmt: skip
    rows: list[dict[str, Any]] = []
    for report, step in _of_reports(session, incident, ReportStepRecord):
        words = {
            "number": report.sequence,
            "step_zh": label(("report_step", step.step), ZH),
            "manner_zh": label(("report_step_manner", step.manner), ZH),
            "recorded_by_name": recorder.names(step.recorded_by),
        }
        rows.append({**plain_row(step), **words})
    signed = select(Report).where(Report.incident_id == incident.id, Report.signed_at.is_not(None))
    for report in session.scalars(signed.order_by(Report.number)):
        rows.append(
            {
                "number": report.sequence, "report_id": report.id, "step": "sign", "step_zh": "签发",
                "manner": report.sign_method, "manner_zh": label(("sign_manner", report.sign_method or ""), ZH),
                "name": report.signatory, "at": plain(report.signed_at), "second_hearer": report.second_hearer,
                "recorded_by_name": recorder.names(report.sign_recorded_by),
                "confirmed_at": plain(report.sign_confirmed_at), "listed": report.signatory_listed is not False,
                "digest": report.digest,
            }
        )  # fmt: skip
    yield from pair(REPORT_GROUP, "拟稿审核签发记录", rows, heads, recorder, personal=True)


def _chases(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "number": "报次", "recipient": "报送对象", "sent_at": "发出时间", "step": "第几次", "due_at": "应催时间",
        "written_at": "登记时间", "messages": "短信数",
    }  # fmt: skip
    found = _of_reports(session, incident, ReceiptChase)
    rows = [{**plain_row(row), "number": report.sequence} for report, row in found]
    yield from pair(REPORT_GROUP, "回执催收记录", rows, heads, recorder)


def _undone(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    heads = {
        "number": "报次", "recipient": "报送对象", "kind_zh": "情形", "said_by": "对方何人", "said_at": "时间",
        "reason": "说明", "recorded_by_name": "记录人", "entry": "原登记",
    }  # fmt: skip
    rows = [
        {
            **plain_row(row), "number": report.sequence, "kind_zh": UNDONE_ZH.get(row.kind, row.kind),
            "recorded_by_name": recorder.names(row.recorded_by),
        }
        for report, row in _of_reports(session, incident, DeliveryUndone)
    ]  # fmt: skip
    yield from pair(REPORT_GROUP, "送达撤销记录", rows, heads, recorder, personal=True)


def _secret_items(session: Session, incident: Incident, recorder: Recorder) -> Iterator[PackedFile]:
    """Numbers alone: the items themselves lie in the secrets register, not here."""
    heads = {"register_no": "登记号", "handled_by": "经办人", "handled_at": "办理时间", "struck_at": "划去时间"}
    query = select(SecretItem).where(SecretItem.incident_id == incident.id).order_by(SecretItem.id)
    rows = [plain_row(row) for row in session.scalars(query)]
    yield from pair(REPORT_GROUP, "涉密事项线下办理登记", rows, heads, recorder, personal=True)
