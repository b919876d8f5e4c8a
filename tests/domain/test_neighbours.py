"""Neighbours without a database: who is reached, what a notice says, the alert, the packet's document, the register."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from incident_desk.domain.downstream import PlaceBelow
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.neighbours.advice import still_to_advise
from incident_desk.domain.neighbours.affected import neighbours_reached, peer_of
from incident_desk.domain.neighbours.agreement_list import (
    AgreementChangeKind,
    as_cells,
    parse_agreements_csv,
    read_agreement,
)
from incident_desk.domain.neighbours.agreements import (
    ALL_WATERS,
    Agreement,
    AgreementGap,
    AgreementLevel,
    Basin,
    Border,
    a_year_before,
    border_pairs,
    gaps,
    key_basins,
    masked_name,
    masked_number,
)
from incident_desk.domain.neighbours.cap import NAMESPACE, EnteringPlace, alert_xml, read_alert
from incident_desk.domain.neighbours.exchange import Exchange, read_exchange
from incident_desk.domain.neighbours.notices import (
    Notice,
    NoticeAct,
    NoticeField,
    NoticeWay,
    lines_of,
    notice_from,
    script_zh,
)
from incident_desk.domain.neighbours.progress import DisputeWord, HalfYear, NoSuchPeriod, Period, draft_zh
from incident_desk.domain.neighbours.refusals import NoticeFileRefused
from incident_desk.domain.reports.reporting import VERIFYING
from tests.conftest import NOW

OFFICES = Rulebook.shipped().offices
TODAY = date(2026, 11, 21)


def border(to_code: str, level: str, metres: float, from_code: str = "420300") -> PlaceBelow:
    return PlaceBelow(f"B{metres:.0f}", "border", "界", metres, 1.0, level, from_code, to_code)


PLACES = (
    border("420325", "county", 10.0),
    PlaceBelow("I1", "intake", "取水口", 15.0, 1.0, prefecture_code="420600"),
    border("420625", "prefecture", 20.0),
    border("429006", "prefecture", 30.0),
    border("500237", "province", 40.0),
    border("411326", "province", 50.0),
)


@pytest.mark.parametrize(
    ("own", "reached"),
    [
        ("420300", ["420600", "429006", "500237", "411300"]),
        ("420323", ["420325", "420600", "429006", "500237", "411300"]),
        ("420325", ["420600", "429006", "500237", "411300"]),
        ("420600", ["420300", "429006", "500237", "411300"]),
        ("420000", ["500000", "410000"]),
        ("429006", ["420300", "420600", "500237", "411300"]),
    ],
)
def test_each_office_tells_those_of_its_own_level(own: str, reached: list[str]) -> None:
    assert list(neighbours_reached(PLACES, OFFICES.get(own), OFFICES)) == reached


def test_a_neighbour_is_named_with_the_first_place_where_the_water_comes() -> None:
    assert neighbours_reached(PLACES, OFFICES.get("420300"), OFFICES)["420600"].id == "I1"


@pytest.mark.parametrize(("code", "peer"), [("420325", "420300"), ("429006", "429006"), ("500237", "500237")])
def test_who_answers_for_a_county(code: str, peer: str) -> None:
    assert peer_of(code) == peer


def a_notice(**more: Any) -> Notice:
    known = {NoticeField.WATER_BODY: "汉江", NoticeField.PARAMETER: "苯胺 <&>", NoticeField.CONTACT: "王值班"}
    said = {
        "case_no": "420300-2026-0001", "exercise": False, "number": 1, "from_code": "420300",
        "from_name": "十堰市生态环境局", "to_code": "420600", "to_name": "襄阳市生态环境局", "title": "通报函",
        "lines": lines_of(known, {}), "made_at": NOW,
    }  # fmt: skip
    return Notice(**{**said, **more})


def test_what_is_missing_is_printed_and_named() -> None:
    notice = a_notice()
    assert notice.line(NoticeField.ARRIVAL).text == VERIFYING
    assert NoticeField.ARRIVAL in notice.missing()
    assert NoticeField.WATER_BODY not in notice.missing()


def test_a_snapshot_gives_the_same_notice_back() -> None:
    notice = a_notice(follows=1)
    assert notice_from(json.loads(notice.snapshot())) == notice


def test_a_stray_half_character_stops_nothing() -> None:
    assert a_notice(lines=lines_of({NoticeField.EVENT: "a\ud800\x00b"}, {})).line(NoticeField.EVENT).text == "ab"


def test_an_exercise_is_said_first_and_last_the_read_back() -> None:
    lines = script_zh(a_notice(exercise=True, case_no="X420300-2026-0001")).split("\n")
    assert lines[0].startswith("演练，演练，演练。")
    assert "请复诵" in lines[-1]


@pytest.mark.parametrize(
    ("act", "minutes"),
    [
        (NoticeAct(NoticeWay.CALL, NOW, answered_by="韩"), 0),
        (NoticeAct(NoticeWay.CALL, NOW, read_back="汉江"), None),
        (NoticeAct(NoticeWay.FAX, NOW), None),
        (NoticeAct(NoticeWay.FAX, NOW, has_proof=True), 0),
        (NoticeAct(NoticeWay.LETTER, NOW, received_at=NOW + timedelta(minutes=5)), 5),
    ],
)
def test_what_shows_that_the_neighbour_knows(act: NoticeAct, minutes: int | None) -> None:
    assert act.reached_at() == (None if minutes is None else NOW + timedelta(minutes=minutes))


def test_advice_is_open_for_those_whom_none_names() -> None:
    assert still_to_advise(["a", "b", "c"], [["b"], ["x"]]) == ("a", "c")


# --- the alert: structure by OASIS CAP-v1.2-os, section 3.2 and its schema -----------------------------

ORDER = {
    "alert": (
        "identifier sender sent status msgType source scope restriction addresses code note references incidents info"
    ),
    "info": (
        "language category event responseType urgency severity certainty audience eventCode effective onset expires"
        " senderName headline description instruction web contact parameter resource area"
    ),
    "area": "areaDesc polygon circle geocode altitude ceiling",
    "parameter": "valueName value",
    "geocode": "valueName value",
}
NEEDED = {
    "alert": {"identifier", "sender", "sent", "status", "msgType", "scope"},
    "info": {"category", "event", "urgency", "severity", "certainty"},
    "area": {"areaDesc"},
    "parameter": {"valueName", "value"},
    "geocode": {"valueName", "value"},
}
VALUES = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE"},
    "responseType": {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}
MANY = {
    "category",
    "responseType",
    "eventCode",
    "parameter",
    "resource",
    "area",
    "polygon",
    "circle",
    "geocode",
    "info",
}


def faults_of(element: ET.Element) -> list[str]:
    """What a CAP 1.2 reader would object to in one element and those below it."""
    name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    children = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    if name not in ORDER:
        text = (element.text or "").strip()
        wrong = name in VALUES and text not in VALUES[name]
        return [f"{name}: {text}"] if wrong or not text or children else []
    order = ORDER[name].split()
    found = [f"{name} may not hold {child}" for child in children if child not in order]
    if [order.index(child) for child in children] != sorted(order.index(child) for child in children):
        found.append(f"{name}: order {children}")
    found += [f"{name} lacks {child}" for child in NEEDED[name] - set(children)]
    found += [f"{name} holds {child} twice" for child in set(children) - MANY if children.count(child) > 1]
    return found + [fault for child in element for fault in faults_of(child)]


PLACE = EnteringPlace("谷城断面", 111.61, 32.31, NOW + timedelta(hours=3), NOW + timedelta(hours=9))


@pytest.mark.parametrize("exercise", [True, False])
@pytest.mark.parametrize("place", [PLACE, None])
@pytest.mark.parametrize("grade", ["I", "IV", None])
@pytest.mark.parametrize("follows", [("420300-2026-0001.T1", "420300", NOW), None])
def test_the_alert_is_cap(exercise: bool, place: EnteringPlace | None, grade: str | None, follows: Any) -> None:
    case_no = f"{'X' if exercise else ''}420300-2026-0001"
    notice = a_notice(exercise=exercise, case_no=case_no)
    content = alert_xml(notice, identifier=f"{case_no}.T2", sent=NOW, grade=grade, place=place, references=follows)
    root = ET.fromstring(content)
    assert root.tag == f"{{{NAMESPACE}}}alert"
    assert faults_of(root) == []
    alert = read_alert(content)
    assert (alert.status, alert.sender, alert.sent) == ("Exercise" if exercise else "Actual", "420300", NOW)
    assert alert.msg_type == ("Update" if follows else "Alert")


def test_the_alert_names_where_and_when_latitude_first() -> None:
    text = alert_xml(a_notice(), identifier="a.T1", sent=NOW, grade="II", place=PLACE).decode()
    assert "<circle>32.31000,111.61000 5</circle>" in text
    assert "<onset>2026-11-21T05:45:00+08:00</onset>" in text
    assert "<severity>Severe</severity>" in text
    assert "<urgency>Expected</urgency>" in text
    assert "<scope>Restricted</scope>" in text


def an_alert() -> bytes:
    return alert_xml(a_notice(), identifier="420300-2026-0001.T1", sent=NOW, grade=None, place=None)


BILLION_LAUGHS = b'<!DOCTYPE alert [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "spoil",
    [
        lambda xml: xml.replace(b"<alert", BILLION_LAUGHS + b"<alert", 1),
        lambda xml: xml.replace(b"<alert", OUTSIDE + b"<alert", 1),
        lambda xml: xml.replace(b"cap:1.2", b"cap:1.1"),
        lambda xml: xml.replace(b">Restricted<", b">Public<"),
        lambda xml: xml.replace(b">Actual<", b">Test<"),
        lambda xml: xml.replace(b"T02:45:00+08:00", b"T02:45:00Z"),
        lambda xml: xml.replace(b"2026-11-21T02", b"2026-13-41T02"),
        lambda xml: xml.replace(b"420300-2026-0001.T1<", b"a b<"),
        lambda xml: xml[:-20],
        lambda xml: xml.decode().encode("utf-16"),
        lambda xml: b"",
    ],
)
def test_an_alert_that_is_none_is_refused(spoil: Any) -> None:
    with pytest.raises(NoticeFileRefused):
        read_alert(spoil(an_alert()))


# --- the document in the file ---------------------------------------------------------------------------


def an_exchange(**more: Any) -> Exchange:
    said = {"identifier": "420300-2026-0001.T1", "notice": a_notice(), "sent": NOW, "grade": None, "follows": None}
    return Exchange(**{**said, "sheet": {"water_body": "汉江"}, **more})


def test_the_document_is_read_as_it_was_written() -> None:
    exchange = an_exchange(notice=a_notice(follows=1, number=2))
    assert read_exchange(exchange.to_json()) == exchange


def spoiled(**changes: Any) -> bytes:
    document = json.loads(an_exchange().to_json())
    for key, value in changes.items():
        if value is None:
            document.pop(key)
        else:
            document[key] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "content",
    [
        spoiled(format="another/1"),
        spoiled(digest=None),
        spoiled(more="x"),
        spoiled(number="1"),
        spoiled(number=True),
        spoiled(exercise=1),
        spoiled(exercise=True),
        spoiled(case_no="../../etc"),
        spoiled(lines=[]),
        spoiled(lines="x"),
        spoiled(sheet={"caller_phone": "1"}),
        spoiled(sheet={"water_body": 5}),
        spoiled(sheet={"water_body": "x" * 5_000}),
        spoiled(title="另一标题"),
        spoiled(made_at="2026-11-21T02:45:00"),
        spoiled(sent="9999-12-31T23:59:59+00:00"),
        spoiled(to={"code": "4206", "name": "x"}),
        b"[]",
        b"NaN",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": 1e999}',
    ],
)
def test_a_document_that_no_desk_wrote_is_refused(content: bytes) -> None:
    with pytest.raises(NoticeFileRefused):
        read_exchange(content)


# --- the register ---------------------------------------------------------------------------------------

HAN = Basin("汉江干流", "Han", ("汉江",), "")
BORDERS = (
    Border("甲", "汉江", AgreementLevel.PREFECTURE, "420381", "420625"),
    Border("乙", "汉江", AgreementLevel.PREFECTURE, "420625", "420381"),
    Border("丙", "汉江", AgreementLevel.PROVINCE, "610981", "420322"),
    Border("丁", "堵河", AgreementLevel.PREFECTURE, "420381", "420625"),
    Border("戊", "汉江", AgreementLevel.COUNTY, "420304", "420381"),
)


def agreement(**more: Any) -> Agreement:
    said = {
        "agreement_no": "A1", "water_body": "汉江", "upstream_code": "420300", "downstream_code": "420600",
        "level": AgreementLevel.PREFECTURE, "last_meeting_on": date(2026, 3, 1), "valid_until": date(2027, 12, 31),
    }  # fmt: skip
    return Agreement(**{**said, **more})


def test_pairs_are_those_of_the_rank_of_each_border_once() -> None:
    pairs = {(pair.level, pair.upstream_code, pair.downstream_code): pair for pair in border_pairs(BORDERS, [HAN])}
    assert set(pairs) == {
        (AgreementLevel.PREFECTURE, "420300", "420600"), (AgreementLevel.PROVINCE, "610000", "420000"),
        (AgreementLevel.PREFECTURE, "610900", "420300"), (AgreementLevel.COUNTY, "420304", "420381"),
    }  # fmt: skip
    assert pairs[AgreementLevel.PREFECTURE, "420300", "420600"].borders == ("甲", "乙")


def gaps_with(*known: Agreement) -> list[AgreementGap]:
    pair = border_pairs(BORDERS[:1], [HAN])
    return [found.gap for found in gaps(pair, known, TODAY)]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ((), [AgreementGap.NO_AGREEMENT]),
        ((agreement(),), []),
        ((agreement(upstream_code="420600", downstream_code="420300"),), []),
        ((agreement(water_body=ALL_WATERS),), []),
        ((agreement(water_body="堵河"),), [AgreementGap.NO_AGREEMENT]),
        ((agreement(level=AgreementLevel.COUNTY),), [AgreementGap.NO_AGREEMENT]),
        ((agreement(valid_until=date(2026, 11, 20)),), [AgreementGap.EXPIRED]),
        ((agreement(valid_until=TODAY),), []),
        ((agreement(valid_until=None),), []),
        ((agreement(last_meeting_on=date(2025, 11, 21)),), []),
        ((agreement(last_meeting_on=date(2025, 11, 20)),), [AgreementGap.NO_MEETING]),
        ((agreement(last_meeting_on=None, valid_until=date(2020, 1, 1)),),
         [AgreementGap.EXPIRED, AgreementGap.NO_MEETING]),
        ((agreement(valid_until=date(2020, 1, 1)), agreement(agreement_no="A2")), []),
    ],
)  # fmt: skip
def test_what_a_border_lacks(known: tuple[Agreement, ...], expected: list[AgreementGap]) -> None:
    assert gaps_with(*known) == expected


def test_a_year_before_the_leap_day_is_the_last_of_february() -> None:
    assert a_year_before(date(2028, 2, 29)) == date(2027, 2, 28)


def test_five_of_the_nineteen_basins_are_known_and_none_is_invented() -> None:
    assert [basin.name_zh for basin in key_basins()] == ["长江干流", "汉江干流", "清江", "东荆河", "府澴河"]
    assert all(basin.source for basin in key_basins())


@pytest.mark.parametrize(
    ("name", "number", "masked"),
    [("王值班", "+8610000000391", ("王＊＊", "+86100****0391")), ("", "", ("", "")), ("王", "110", ("王＊＊", "****"))],
)
def test_contacts_are_masked(name: str, number: str, masked: tuple[str, str]) -> None:
    assert (masked_name(name), masked_number(number)) == masked


LIST = (
    "协议编号,水体,上游单位,下游单位,层级,签订日期,有效期至,上游电话\n"
    "A1,汉江,十堰市,襄阳市生态环境局,市级,2024-01-02,2026/12/31,+8610000000391\n"
    "A2,丹江,河南省南阳市,420300,prefecture,2025年1月2日,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_either_encoding(encoding: str) -> None:
    found = parse_agreements_csv(LIST.encode(encoding), tree=OFFICES, today=TODAY)
    assert found.ok
    assert [(one.upstream_code, one.downstream_code) for one in found.agreements] == [
        ("420300", "420600"), ("411300", "420300"),
    ]  # fmt: skip
    assert found.count(AgreementChangeKind.ADDED) == 2


def test_every_fault_is_named_by_line_and_column() -> None:
    lines = (
        "A1,汉江,420300,420600,市级,,,",
        "A3,,420300,420300,村级,2030-1-1,x,12",
        "A4,汉江,420323,420300,市级,2026-12-01,2020-1-1,",
    )
    text = LIST + "\n".join(lines)
    found = parse_agreements_csv(text.encode(), tree=OFFICES, today=TODAY)
    assert [(one.line, one.column) for one in found.problems] == [
        (4, "agreement_no"), (5, "water_body"), (5, "level"), (5, "valid_until"), (5, "upstream_phone"),
        (6, "upstream_code"), (6, "valid_until"), (6, "signed_on"),
    ]  # fmt: skip
    assert found.changes == ()


@pytest.mark.parametrize("content", [b"", b"\x00\x01", "协议编号,不知道\n1,2\n".encode(), "协议编号\n\n".encode()])
def test_a_file_that_is_no_list_is_refused_in_words(content: bytes) -> None:
    found = parse_agreements_csv(content, tree=OFFICES, today=TODAY)
    assert not found.ok


def test_taking_the_same_list_again_changes_nothing() -> None:
    first = parse_agreements_csv(LIST.encode(), tree=OFFICES, today=TODAY).agreements
    again = parse_agreements_csv(LIST.encode(), first, tree=OFFICES, today=TODAY)
    assert {change.kind for change in again.changes} == {AgreementChangeKind.UNCHANGED}


def test_cells_give_the_same_agreement_back() -> None:
    one = agreement(title="协议", upstream_contact="王值班", upstream_phone="+8610000000391")
    assert read_agreement(as_cells(one), tree=OFFICES, today=TODAY) == (one, [])


# --- progress -------------------------------------------------------------------------------------------


def test_periods_end_in_june_and_december() -> None:
    assert Period.of(date(2026, 6, 30)) == Period(2026, HalfYear.H1)
    assert Period.read("2026-h2").due_on == date(2026, 12, 31)
    assert Period(2026, HalfYear.H1).before().code == "2025-h2"
    assert Period(2026, HalfYear.H1).due_on == date(2026, 6, 30)


@pytest.mark.parametrize("text", ["2026-h3", "2026", "", "1926-h1", "2026-H1"])
def test_what_is_no_half_year_is_refused(text: str) -> None:
    with pytest.raises(NoSuchPeriod):
        Period.read(text)


def test_the_draft_counts_and_names_what_the_register_holds() -> None:
    known = [agreement(monitoring_plan="每月一次"), agreement(agreement_no="A2", valid_until=date(2020, 1, 1))]
    names = {"420300": "十堰市", "420600": "襄阳市", "610900": "陕西省安康市", "610000": "陕西省", "420000": "湖北省",
             "420304": "郧阳区", "420381": "丹江口市"}  # fmt: skip
    found = gaps(border_pairs(BORDERS, [HAN]), known, TODAY)
    disputes = [DisputeWord("汉江", "漂浮物", date(2026, 5, 1), "省厅", None)]
    text = draft_zh(
        office="十堰市生态环境局", agreements=known, gaps=found, disputes=disputes, names=names, today=TODAY
    )
    assert "联防联控协议2份（市级2份），其中过期1份" in text
    assert "未签订协议的界面3处" in text
    assert "汉江陕西省安康市—十堰市" in text
    assert "漂浮物" in text
    assert "正在协调" in text
    assert [line for line in text.split("\n") if line.endswith("、下一步安排")] == ["五、下一步安排"]


def test_an_empty_register_says_so() -> None:
    text = draft_zh(office="甲局", agreements=[], gaps=[], disputes=[], names={}, today=TODAY)
    assert "协议为0份" in text
    assert "［填写］" in text
