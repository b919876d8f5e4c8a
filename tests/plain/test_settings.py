"""Settings are typed, and a bad one names itself."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from incident_desk.settings import BadSetting, load_settings, secret_key


def test_the_default_is_one_folder_with_a_sqlite_file(tmp_path: Path) -> None:
    settings = load_settings({"INCIDENT_DESK_HOME": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'desk.sqlite3'}"


@pytest.mark.parametrize("given", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_a_postgresql_address_gets_its_driver(given: str) -> None:
    assert load_settings({"DATABASE_URL": given}).database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INCIDENT_DESK_PORT", "eighty"),
        ("INCIDENT_DESK_PORT", "0"),
        ("PUBLIC_URL", "desk.example.org"),
        ("TRUSTED_PROXIES", "everybody"),
    ],
)
def test_a_bad_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load_settings({name: value})


def test_the_secret_key_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    settings = load_settings({"INCIDENT_DESK_HOME": str(tmp_path)})
    key = secret_key(settings)
    assert secret_key(settings) == key
    assert len(key) >= 48
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
