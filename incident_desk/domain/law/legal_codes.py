"""Codes that law and facts share: grades, recipients, kinds of fact, states of a clock.

Values are what is stored and what the command line reads and prints; labels live in the catalogues.
"""

from __future__ import annotations

from enum import StrEnum


class Grade(StrEnum):
    """Grade of an incident 事件分级, worst first. It is not the response level."""

    I = "I"  # noqa: E741 - the law's own numeral
    II = "II"
    III = "III"
    IV = "IV"

    @property
    def rank(self) -> int:
        """4 for the worst grade I, 1 for grade IV."""
        return _RANKS[self]

    @property
    def zh(self) -> str:
        """The law's word: 特别重大, 重大, 较大, 一般."""
        return {"I": "特别重大", "II": "重大", "III": "较大", "IV": "一般"}[self.value]


_RANKS = {grade: 4 - place for place, grade in enumerate(Grade)}
SERIOUS = frozenset({Grade.I, Grade.II})


class Recipient(StrEnum):
    """Whom a report goes to, seen from the office that reports."""

    OWN_GOVERNMENT = "own_government"
    LEVEL_UP = "level_up"
    PROVINCE = "province"
    MINISTRY = "ministry"
    PEER_DEPARTMENTS = "peer_departments"
    PROVINCIAL_DUTY_ROOM = "provincial_duty_room"


class ClockState(StrEnum):
    """What a screen says of a clock at one moment."""

    RUNNING = "running"
    WARNED = "warned"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met_late"
    NOT_APPLICABLE = "not_applicable"
    VOID = "void"
    NO_LIMIT = "no_limit"


class FactKind(StrEnum):
    """Kinds of dated fact that start, move, meet or end a clock."""

    GRADE_CHANGED = "grade_changed"
    TRIGGER_KNOWN = "trigger_known"
    TRIGGER_WITHDRAWN = "trigger_withdrawn"
    FACTS_CORRECTED = "facts_corrected"
    OFFICE_LEARNED = "office_learned"
    NEIGHBOUR_AFFECTED = "neighbour_affected"
    NEIGHBOUR_NOTICED = "neighbour_noticed"
    REPORT_FILED = "report_filed"
    PROVINCE_RECEIVED = "province_received"
    RESPONSE_STARTED = "response_started"
    DISPOSAL_ENDED = "disposal_ended"
    EMERGENCY_ENDED = "emergency_ended"
    INCIDENT_CLOSED = "incident_closed"
    ASSESSMENT_STARTED = "assessment_started"
    ASSESSMENT_REVIEWED = "assessment_reviewed"
    ARCHIVE_RECEIVED = "archive_received"
    RELEASE_PUBLISHED = "release_published"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    EXTENSION_APPROVED = "extension_approved"
    DUTY_DONE = "duty_done"
    PUBLIC_OPINION_DETECTED = "public_opinion_detected"
    PUBLIC_OPINION_ANSWERED = "public_opinion_answered"
    ALL_POINTS_BELOW_LIMIT = "all_points_below_limit"


class ReportKind(StrEnum):
    """初报、续报、处理结果报告."""

    INITIAL = "initial"
    FOLLOW_UP = "follow_up"
    RESULT = "result"


class ReportForm(StrEnum):
    """How a report was made."""

    PHONE = "phone"
    WRITTEN = "written"


class Issuer(StrEnum):
    """In whose name the public was told."""

    GOVERNMENT = "government"
    COMMAND = "command"
    EEB = "eeb"


class ReleaseChannel(StrEnum):
    """Where the public was told."""

    WEBSITE = "website"
    WECHAT = "wechat"
    WEIBO = "weibo"
    CLIENT = "client"
    PRESS_CONFERENCE = "press_conference"


class RunsFrom(StrEnum):
    """The fact that starts a deadline, as the rule tables name it."""

    LEARNED = "learned"
    OCCURRED = "occurred"
    GRADE_CHANGED = "grade_changed"
    PHONE_REPORT = "phone_report"
    PROVINCE_RECEIVED = "province_received"
    PROVINCE_LEARNED = "province_learned"
    NEIGHBOUR_AFFECTED = "neighbour_affected"
    FIRST_JUDGEMENT = "first_judgement"
    CIRCUMSTANCE_KNOWN = "circumstance_known"
    STRUCTURE_NAMED = "structure_named"
    EMERGENCY_ENDED = "emergency_ended"
    REPORT_FILED = "report_filed"
    RELEASE_PUBLISHED = "release_published"
    DISPOSAL_ENDED = "disposal_ended"
    EXTENSION_APPROVED = "extension_approved"
    ASSESSMENT_REVIEWED = "assessment_reviewed"
    INCIDENT_CLOSED = "incident_closed"
    ALL_POINTS_BELOW_LIMIT = "all_points_below_limit"
    PUBLIC_OPINION_DETECTED = "public_opinion_detected"


class Holder(StrEnum):
    """Whose duty a deadline is, seen from the office that holds the file."""

    OFFICE = "office"
    PREFECTURE = "prefecture"
    PROVINCE = "province"


class Family(StrEnum):
    """Families of duties; nothing of the reporting family can be waived."""

    REPORTING = "reporting"
    DISCLOSURE = "disclosure"
    ACT = "act"
    LOCAL_OVERLAY = "local_overlay"
    POST = "post"
    PLAN = "plan"


class MetBy(StrEnum):
    """The act that meets a deadline."""

    REPORT = "report"
    WRITTEN_REPORT = "written_report"
    FOLLOW_UP_REPORT = "follow_up_report"
    RESULT_REPORT = "result_report"
    NEIGHBOUR_NOTICE = "neighbour_notice"
    GOVERNMENT_RELEASE = "government_release"
    PRESS_CONFERENCE = "press_conference"
    OWN_ACCOUNTS = "own_accounts"
    NEXT_RELEASE = "next_release"
    OPINION_ANSWERED = "opinion_answered"
    ASSESSMENT_REVIEWED = "assessment_reviewed"
    ARCHIVE_RECEIVED = "archive_received"
    DUTY_DONE = "duty_done"
