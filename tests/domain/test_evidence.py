"""Three witnesses of time and place, and what they say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incident_desk.domain.evidence import (
    VERDICT_WORDS,
    EvidenceVerdict,
    Position,
    Witnesses,
    WitnessSource,
    judge,
)

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
BRIDGE = Position(110.53, 32.68)
ALL_AGREE = Witnesses(
    received_at=NOW,
    has_exif=True,
    file_at=NOW - timedelta(minutes=3),
    file_position=BRIDGE,
    phone_taken_at=NOW - timedelta(minutes=2),
    phone_sent_at=NOW,
    phone_position=Position(110.5301, 32.6801, accuracy_m=20),
    case_earliest_at=NOW - timedelta(minutes=50),
    case_position=BRIDGE,
)


def verdicts(witnesses: Witnesses) -> set[EvidenceVerdict]:
    return {finding.verdict for finding in judge(witnesses).findings}


def test_when_all_agree_nothing_else_is_said() -> None:
    assert verdicts(ALL_AGREE) == {EvidenceVerdict.TIME_AGREES, EvidenceVerdict.PLACE_AGREES}


def test_the_file_is_believed_before_the_telephone() -> None:
    judgement = judge(ALL_AGREE)
    assert (judgement.taken_at, judgement.time_source) == (ALL_AGREE.file_at, WitnessSource.FILE)
    assert (judgement.position, judgement.place_source) == (BRIDGE, WitnessSource.FILE)


def test_a_forwarded_photograph_keeps_the_telephones_word() -> None:
    bare = replace(ALL_AGREE, has_exif=False, maybe_recompressed=True, file_at=None, file_position=None)
    assert verdicts(bare) == {
        EvidenceVerdict.TIME_ONLY_PHONE,
        EvidenceVerdict.PLACE_ONLY_PHONE,
        EvidenceVerdict.NO_EXIF,
        EvidenceVerdict.FORWARDED,
    }


def test_without_any_witness_the_servers_time_is_shown_as_such() -> None:
    judgement = judge(Witnesses(received_at=NOW, has_exif=False))
    assert (judgement.taken_at, judgement.time_source) == (NOW, WitnessSource.SERVER)
    assert judgement.has(EvidenceVerdict.PLACE_UNKNOWN)


def test_a_telephone_an_hour_ahead_is_noticed_and_corrected() -> None:
    hour = timedelta(hours=1)
    ahead = replace(ALL_AGREE, file_at=None, phone_taken_at=NOW - timedelta(minutes=2) + hour, phone_sent_at=NOW + hour)
    judgement = judge(ahead)
    assert judgement.has(EvidenceVerdict.PHONE_CLOCK_WRONG)
    assert judgement.taken_at == NOW - timedelta(minutes=2)


def test_a_camera_in_the_future_is_not_believed() -> None:
    judgement = judge(replace(ALL_AGREE, file_at=NOW + timedelta(days=1)))
    assert judgement.has(EvidenceVerdict.TIME_IN_FUTURE)
    assert judgement.time_source is WitnessSource.PHONE


def test_an_old_photograph_is_named_old() -> None:
    old = judge(replace(ALL_AGREE, file_at=NOW - timedelta(minutes=140)))
    words = {finding.verdict: dict(finding.params) for finding in old.findings}
    assert words[EvidenceVerdict.TIME_BEFORE_EVENT] == {"minutes": 90}
    assert words[EvidenceVerdict.TIME_DIFFERS] == {"minutes": 138}
    assert words[EvidenceVerdict.SENT_LATE] == {"minutes": 140}


def test_a_file_time_without_zone_is_read_as_beijing_time() -> None:
    local = replace(ALL_AGREE, file_at=None, file_local=datetime(2026, 11, 21, 2, 57))  # noqa: DTZ001
    judgement = judge(local)
    assert judgement.taken_at == datetime(2026, 11, 20, 18, 57, tzinfo=UTC)
    assert judgement.has(EvidenceVerdict.TIME_WITHOUT_OFFSET)


def test_positions_far_apart_are_named_with_their_distance() -> None:
    judgement = judge(replace(ALL_AGREE, phone_position=Position(110.53, 32.78)))
    (finding,) = [f for f in judgement.findings if f.verdict is EvidenceVerdict.PLACE_DIFFERS]
    assert dict(finding.params)["metres"] == pytest.approx(11_119, abs=20)


def test_the_telephones_own_accuracy_is_granted() -> None:
    assert EvidenceVerdict.PLACE_AGREES in verdicts(
        replace(ALL_AGREE, phone_position=Position(110.53, 32.69, accuracy_m=1_000))
    )


def test_a_photograph_from_another_city_is_named() -> None:
    wuhan = Position(114.3, 30.6)
    assert EvidenceVerdict.PLACE_FAR_FROM_CASE in verdicts(
        replace(ALL_AGREE, file_position=wuhan, phone_position=wuhan)
    )


def test_every_verdict_has_its_words() -> None:
    assert set(VERDICT_WORDS) == set(EvidenceVerdict)
