"""All pages of the duty office under one address; importing a module binds its views."""

from __future__ import annotations

from incident_desk.routes.duty import checks, handover, office_log, roster, settings, statistics, wake_ups
from incident_desk.routes.duty.frame import bp

__all__ = ["bp", "checks", "handover", "office_log", "roster", "settings", "statistics", "wake_ups"]
