"""Everything an installation can set, read once from the environment, typed and checked."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit


class BadSetting(ValueError):
    """A setting that cannot be used; names the variable and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation.

    ``home`` holds all state: database, evidence, keys, exports. ``screens`` is how many live screens
    the web process admits. ``trusted_proxies`` are networks whose forwarded headers are believed.
    ``vendor_api`` is the message vendor's address; empty means the loopback wall of phones only. ``vendor2_…`` is
    the vendor that takes over when the first falls silent.
    """

    home: Path
    database_url: str
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    screens: int = 200
    trusted_proxies: tuple[str, ...] = ()
    phones_url: str = "http://127.0.0.1:8090"
    vendor_api: str = ""
    vendor_account: str = ""
    vendor_token: str = ""
    vendor_sender: str = ""
    vendor2_api: str = ""
    vendor2_account: str = ""
    vendor2_token: str = ""
    vendor2_sender: str = ""
    session_hours: int = 12
    upload_limit_mb: int = 300
    secret_key: str = ""

    @property
    def is_https(self) -> bool:
        """True when people reach the desk over TLS, so cookies may be marked secure."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def evidence_dir(self) -> Path:
        """Folder of stored originals, by SHA-256."""
        return self.home / "evidence"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from *environ* (default: the process environment).

    Raises:
        BadSetting: a value that cannot be used, with the variable's name.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("INCIDENT_DESK_HOME") or "instance").resolve()
    return Settings(
        home=home,
        database_url=_database_url(env.get("DATABASE_URL", ""), home),
        public_url=_public_url(env.get("PUBLIC_URL", "")),
        host=env.get("INCIDENT_DESK_HOST", "127.0.0.1"),
        port=_whole(env, "INCIDENT_DESK_PORT", 8080, 1, 65535),
        screens=_whole(env, "INCIDENT_DESK_SCREENS", 200, 1, 5000),
        trusted_proxies=_networks(env.get("TRUSTED_PROXIES", "")),
        phones_url=env.get("INCIDENT_DESK_PHONES_URL", "http://127.0.0.1:8090").rstrip("/"),
        vendor_api=env.get("MESSAGE_VENDOR_API", ""),
        vendor_account=env.get("MESSAGE_VENDOR_ACCOUNT", ""),
        vendor_token=env.get("MESSAGE_VENDOR_TOKEN", ""),
        vendor_sender=env.get("MESSAGE_VENDOR_SENDER", ""),
        vendor2_api=env.get("MESSAGE_VENDOR2_API", ""),
        vendor2_account=env.get("MESSAGE_VENDOR2_ACCOUNT", ""),
        vendor2_token=env.get("MESSAGE_VENDOR2_TOKEN", ""),
        vendor2_sender=env.get("MESSAGE_VENDOR2_SENDER", ""),
        session_hours=_whole(env, "INCIDENT_DESK_SESSION_HOURS", 12, 1, 24),
        upload_limit_mb=_whole(env, "INCIDENT_DESK_UPLOAD_LIMIT_MB", 300, 1, 4096),
        secret_key=env.get("INCIDENT_DESK_SECRET_KEY", ""),
    )


def secret_key(settings: Settings) -> str:
    """The key that signs sessions and links: from the environment, else made once in the home folder."""
    if settings.secret_key:
        return settings.secret_key
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secrets.token_urlsafe(48))
    return path.read_text("ascii").strip()


def _database_url(given: str, home: Path) -> str:
    if not given:
        return f"sqlite:///{home / 'desk.sqlite3'}"
    if given.startswith("postgres://"):
        given = "postgresql://" + given.removeprefix("postgres://")
    return given.replace("postgresql://", "postgresql+psycopg://", 1)


def _public_url(given: str) -> str:
    if not given:
        return ""
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadSetting(f"PUBLIC_URL must be like https://desk.example.org, not {given!r}")
    return given.rstrip("/")


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    try:
        value = int(text)
    except ValueError as error:
        raise BadSetting(f"{name} must be a whole number, not {text!r}") from error
    if not low <= value <= high:
        raise BadSetting(f"{name} must lie between {low} and {high}, not {value}")
    return value


def _networks(given: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in given.split(",") if part.strip())
    for name in names:
        try:
            ip_network(name)
        except ValueError as error:
            raise BadSetting(f"TRUSTED_PROXIES must be addresses or networks, not {name!r}") from error
    return names
