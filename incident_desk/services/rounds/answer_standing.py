"""How an answer stands beside what the case knows: nothing, the same, another's word, or its own earlier one."""

from __future__ import annotations

from incident_desk.domain.calls.call_fields import CallField
from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.models import FactRecord, Incident, RoundAnswer, RoundOffice
from incident_desk.services.cases import facts
from incident_desk.services.rounds.answer_reading import ReadAnswer
from incident_desk.services.transaction import Transaction

INTAKES = f"{facts.SHEET}{CallField.INTAKES}"


def source_of(answer: RoundAnswer) -> str:
    """The source of the fact that an answer becomes."""
    return f"round:{answer.id}"


def known_of(tx: Transaction, incident: Incident, one: ReadAnswer) -> FactRecord | None:
    """The case's known value that an answer speaks of; None where nothing is known."""
    kind = INTAKES if one.intake is not None else f"{facts.SHEET}{one.question.subject}"
    found = facts.newest(incident.id, kind, tx.session)
    return found if found is not None and found.data.get("state") == "known" else None


def agrees(one: ReadAnswer, known: FactRecord) -> bool:
    """Whether the answer says what is known."""
    if one.intake is None:
        return known.data == one.value
    return _of_intake(one.intake, known) == one.intake


def is_silent(one: ReadAnswer, known: FactRecord) -> bool:
    """Whether what is known says nothing, or nothing else, of the intake that was told of."""
    if one.intake is None:
        return False
    before = _of_intake(one.intake, known)
    if before is None or before.state is IntakeState.UNKNOWN:
        return True
    return before.state is one.intake.state and before.supply_interrupted is SupplyInterrupted.UNKNOWN


def _of_intake(told: IntakeReport, known: FactRecord) -> IntakeReport | None:
    listed = [IntakeReport.from_json(one) for one in known.data["value"]]
    return next(
        (
            one
            for one in listed
            if one.name == told.name or (told.receptor_id is not None and one.receptor_id == told.receptor_id)
        ),
        None,
    )


def is_own(one: ReadAnswer, known: FactRecord, asked: RoundOffice) -> bool:
    """Whether the value came from this very office's earlier answer to the same question, which it now corrects."""
    own = [answer for answer in asked.answers if answer.question_id == one.question.id and answer.fact_id == known.id]
    return known.source in {source_of(answer) for answer in own}
