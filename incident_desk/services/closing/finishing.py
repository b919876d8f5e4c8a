"""案件办结: the leader's decision, with the list as it stood then and the reason of every line that was unmet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from incident_desk.domain.closing.gate import GateMoved, digest_of, reasons_for, snapshot
from incident_desk.domain.permissions import Actor
from incident_desk.models import CaseFinish, Incident
from incident_desk.services import scope
from incident_desk.services.cases import case_files, facts
from incident_desk.services.cases.case_files import CaseIsClosed
from incident_desk.services.cases.facts import AnySession
from incident_desk.services.closing import archive_sending
from incident_desk.services.closing.gate_lines import gate_of
from incident_desk.services.transaction import transaction

SOURCE = "closing"


def finish(
    case_no: str, reasons: Mapping[str, str], *, mark: str | None = None, actor: Actor, now: datetime
) -> CaseFinish:
    """Finish a case; *reasons* by line, or under ``all``; *mark* is that of the list which was read.

    The fact ``incident_closed`` is recorded, the clocks run on. Journal ``incident.closed`` and ``case.finished``
    with the list's digest.

    Raises:
        CaseIsClosed: it was finished before.
        GateMoved: the list reads otherwise now.
        ReasonsMissing, ReasonTooLong.
        NotFound: not this actor's to see.
    """
    with transaction() as tx:
        incident = scope.incident(actor, case_no, tx.session)
        facts.lock(tx, incident)
        if incident.state == "closed":
            raise CaseIsClosed(case_no=case_no)
        gate = gate_of(tx.session, incident, now=now)
        if mark is not None and mark != gate.mark:
            raise GateMoved
        said = reasons_for(gate, reasons)
        rows = snapshot(gate, said, by=actor.name or actor.ref, at=now)
        fact = case_files.close_in(tx, incident, actor=actor, now=now, source=SOURCE)
        row = CaseFinish(
            incident_id=incident.id, office_code=actor.office, snapshot=rows, digest=digest_of(rows),
            unmet=len(gate.unmet), decided_by=actor.ref, decided_name=actor.name or actor.ref, decided_at=now,
            fact_id=fact.id,
        )  # fmt: skip
        tx.session.add(row)
        tx.session.flush()
        archive_sending.confirm_received(tx, incident, actor=actor, now=now)
        data = {
            "finish": row.id, "digest": row.digest, "fact": fact.id, "unmet": [one.line.value for one in gate.unmet],
        }  # fmt: skip
        tx.journal(incident, "case.finished", actor=actor, at=now, data=data)
        tx.outcome("closing", case_no)
    return row


def finish_of(session: AnySession, incident: Incident) -> CaseFinish | None:
    """The decision by which a case was finished, if it was made here."""
    return session.scalar(select(CaseFinish).where(CaseFinish.incident_id == incident.id))
