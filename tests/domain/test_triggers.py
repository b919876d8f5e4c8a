from __future__ import annotations

import pytest

from incident_desk.domain.code_lists import code_lists
from incident_desk.domain.law.legal_codes import Grade
from incident_desk.domain.law.triggers import (
    CROWD_TARGETS,
    HAZARDOUS_CATEGORIES,
    METAL_CATEGORIES,
    PROTECTION_TARGETS,
    FactSource,
    KnownFacts,
    Substance,
    Target,
    propose_triggers,
    trigger_codes,
)

ANILINE = Substance("苯胺", "NITRO_AMINE", un_no="1547")
HUANGLONGTAN = Target("WATER_INTAKE", "黄龙滩水库取水口", through_trace=True)
DANJIANGKOU = Target("SN_DIVERSION", "丹江口水库", through_trace=True)


def codes(**known: object) -> tuple[str, ...]:
    return trigger_codes(propose_triggers(KnownFacts(**known)))  # type: ignore[arg-type]


def test_aniline_in_the_du_river_above_huanglongtan_is_t1_and_t4_and_calls_the_head_to_the_scene() -> None:
    known = KnownFacts(substances=(ANILINE,), targets=(HUANGLONGTAN, DANJIANGKOU))
    proposals = propose_triggers(known)
    assert trigger_codes(proposals) == ("H2", "H3", "T1", "T4")
    reasons = {(p.code, p.reason_zh) for p in proposals}
    assert ("T4", "下游为丹江口水库（南水北调中线水源，跨省供水）") in reasons
    assert ("H2", "涉及危险化学品：苯胺（UN 1547）") in reasons


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("WS_PROTECTION_1", ("H2", "T1")),
        ("WS_QUASI", ("H2", "T1")),
        ("SCHOOL", ("T2",)),
        ("RESIDENTIAL", ("T2",)),
        ("CROSS_PROVINCE_SECTION", ("H3", "T4")),
        ("CROSS_CITY_SECTION", ("H3",)),
        ("FARMLAND", ()),
    ],
)
def test_a_target_implies_its_circumstance(target: str, expected: tuple[str, ...]) -> None:
    assert codes(targets=(Target(target, "某地"),)) == expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [("HEAVY_METAL", ("H2", "T3")), ("METALLOID", ("T3",)), ("TOXIC_GAS", ("H2",)), ("OIL", ()), ("UNKNOWN", ())],
)
def test_a_substance_implies_its_circumstance(category: str, expected: tuple[str, ...]) -> None:
    assert codes(substances=(Substance("某物", category),)) == expected


def test_society_and_grade_imply_theirs() -> None:
    assert codes(mass_incident=True) == ("H3", "T5")
    assert codes(held_necessary_because="重大活动期间") == ("T6",)
    assert codes(likely_grade=Grade.III) == ("H1",)
    assert codes(likely_grade=Grade.IV) == ()


def test_a_proposal_says_which_kind_of_fact_it_follows_from() -> None:
    (h2, t1) = propose_triggers(KnownFacts(targets=(HUANGLONGTAN,)))
    assert (h2.source, t1.source) == (FactSource.TRACE, FactSource.TRACE)


def test_every_code_used_here_stands_in_the_code_lists() -> None:
    targets = set(code_lists()["sensitive_target"])
    categories = set(code_lists()["pollutant_category"])
    assert {*PROTECTION_TARGETS, *CROWD_TARGETS, "SN_DIVERSION", "WATER_INTAKE"} <= targets
    assert categories >= HAZARDOUS_CATEGORIES | METAL_CATEGORIES
