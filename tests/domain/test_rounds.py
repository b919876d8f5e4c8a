"""What a round asks, until when, and how far a desk has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incident_desk.domain.calls.water_intakes import IntakeReport, IntakeState, SupplyInterrupted
from incident_desk.domain.reports.reporting import ReportTask, TaskKind
from incident_desk.domain.rounds.answers import (
    LINK_LASTS,
    AnswerTimeWrong,
    OfficeStanding,
    Progress,
    check_due,
    is_link_over,
)
from incident_desk.domain.rounds.questions import (
    NamedIntake,
    NothingAsked,
    QuestionKind,
    TooManyQuestions,
    lacking,
    own_questions,
)
from tests.conftest import NOW
from tests.services.sheets import NOTHING_KNOWN, sheet

FIRST, SECOND = NamedIntake("I1", "黄龙滩水源地"), NamedIntake("I2", "郧阳水源地")


def keys(*args: object, **more: object) -> list[str]:
    return [one.key for one in lacking(*args, **more)]  # type: ignore[arg-type]


def task(field: str) -> ReportTask:
    return ReportTask(field, TaskKind.FIND_OUT, field, field, "令17号")


def test_what_the_sheet_knows_is_not_asked() -> None:
    asked = keys(sheet(), [], [], worded=())
    assert "sheet:into_water" in asked
    assert not {"sheet:place_text", "sheet:leaked", "sheet:substance", "sheet:dead"} & set(asked)


def test_nothing_of_the_call_itself_is_asked_of_another_desk() -> None:
    asked = keys(sheet(NOTHING_KNOWN), [], [], worded=())
    assert "sheet:place_text" in asked
    assert not {"sheet:caller_name", "sheet:caller_phone", "sheet:channel", "sheet:learned_at"} & set(asked)


def test_what_the_caller_did_not_know_is_asked_of_the_desks() -> None:
    assert "sheet:into_water" in keys(sheet(not_known=["into_water"]), [], [], worded=())


def test_each_intake_of_unknown_state_is_a_question_of_its_own() -> None:
    told = IntakeReport("黄龙滩水源地", "I1", IntakeState.DRAWING)
    known = sheet(**{"intakes-0-name": told.name, "intakes-0-receptor_id": "I1", "intakes-0-state": "drawing"})
    asked = keys(known, [FIRST, SECOND], [], worded=())
    assert f"intake:{SECOND.subject}" in asked
    assert f"intake:{FIRST.subject}" not in asked
    assert "sheet:intakes" not in asked


def test_a_stopped_intake_is_asked_whether_supply_is_cut() -> None:
    known = sheet(**{"intakes-0-name": "黄龙滩水源地", "intakes-0-state": "stopped_precaution"})
    assert "intake:|黄龙滩水源地" in keys(known, [], [], worded=())
    told = sheet(
        **{
            "intakes-0-name": "黄龙滩水源地", "intakes-0-state": "stopped_precaution",
            "intakes-0-supply_interrupted": SupplyInterrupted.NO.value,
        }
    )  # fmt: skip
    assert "intake:|黄龙滩水源地" not in keys(told, [], [], worded=())


def test_report_fields_without_words_are_asked_and_our_own_never() -> None:
    tasks = [task(field) for field in ("monitoring", "trend", "signatory", "grade_line", "sketch_map")]
    asked = keys(sheet(), [], tasks, worded={"trend"})
    assert "report:monitoring" in asked
    assert not {"report:trend", "report:signatory", "report:grade_line", "report:sketch_map"} & set(asked)


def test_an_intake_is_named_in_its_subject_and_read_back() -> None:
    assert NamedIntake.of_subject(FIRST.subject) == FIRST


def test_own_questions_are_one_a_line_and_not_endless() -> None:
    assert [one.text_zh for one in own_questions("  一？\n\n二？\r\n一？")] == ["一？", "二？"]
    assert {one.kind for one in own_questions("一？")} == {QuestionKind.OWN}
    with pytest.raises(TooManyQuestions):
        own_questions("\n".join(f"问题{number}" for number in range(11)))
    with pytest.raises(TooManyQuestions):
        own_questions("问" * 201)


def test_a_round_without_questions_says_what_to_do() -> None:
    assert NothingAsked(field="questions").status == 422


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=-1), timedelta(days=7, seconds=1)])
def test_the_time_to_answer_lies_ahead_within_a_week(ahead: timedelta) -> None:
    with pytest.raises(AnswerTimeWrong):
        check_due(NOW + ahead, NOW)


@pytest.mark.parametrize(
    ("answered", "later", "standing", "late"),
    [
        (0, timedelta(0), OfficeStanding.WAITING, False),
        (0, timedelta(seconds=1), OfficeStanding.SILENT, True),
        (2, timedelta(seconds=1), OfficeStanding.PART, True),
        (3, timedelta(days=1), OfficeStanding.ANSWERED, False),
    ],
)
def test_silence_begins_after_the_second_of_due(
    answered: int, later: timedelta, standing: OfficeStanding, late: bool
) -> None:
    progress = Progress(3, answered, NOW)
    assert (progress.standing(NOW + later), progress.is_late(NOW + later)) == (standing, late)


def test_a_link_ends_two_days_after_the_time_or_with_the_round() -> None:
    assert not is_link_over(NOW, None, NOW + LINK_LASTS - timedelta(seconds=1))
    assert is_link_over(NOW, None, NOW + LINK_LASTS)
    assert is_link_over(NOW, NOW, NOW)
