"""When and where a photograph was taken, by three witnesses: the file (EXIF), the telephone, the server.

A verdict is words beside the photograph; none refuses it. A picture forwarded through WeChat has lost its EXIF
and is taken all the same, marked so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from incident_desk.domain.china_time import CHINA
from incident_desk.domain.errors import N_
from incident_desk.domain.great_circle import distance_m

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Two clocks that differ by less agree. A choice of this house, shown beside the verdict."""

PLACE_TOLERANCE_M = 500.0
"""Two positions nearer than this, beyond the telephone's own accuracy, agree. A choice of this house."""

FAR_FROM_CASE_M = 100_000.0
"""A photograph farther from the spill than this may belong to another case. A choice of this house."""

LATE_UPLOAD = timedelta(hours=1)
"""A photograph that came later than this after it was taken was held back by a bad link, or is an old one."""


class EvidenceVerdict(StrEnum):
    """What the witnesses say together; several may hold at once."""

    TIME_AGREES = "time_agrees"
    TIME_DIFFERS = "time_differs"
    TIME_WITHOUT_OFFSET = "time_without_offset"
    TIME_IN_FUTURE = "time_in_future"
    TIME_BEFORE_EVENT = "time_before_event"
    TIME_ONLY_PHONE = "time_only_phone"
    TIME_ONLY_SERVER = "time_only_server"
    PHONE_CLOCK_WRONG = "phone_clock_wrong"
    SENT_LATE = "sent_late"
    PLACE_AGREES = "place_agrees"
    PLACE_DIFFERS = "place_differs"
    PLACE_ONLY_FILE = "place_only_file"
    PLACE_ONLY_PHONE = "place_only_phone"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_FAR_FROM_CASE = "place_far_from_case"
    NO_EXIF = "no_exif"
    FORWARDED = "forwarded"


class WitnessSource(StrEnum):
    """Whose word was taken for the time or the place."""

    FILE = "file"
    PHONE = "phone"
    SERVER = "server"


