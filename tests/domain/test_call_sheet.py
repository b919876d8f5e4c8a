"""The call sheet, filled in as the exercise's duty officer does at 02:45 on 21 November 2026, Beijing time."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.calls.amounts import Certainty
from incident_desk.domain.calls.call_fields import PERSONAL, PHONE_FIELDS, CallField, CasualtyCause, field_of
from incident_desk.domain.calls.call_grading import grading_inputs
from incident_desk.domain.calls.call_questions import FIRST_REPORT, missing, next_questions
from incident_desk.domain.calls.call_sheet import CallSheet
from incident_desk.domain.calls.coordinates import Datum
from incident_desk.domain.calls.field_problems import FieldProblem
from incident_desk.domain.calls.occurrence import Occurrence, OccurrenceKind
from incident_desk.domain.calls.place import PositionHow
from incident_desk.domain.calls.water_intakes import IntakeState, SupplyInterrupted

NOW = datetime(2026, 11, 20, 18, 45, 12, tzinfo=UTC)
LEARNED = datetime(2026, 11, 20, 18, 25, tzinfo=UTC)
HAPPENED = datetime(2026, 11, 20, 18, 10, tzinfo=UTC)

EXERCISE: dict[str, object] = {
    "channel": "LOWER_REPORT",
    "caller_name": "张三",
    "caller_unit": "竹山县分局",
    "caller_phone": "+8610000000012",
    "learned_at": "02:25",
    "occurred_kind": "exact",
    "occurred_at": "02:10",
    "place_text": "竹山县堵河大桥",
    "coordinates": "东经110°18′00″，北纬32°30′00″",
    "datum": "cgcs2000",
    "position_how": "pasted",
    "region_code": "420323",
    "water_body": "堵河",
    "media": ["WATER_SURFACE"],
    "course": "罐车在桥上侧翻，罐体破损，苯胺流入河中",
    "cause": "TRAFFIC_ROAD",
    "substance": "苯胺",
    "un_no": "UN1547",
    "cas_no": "62-53-3",
    "carried": "18t",
    "carried_certainty": "confirmed",
    "leaked": "约5吨",
    "into_water": "不明",
    "plate": "鄂c12345、鄂C·1234挂",
    "waybill": "YD20261120001",
    "carrier": "某运输公司",
    "dead": "0",
    "injured": "1人",
    "poisoned": "无",
    "evacuated": "约20人",
    "casualty_cause": "accident",
    "intakes-0-name": "黄龙滩水厂",
    "intakes-0-receptor_id": "I19",
    "intakes-0-state": "stopped_precaution",
    "intakes-0-supply_interrupted": "no",
    "intakes-0-serves": "prefecture",
    "intakes-0-at": "02:40",
    "weather": "小雨",
    "measures": "消防正在堵漏",
    "not_known_text": "罐体是否还在泄漏",
}


def read(**changes: object) -> tuple[CallSheet, tuple[FieldProblem, ...]]:
    return CallSheet.from_form({"learned_at": "02:25", **changes}, now=NOW)


def hard(problems: tuple[FieldProblem, ...]) -> dict[str, str]:
    return {problem.field: problem.code for problem in problems if not problem.soft}


def soft(problems: tuple[FieldProblem, ...]) -> dict[str, str]:
    return {problem.field: problem.code for problem in problems if problem.soft}


def exercise() -> CallSheet:
    return CallSheet.from_form(EXERCISE, now=NOW)[0]


def test_the_exercise_is_read_without_a_problem() -> None:
    assert CallSheet.from_form(EXERCISE, now=NOW)[1] == ()


def test_the_exercise_keeps_every_answer() -> None:
    sheet = exercise()
    assert sheet.learned_at == LEARNED
    assert sheet.occurred == Occurrence.exactly(HAPPENED)
    assert sheet.position is not None
    assert sheet.position.coordinates.cgcs2000() == pytest.approx((110.3, 32.5))
    assert (sheet.substance_id, sheet.un_no, sheet.cas_no) == ("aniline", "1547", "62-53-3")
    assert sheet.amounts.carried is not None
    assert (sheet.amounts.carried.mass_kg(), sheet.amounts.carried.certainty) == (18_000, Certainty.CONFIRMED)
    assert (sheet.dead, sheet.injured, sheet.poisoned, sheet.evacuated) == (0, 1, 0, 20)
    assert sheet.plate == "鄂C12345 / 鄂C1234挂"
    assert sheet.casualty_cause is CasualtyCause.ACCIDENT


def test_an_intake_is_read_with_its_state_and_since_when() -> None:
    (intake,) = exercise().intakes
    assert (intake.receptor_id, intake.state) == ("I19", IntakeState.STOPPED_PRECAUTION)
    assert intake.supply_interrupted is SupplyInterrupted.NO
    assert intake.at == datetime(2026, 11, 20, 18, 40, tzinfo=UTC)


def test_intakes_of_a_json_draft_are_read_like_those_of_a_form() -> None:
    row = {"name": "黄龙滩水厂", "receptor_id": "I19", "state": "stopped_precaution", "supply_interrupted": "no"}
    row |= {"serves": "prefecture", "at": "02:40"}
    assert read(intakes=[row])[0].intakes == exercise().intakes
    assert read(intakes=json.dumps([row]))[0].intakes == exercise().intakes


def test_an_empty_sheet_is_a_sheet_learned_now() -> None:
    sheet, problems = CallSheet.from_form({}, now=NOW)
    assert (sheet, problems) == (CallSheet(learned_at=NOW), ())


@pytest.mark.parametrize("sheet", [exercise(), CallSheet(learned_at=NOW), read(carried="18", dead="不明")[0]])
def test_a_sheet_survives_its_json_whole(sheet: CallSheet) -> None:
    assert CallSheet.from_json(json.loads(json.dumps(sheet.to_json()))) == sheet


def test_json_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 2"):
        CallSheet.from_json({**exercise().to_json(), "version": 2})


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("occurred_at", "03:10", "time_in_future"),
        ("occurred_at", "02:30", "learned_before_happened"),
        ("occurred_at", "桥上", "time_unreadable"),
        ("learned_at", "03:10", "time_in_future"),
        ("learned_at", "刚刚吧", "time_unreadable"),
        ("coordinates", "32.5, 110.3", "coordinates_swapped"),
        ("coordinates", "48.85N 2.35E", "coordinates_outside_china"),
        ("coordinates", "堵河大桥", "coordinates_unreadable"),
        ("carried", "18", "amount_without_unit"),
        ("leaked", "很多", "amount_unreadable"),
        ("dead", "几个", "count_unreadable"),
        ("dead", "-1", "count_unreadable"),
        ("dead", "1.5", "count_unreadable"),
        ("un_no", "15", "un_unreadable"),
        ("cas_no", "62-53-4", "cas_unreadable"),
        ("region_code", "竹山", "region_code_unreadable"),
        ("channel", "SOMEBODY", "choice_unreadable"),
        ("media", "MOON", "choice_unreadable"),
        ("datum", "tokyo", "choice_unreadable"),
        ("casualty_cause", "x", "choice_unreadable"),
    ],
)
def test_a_refused_answer_is_kept_as_typed_and_the_rest_of_the_sheet_stands(key: str, text: str, code: str) -> None:
    sheet, problems = CallSheet.from_form({**EXERCISE, key: text}, now=NOW)
    assert hard(problems) == {key: code}
    assert sheet.unread[key] == text
    assert sheet.water_body == "堵河"


def test_a_refused_learned_time_counts_as_now() -> None:
    sheet, _ = read(learned_at="03:10")
    assert sheet.learned_at == NOW


def test_a_refused_occurrence_stays_unknown_and_the_learned_time_stands() -> None:
    sheet, problems = read(occurred_at="02:30")
    assert (sheet.occurred.kind, sheet.learned_at) == (OccurrenceKind.UNKNOWN, LEARNED)
    assert "2026-11-21 02:25" in str(problems[0])


def test_about_keeps_both_bounds() -> None:
    sheet, problems = read(occurred_kind="about", occurred_earliest="01:50", occurred_latest="02:15")
    bounds = HAPPENED - timedelta(minutes=20), HAPPENED + timedelta(minutes=5)
    assert (sheet.occurred, problems) == (Occurrence.about(*bounds), ())


def test_the_word_about_makes_a_time_approximate() -> None:
    assert read(occurred_at="大约2:10")[0].occurred == Occurrence.about(HAPPENED, HAPPENED)


def test_an_earliest_bound_after_learning_is_refused() -> None:
    _, problems = read(occurred_kind="about", occurred_earliest="02:30", occurred_latest="02:40")
    assert hard(problems) == {"occurred_earliest": "learned_before_happened"}


def test_a_latest_bound_after_learning_is_only_doubted() -> None:
    sheet, problems = read(occurred_kind="about", occurred_earliest="02:00", occurred_latest="02:40")
    assert soft(problems) == {"occurred_latest": "latest_after_learned"}
    assert sheet.occurred.kind is OccurrenceKind.ABOUT


def test_reversed_bounds_are_refused_and_both_texts_kept() -> None:
    sheet, problems = read(occurred_kind="about", occurred_earliest="02:15", occurred_latest="01:50")
    assert hard(problems) == {"occurred_earliest": "bounds_reversed"}
    assert sheet.unread == {"occurred_earliest": "02:15", "occurred_latest": "01:50"}


def test_an_occurrence_at_the_very_moment_of_learning_is_possible() -> None:
    assert read(occurred_at="02:25")[1] == ()


def test_learning_may_lie_days_in_the_past() -> None:
    sheet, problems = read(learned_at="11月19日 08:00")
    assert (sheet.learned_at, problems) == (datetime(2026, 11, 19, 0, 0, tzinfo=UTC), ())


@pytest.mark.parametrize("word", ["不明", "unknown", "正在核实", "？"])
def test_unknown_is_an_answer(word: str) -> None:
    sheet, problems = read(dead=word, leaked=word)
    assert (sheet.dead, sheet.amounts.leaked, problems) == (None, None, ())
    assert set(sheet.not_known) == {CallField.DEAD, CallField.LEAKED}


def test_boxes_ticked_as_unknown_are_kept_once() -> None:
    sheet, _ = read(not_known=["dead", "cause", "dead", "no_such_field"])
    assert sheet.not_known == (CallField.DEAD, CallField.CAUSE)


def test_an_occurrence_ticked_unknown_is_not_known() -> None:
    assert CallField.OCCURRED in read(occurred_kind="unknown")[0].not_known


@pytest.mark.parametrize(
    ("text", "count", "is_estimate"),
    [
        ("3", 3, False),
        ("三人", 3, False),
        ("没有", 0, False),
        ("约50人", 50, True),
        ("50余人", 50, True),
        ("3-5人", 5, True),
    ],
)
def test_people_are_counted_as_they_are_said(text: str, count: int, is_estimate: bool) -> None:
    sheet, _ = read(evacuated=text)
    assert (sheet.evacuated, CallField.EVACUATED in sheet.estimated) == (count, is_estimate)


def test_a_un_number_that_does_not_fit_is_put_aside_and_the_substance_stands() -> None:
    sheet, problems = read(substance="苯胺", cas_no="62-53-3", un_no="1294")
    assert hard(problems) == {"un_no": "un_does_not_fit"}
    assert (sheet.substance_id, sheet.un_no, sheet.unread) == ("aniline", None, {"un_no": "1294"})


def test_a_cas_number_of_another_substance_is_put_aside() -> None:
    sheet, problems = read(substance="甲苯", cas_no="62-53-3")
    assert hard(problems) == {"cas_no": "substance_disagrees"}
    assert (sheet.substance_id, sheet.cas_no) == ("toluene", None)


def test_numbers_alone_name_the_substance() -> None:
    assert read(un_no="1547")[0].substance_id == "aniline"
    assert read(cas_no="62533")[0].substance_id == "aniline"


def test_a_substance_that_is_not_listed_is_only_doubted() -> None:
    sheet, problems = read(substance="某某新材料")
    assert soft(problems) == {"substance": "substance_not_listed"}
    assert sheet.substance == "某某新材料"


def test_a_map_click_comes_as_two_numbers() -> None:
    sheet, problems = read(longitude="110.3", latitude="32.5", datum="cgcs2000", position_how="map")
    assert problems == ()
    assert sheet.position is not None
    assert (sheet.position.coordinates.longitude, sheet.position.how) == (110.3, PositionHow.MAP)


def test_pasted_coordinates_without_a_datum_count_as_wgs84_and_say_so() -> None:
    sheet, problems = read(coordinates="110.3, 32.5")
    assert soft(problems) == {"datum": "datum_not_said"}
    assert sheet.position is not None
    assert sheet.position.coordinates.datum is Datum.WGS84


def test_a_position_outside_hubei_is_only_doubted() -> None:
    _, problems = read(coordinates="108.94, 34.34", datum="wgs84")
    assert soft(problems) == {"coordinates": "outside_hubei"}


@pytest.mark.parametrize("plate", ["鄂C12345", "鄂CD12345", "鄂C1234挂", "陕G12345D"])
def test_usual_plates_are_not_doubted(plate: str) -> None:
    assert read(plate=plate)[1] == ()


def test_an_unusual_plate_is_only_doubted() -> None:
    sheet, problems = read(plate="不清楚，好像是C123")
    assert set(soft(problems).values()) == {"plate_unusual"}
    assert "C123" in sheet.plate


def test_more_leaked_than_carried_is_only_doubted() -> None:
    assert soft(read(carried="18t", leaked="20t")[1]) == {"leaked": "leaked_more_than_carried"}


def test_a_problem_of_an_intake_names_its_row() -> None:
    sheet, problems = CallSheet.from_form({**EXERCISE, "intakes-0-at": "03:40"}, now=NOW)
    assert hard(problems) == {"intakes-0-at": "time_in_future"}
    assert sheet.unread_of(CallField.INTAKES) == "03:40"


def test_an_endless_text_is_cut_and_says_so() -> None:
    sheet, problems = read(notes="长" * 5_000)
    assert (len(sheet.notes), soft(problems)) == (4_000, {"notes": "too_long"})


def test_no_text_whatever_stops_a_call() -> None:
    """Random rubbish of the letters that the readers look for, in every field; the sheet must still round-trip."""
    dice = random.Random(7)
    letters = (
        '0123456789０９.。,，:：-~约半点两十百万吨方LtEN东经北纬°′″分秒时月日昨前人多余/[]{}"\\\x00\ud800 年UNCAS鄂C挂'
    )
    keys = [key for key in EXERCISE if key != "media"]
    for _ in range(300):
        form: dict[str, object] = {key: "".join(dice.choices(letters, k=dice.randint(0, 14))) for key in keys}
        form |= {"media": ["x", "", None], "intakes": "[" + str(form["dead"])}
        sheet, problems = CallSheet.from_form(form, now=NOW)
        assert CallSheet.from_json(json.loads(json.dumps(sheet.to_json()))) == sheet
        assert {problem.field for problem in problems if not problem.soft} <= set(sheet.unread)
        assert all(str(problem) for problem in problems)
        json.dumps(sheet.to_json(), ensure_ascii=False).encode("utf-8")
        assert set(missing(sheet)) <= set(FIRST_REPORT)
        assert next_questions(sheet, 1)
        assert "conditions" in grading_inputs(sheet).to_json()


def test_nothing_is_missing_for_the_first_report_but_what_nobody_knows() -> None:
    assert missing(exercise()) == (CallField.INTO_WATER,)


def test_an_empty_sheet_lacks_everything_a_first_report_says() -> None:
    assert missing(CallSheet(learned_at=NOW)) == FIRST_REPORT


def test_an_unread_answer_is_missing() -> None:
    assert CallField.CARRIED in missing(CallSheet.from_form({**EXERCISE, "carried": "18"}, now=NOW)[0])


def test_a_gas_cloud_lacks_no_water() -> None:
    lacking = missing(read(media=["AIR"])[0])
    assert not {CallField.WATER_BODY, CallField.INTO_WATER, CallField.INTAKES} & set(lacking)


def test_the_first_question_is_the_number_to_ring_back_and_then_the_place() -> None:
    asked = next_questions(CallSheet(learned_at=NOW), 3)
    assert [question.field for question in asked] == [CallField.CALLER_PHONE, CallField.PLACE_TEXT, CallField.DEAD]
    assert asked[0].text("zh_Hans") == "电话断了打哪个号码找您？"
    assert asked[0].text("en") == "Which number do we ring if the line breaks?"


def test_nothing_known_and_nothing_that_nobody_knows_is_asked_again() -> None:
    assert next_questions(exercise()) == ()


def test_an_unread_answer_is_asked_again_with_what_was_heard() -> None:
    sheet, _ = CallSheet.from_form({**EXERCISE, "carried": "18"}, now=NOW)
    (question,) = next_questions(sheet)
    assert (question.field, question.again, question.heard) == (CallField.CARRIED, True, "18")


def test_a_plate_is_asked_for_on_the_road_only() -> None:
    at_a_plant = next_questions(read(cause="FACILITY_FAILURE")[0])
    assert CallField.PLATE not in {question.field for question in at_a_plant}


def test_facts_hold_no_person() -> None:
    facts = dict(exercise().facts())
    assert not PERSONAL & set(facts)
    assert "张三" not in json.dumps(list(facts.values()), ensure_ascii=False)


def test_facts_tell_known_unknown_and_unread_apart() -> None:
    facts = dict(CallSheet.from_form({**EXERCISE, "carried": "18"}, now=NOW)[0].facts())
    assert facts[CallField.DEAD] == {"state": "known", "value": 0, "estimated": False}
    assert facts[CallField.EVACUATED] == {"state": "known", "value": 20, "estimated": True}
    assert facts[CallField.INTO_WATER] == {"state": "unknown"}
    assert facts[CallField.CARRIED] == {"state": "unread", "text": "18"}


def test_an_unasked_field_is_no_fact() -> None:
    assert [code for code, _ in CallSheet(learned_at=NOW).facts()] == [CallField.LEARNED_AT]


def test_the_exercise_grades_nobody_and_a_precautionary_stop() -> None:
    inputs = grading_inputs(exercise())
    assert inputs.conditions == ("WATER_INTAKE_STOPPED_PRECAUTION",)
    assert inputs.metrics["deaths"] == 0
    assert inputs.metrics["poisoned_or_seriously_injured"] == 0
    assert inputs.possible_conditions == ()


def test_unknown_metrics_are_left_out() -> None:
    assert grading_inputs(CallSheet(learned_at=NOW)).to_json() == {"conditions": []}


def test_a_possible_condition_says_that_it_is_only_possible() -> None:
    row = {"name": "黄龙滩水厂", "state": "stopped_polluted", "supply_interrupted": "no", "serves": "prefecture"}
    possible = {"code": "WATER_INTAKE_INTERRUPTED_PREFECTURE", "state": "possible"}
    assert grading_inputs(read(intakes=[row])[0]).to_json()["conditions"] == [possible]


def test_deaths_by_the_pollution_count() -> None:
    assert grading_inputs(read(dead="3", casualty_cause="pollution")[0]).metrics["deaths"] == 3


def test_deaths_of_unknown_cause_count_as_at_most_so_many() -> None:
    deaths = grading_inputs(read(dead="3")[0]).metrics["deaths"]
    assert deaths == {"min": 0, "best": 3, "max": 3, "state": "estimated"}


def test_the_poisoned_count_whatever_hurt_the_injured() -> None:
    sheet, _ = read(poisoned="12", injured="2", casualty_cause="accident")
    assert grading_inputs(sheet).metrics["poisoned_or_seriously_injured"] == 12


def test_ten_fields_stand_on_the_phone() -> None:
    assert len(PHONE_FIELDS) == 10


def test_each_field_stands_on_the_phone_at_most_once() -> None:
    shown = [field for fields in PHONE_FIELDS.values() for field in fields]
    assert len(shown) == len(set(shown))


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("occurred_latest", CallField.OCCURRED),
        ("intakes-0-at", CallField.INTAKES),
        ("carried_certainty", CallField.CARRIED),
        ("latitude", CallField.COORDINATES),
        ("dead", CallField.DEAD),
        ("nonsense", None),
    ],
)
def test_a_form_key_belongs_to_its_field(key: str, field: CallField | None) -> None:
    assert field_of(key) is field
