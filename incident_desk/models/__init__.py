"""Typed models on our own base: shape, keys and constraints; decisions stay in ``domain``."""

from incident_desk.models.archive import ArchivePackage
from incident_desk.models.base import Base
from incident_desk.models.bookkeeping import IdempotencyRecord, Setting
from incident_desk.models.callout import Callout, CalloutMember, Expert
from incident_desk.models.calls import Call, CallDraft
from incident_desk.models.clocks import ClockRecord
from incident_desk.models.evidence import Evidence, FieldLink
from incident_desk.models.facts import FactRecord
from incident_desk.models.incident import CaseNumber, Incident, IncidentOffice
from incident_desk.models.journal import JournalEntry, JournalHead
from incident_desk.models.outbox import InboundMessage, OutboxMessage
from incident_desk.models.people import AccessToken, Office, Person, SignInAttempt
from incident_desk.models.phone_calls import PhoneCall
from incident_desk.models.releases import Release
from incident_desk.models.reports import Report, ReportDelivery
from incident_desk.models.tasks import Task
from incident_desk.models.traces import TraceRun

__all__ = [
    "AccessToken", "ArchivePackage", "Base", "Call", "CallDraft", "Callout", "CalloutMember", "CaseNumber",
    "ClockRecord", "Evidence", "Expert", "FactRecord", "FieldLink", "IdempotencyRecord", "InboundMessage", "Incident",
    "IncidentOffice", "JournalEntry", "JournalHead", "Office", "OutboxMessage", "Person", "PhoneCall", "Release",
    "Report", "ReportDelivery", "Setting", "SignInAttempt", "Task", "TraceRun",
]  # fmt: skip
