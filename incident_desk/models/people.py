"""Offices, people, tokens, and attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from incident_desk.domain.permissions import Actor, Role
from incident_desk.models.base import Base


class Office(Base):
    """An office by its GB/T 2260 code. ``settings`` holds overlays, accounts and duty numbers."""

    __tablename__ = "office"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("office.code"))
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Person(Base):
    """Somebody who signs in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[str]
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"), index=True)
    phone: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="zh_Hans")
    theme: Mapped[str] = mapped_column(default="light")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_sample: Mapped[bool] = mapped_column(default=False)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    def to_actor(self) -> Actor:
        """The domain's view of this person."""
        return Actor(
            ref=f"person:{self.id}", office=self.office_code, role=Role(self.role), name=self.name, person_id=self.id
        )


class AccessToken(Base):
    """A hashed token for a program or a wall screen; the token itself is shown once and not stored."""

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    role: Mapped[str]
    office_code: Mapped[str] = mapped_column(ForeignKey("office.code"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def to_actor(self) -> Actor:
        """The domain's view of this token's holder."""
        return Actor(
            ref=f"token:{self.id}",
            office=self.office_code,
            role=Role(self.role),
            name=self.label,
            person_id=self.person_id,
        )


class SignInAttempt(Base):
    """One attempt to sign in, for throttling; the login is kept as a digest."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    login_digest: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    succeeded: Mapped[bool]
