"""Typed models on our own base: shape, keys and constraints; decisions stay in ``domain``."""

from incident_desk.models.archive import ArchivePackage
from incident_desk.models.base import Base
from incident_desk.models.bookkeeping import Heartbeat, IdempotencyRecord, Setting, TimeAnchor
from incident_desk.models.callout import Callout, CalloutMember, Expert
from incident_desk.models.calls import Call, CallDraft
from incident_desk.models.clocks import ClockRecord
from incident_desk.models.closing import (
    ArchiveSending,
    CaseFinish,
    CheckPoint,
    InvestigationAct,
    PackageCheck,
)
from incident_desk.models.command import (
    CommandGroup,
    CommandPost,
    Instruction,
    MeetingMinutes,
    MinutesDecision,
    ResponseAct,
    SceneJourney,
)
from incident_desk.models.disclosure import (
    ApprovedFigure,
    DisclosureChain,
    DraftPublication,
    DraftStep,
    DraftVersion,
    PressConference,
    PublicOpinion,
    PublicState,
    ReleaseDraft,
)
from incident_desk.models.duty import (
    CallCheck,
    DutyLine,
    DutyPeriod,
    Handover,
    RosterEntry,
    RosterFaultRecord,
    RosterWatch,
    WakeUp,
    WakeUpAttempt,
)
from incident_desk.models.evidence import Evidence, FieldLink
from incident_desk.models.facts import FactRecord
from incident_desk.models.findings import FindingRecord
from incident_desk.models.incident import CaseNumber, Incident, IncidentOffice
from incident_desk.models.journal import JournalEntry, JournalHead
from incident_desk.models.neighbours import (
    AgreementDispute,
    AgreementProgress,
    JointAgreement,
    NeighbourAdvice,
    NeighbourNotice,
    NeighbourNoticeAct,
    ReceivedNotice,
)
from incident_desk.models.outbox import InboundMessage, OutboxMessage
from incident_desk.models.papers import CommandPaper
from incident_desk.models.people import AccessToken, Office, Person, SignInAttempt
from incident_desk.models.periodic import PeriodicDuty
from incident_desk.models.phone_calls import PhoneCall
from incident_desk.models.releases import Release
from incident_desk.models.reminders import Reminder
from incident_desk.models.report_trail import (
    DeliveryUndone,
    ReceiptChase,
    ReportStepRecord,
    ReportVersion,
    SecretItem,
)
from incident_desk.models.reports import Report, ReportDelivery
from incident_desk.models.rounds import (
    Consultation,
    InquiryRound,
    RoundAnswer,
    RoundOffice,
    RoundQuestionRow,
)
from incident_desk.models.tasks import Task
from incident_desk.models.traces import TraceRun

__all__ = [
    "AccessToken",
    "AgreementDispute",
    "AgreementProgress",
    "ApprovedFigure",
    "ArchivePackage",
    "ArchiveSending",
    "Base",
    "Call",
    "CallCheck",
    "CallDraft",
    "Callout",
    "CalloutMember",
    "CaseFinish",
    "CaseNumber",
    "CheckPoint",
    "ClockRecord",
    "CommandGroup",
    "CommandPaper",
    "CommandPost",
    "Consultation",
    "DeliveryUndone",
    "DisclosureChain",
    "DraftPublication",
    "DraftStep",
    "DraftVersion",
    "DutyLine",
    "DutyPeriod",
    "Evidence",
    "Expert",
    "FactRecord",
    "FieldLink",
    "FindingRecord",
    "Handover",
    "Heartbeat",
    "IdempotencyRecord",
    "InboundMessage",
    "Incident",
    "IncidentOffice",
    "InquiryRound",
    "Instruction",
    "InvestigationAct",
    "JointAgreement",
    "JournalEntry",
    "JournalHead",
    "MeetingMinutes",
    "MinutesDecision",
    "NeighbourAdvice",
    "NeighbourNotice",
    "NeighbourNoticeAct",
    "Office",
    "OutboxMessage",
    "PackageCheck",
    "PeriodicDuty", "Person",
    "PhoneCall",
    "PressConference",
    "PublicOpinion",
    "PublicState",
    "ReceiptChase",
    "ReceivedNotice",
    "Release",
    "ReleaseDraft",
    "Reminder",
    "Report",
    "ReportDelivery",
    "ReportStepRecord",
    "ReportVersion",
    "ResponseAct",
    "RosterEntry",
    "RosterFaultRecord",
    "RosterWatch",
    "RoundAnswer",
    "RoundOffice",
    "RoundQuestionRow",
    "SceneJourney",
    "SecretItem",
    "Setting",
    "SignInAttempt",
    "Task",
    "TimeAnchor", "TraceRun",
    "WakeUp",
    "WakeUpAttempt",
]  # fmt: skip