VERDICT_WORDS = {
    EvidenceVerdict.TIME_AGREES: N_("Time in the photograph and on the telephone agree."),
    EvidenceVerdict.TIME_DIFFERS: N_(
        "The photograph says it was taken %(minutes)s minutes away from the telephone's time."
    ),
    EvidenceVerdict.TIME_WITHOUT_OFFSET: N_("The photograph gives a time without zone; read as Beijing time."),
    EvidenceVerdict.TIME_IN_FUTURE: N_("The photograph says it was taken in the future: the camera's clock is wrong."),
    EvidenceVerdict.TIME_BEFORE_EVENT: N_("The photograph was taken %(minutes)s minutes before the incident happened."),
    EvidenceVerdict.TIME_ONLY_PHONE: N_("The photograph gives no time; the telephone's time is shown."),
    EvidenceVerdict.TIME_ONLY_SERVER: N_("Nobody gives a time of exposure; shown is when the photograph arrived here."),
    EvidenceVerdict.PHONE_CLOCK_WRONG: N_("The telephone's clock is wrong by %(minutes)s minutes."),
    EvidenceVerdict.SENT_LATE: N_("The photograph arrived %(minutes)s minutes after it was taken."),
    EvidenceVerdict.PLACE_AGREES: N_("Position in the photograph and of the telephone agree."),
    EvidenceVerdict.PLACE_DIFFERS: N_("Position in the photograph and of the telephone are %(metres)s m apart."),
    EvidenceVerdict.PLACE_ONLY_FILE: N_("Only the photograph gives a position."),
    EvidenceVerdict.PLACE_ONLY_PHONE: N_("Only the telephone gives a position."),
    EvidenceVerdict.PLACE_UNKNOWN: N_("No position is known. Mark it on the map."),
    EvidenceVerdict.PLACE_FAR_FROM_CASE: N_("The photograph was taken %(kilometres)s km from the incident."),
    EvidenceVerdict.NO_EXIF: N_("The photograph carries no record of camera, time and place."),
    EvidenceVerdict.FORWARDED: N_(
        "Probably forwarded through WeChat: time and place of exposure are lost. Ask for the original."
    ),
}


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees, one datum for all that are compared; ``accuracy_m`` as the telephone says it."""

    longitude: float
    latitude: float
    accuracy_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What file, telephone, server and case say. All instants aware but ``file_local``, which has no zone."""

    received_at: datetime
    has_exif: bool
    maybe_recompressed: bool = False
    file_at: datetime | None = None
    file_local: datetime | None = None
    file_position: Position | None = None
    phone_taken_at: datetime | None = None
    phone_sent_at: datetime | None = None
    phone_position: Position | None = None
    case_earliest_at: datetime | None = None
    case_position: Position | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict with the numbers for its words."""

    verdict: EvidenceVerdict
    params: tuple[tuple[str, int], ...] = ()

    def words(self) -> tuple[str, dict[str, int]]:
        """The message id and its parameters."""
        return VERDICT_WORDS[self.verdict], dict(self.params)


@dataclass(frozen=True, slots=True)
class EvidenceJudgement:
    """Time and place taken for the photograph, whose word they are, and everything found."""

    taken_at: datetime
    time_source: WitnessSource
    position: Position | None
    place_source: WitnessSource | None
    findings: tuple[Finding, ...]

    def has(self, verdict: EvidenceVerdict) -> bool:
        """Whether *verdict* was found."""
        return any(finding.verdict is verdict for finding in self.findings)


def judge(witnesses: Witnesses) -> EvidenceJudgement:
    """Compare the witnesses. The file's word goes before the telephone's, the telephone's before the server's.

    A file's time in the future, and a telephone's clock known to be wrong, are corrected or passed over.
    """
    marks = _marks(witnesses)
    taken_at, time_source, time_findings = _judge_time(witnesses)
    position, place_source, place_findings = _judge_place(witnesses)
    return EvidenceJudgement(taken_at, time_source, position, place_source, (*time_findings, *place_findings, *marks))


def _marks(witnesses: Witnesses) -> list[Finding]:
    if witnesses.has_exif:
        return []
    marks = [Finding(EvidenceVerdict.NO_EXIF)]
    return [*marks, Finding(EvidenceVerdict.FORWARDED)] if witnesses.maybe_recompressed else marks


def _minutes(span: timedelta) -> tuple[tuple[str, int], ...]:
    return (("minutes", round(abs(span).total_seconds() / 60)),)


def _judge_time(witnesses: Witnesses) -> tuple[datetime, WitnessSource, list[Finding]]:
    findings: list[Finding] = []
    phone_error = _phone_error(witnesses)
    if phone_error:
        findings.append(Finding(EvidenceVerdict.PHONE_CLOCK_WRONG, _minutes(phone_error)))
    phone_at = witnesses.phone_taken_at - phone_error if witnesses.phone_taken_at else None
    file_at, without_offset = _file_time(witnesses)
    if file_at is not None and file_at > witnesses.received_at + CLOCK_TOLERANCE:
        findings.append(Finding(EvidenceVerdict.TIME_IN_FUTURE))
        file_at = None
    if file_at is not None:
        taken_at, source = file_at, WitnessSource.FILE
        findings += _compare_times(file_at, phone_at, without_offset)
    elif phone_at is not None and phone_at <= witnesses.received_at + CLOCK_TOLERANCE:
        taken_at, source = phone_at, WitnessSource.PHONE
        findings.append(Finding(EvidenceVerdict.TIME_ONLY_PHONE))
    else:
        taken_at, source = witnesses.received_at, WitnessSource.SERVER
        findings.append(Finding(EvidenceVerdict.TIME_ONLY_SERVER))
    return taken_at, source, findings + _beside_the_case(taken_at, witnesses)


def _phone_error(witnesses: Witnesses) -> timedelta:
    """How far the telephone's clock is ahead of the server's, zero within tolerance or when it did not say."""
    if witnesses.phone_sent_at is None:
        return timedelta(0)
    error = witnesses.phone_sent_at - witnesses.received_at
    return error if abs(error) > CLOCK_TOLERANCE else timedelta(0)


def _file_time(witnesses: Witnesses) -> tuple[datetime | None, bool]:
    if witnesses.file_at is not None:
        return witnesses.file_at, False
    if witnesses.file_local is not None:
        return witnesses.file_local.replace(tzinfo=CHINA).astimezone(UTC), True
    return None, False


def _compare_times(file_at: datetime, phone_at: datetime | None, without_offset: bool) -> list[Finding]:
    findings = [Finding(EvidenceVerdict.TIME_WITHOUT_OFFSET)] if without_offset else []
    if phone_at is None:
        return findings
    if abs(file_at - phone_at) <= CLOCK_TOLERANCE:
        return [*findings, Finding(EvidenceVerdict.TIME_AGREES)]
    return [*findings, Finding(EvidenceVerdict.TIME_DIFFERS, _minutes(file_at - phone_at))]


def _beside_the_case(taken_at: datetime, witnesses: Witnesses) -> list[Finding]:
    findings: list[Finding] = []
    earliest = witnesses.case_earliest_at
    if earliest is not None and taken_at < earliest - CLOCK_TOLERANCE:
        findings.append(Finding(EvidenceVerdict.TIME_BEFORE_EVENT, _minutes(earliest - taken_at)))
    if witnesses.received_at - taken_at > LATE_UPLOAD:
        findings.append(Finding(EvidenceVerdict.SENT_LATE, _minutes(witnesses.received_at - taken_at)))
    return findings


def _judge_place(witnesses: Witnesses) -> tuple[Position | None, WitnessSource | None, list[Finding]]:
    file, phone = witnesses.file_position, witnesses.phone_position
    if file is None and phone is None:
        return None, None, [Finding(EvidenceVerdict.PLACE_UNKNOWN)]
    position = file or phone
    assert position is not None
    findings = [_compare_places(file, phone)]
    if witnesses.case_position is not None:
        apart = _apart_m(position, witnesses.case_position)
        if apart > FAR_FROM_CASE_M:
            findings.append(Finding(EvidenceVerdict.PLACE_FAR_FROM_CASE, (("kilometres", round(apart / 1000)),)))
    return position, WitnessSource.FILE if file else WitnessSource.PHONE, findings


def _compare_places(file: Position | None, phone: Position | None) -> Finding:
    if file is None:
        return Finding(EvidenceVerdict.PLACE_ONLY_PHONE)
    if phone is None:
        return Finding(EvidenceVerdict.PLACE_ONLY_FILE)
    apart = _apart_m(file, phone)
    if apart <= PLACE_TOLERANCE_M + file.accuracy_m + phone.accuracy_m:
        return Finding(EvidenceVerdict.PLACE_AGREES)
    return Finding(EvidenceVerdict.PLACE_DIFFERS, (("metres", round(apart)),))


def _apart_m(one: Position, other: Position) -> float:
    return distance_m(one.longitude, one.latitude, other.longitude, other.latitude)
