"""Traces on record: inputs, digests of the data used, and results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.models.base import Base


class TraceRun(Base):
    """One run of the river trace; never changed. The newest of a case is its current one.

    ``facts_version`` is the version of the newest fact it read. ``way`` is the course of the water as GeoJSON
    coordinates, kept because reach ids change when a network is built anew; it is read only where a map is drawn.
    """

    __tablename__ = "trace_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    run_at: Mapped[datetime]
    run_by: Mapped[str]
    longitude: Mapped[float]
    latitude: Mapped[float]
    inputs: Mapped[dict[str, Any]]
    facts_version: Mapped[int]
    network_sha256: Mapped[str]
    result: Mapped[dict[str, Any]]
    result_sha256: Mapped[str]
    way: Mapped[list[Any]] = mapped_column(deferred=True)
