"""One use case in a process of its own: ``python -m tests.faults.acts NAME JSON`` prints what it made when it is done.

What it has printed is acknowledged; before that it may be killed. The use cases are those that a page calls.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from incident_desk.app import create_app


def file_report(case_no: str, number: int, at: str) -> object:
    """The report went to everybody it is addressed to, by telephone."""
    from incident_desk.domain.law.legal_codes import Recipient
    from incident_desk.domain.reports.sign_off import DeliveryChannel
    from incident_desk.services.reports import report_filing, reporting
    from tests.people import actor

    person = actor("officer")
    report = reporting.one(person, case_no, number).row
    to = [Recipient(delivery.recipient) for delivery in report.deliveries]
    passage = report_filing.Passage(DeliveryChannel.PHONE, datetime.fromisoformat(at), receiver_name="周值班")
    report_filing.record_delivery(case_no, number, to, passage, actor=person, now=datetime.now(UTC))
    return {"to": [one.value for one in to]}


def record_release(case_no: str, at: str, key: str) -> object:
    """A release that was published, with its capture; the page's request key makes a repeated click harmless."""
    from incident_desk.domain.disclosure.releases import ReleaseContent
    from incident_desk.domain.law.legal_codes import Issuer, ReleaseChannel
    from incident_desk.services.disclosure import releases
    from incident_desk.services.transaction import AlreadyDone, RequestKey, request_key
    from tests.full_case import picture
    from tests.people import actor

    person, now = actor("officer"), datetime.now(UTC)
    content = ReleaseContent(
        issuer=Issuer.EEB, issuer_name="十堰市生态环境局", channel=ReleaseChannel.WECHAT, account="十堰生态环境",
        title="堵河水质通报", text="苯胺泄漏，堵河下游请勿取水。", published_at=datetime.fromisoformat(at),
    )  # fmt: skip
    request_key.set(RequestKey(key, person.ref, "digest of the form", now))
    try:
        releases.record(case_no, content, actor=person, now=now, capture=io.BytesIO(picture("PNG")))
    except AlreadyDone as done:
        return {"repeated": done.identity}
    return {"repeated": None}


ACTS: dict[str, Callable[..., object]] = {"file_report": file_report, "record_release": record_release}


def main(name: str, arguments: dict[str, Any]) -> None:
    """Run one act inside an app."""
    with create_app().app_context():
        sys.stdout.write(json.dumps(ACTS[name](**arguments)))
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
