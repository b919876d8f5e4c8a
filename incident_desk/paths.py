"""Where the files that ship with the program stand, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

PACKAGE_DIR = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """A wheel carries ``data`` and ``templates`` inside the package; a checkout has them beside it."""
    inside = PACKAGE_DIR / name
    return inside if inside.is_dir() else PACKAGE_DIR.parent / name


def data_dir() -> Path:
    """Folder of everything that ships as data."""
    return _shipped("data")


def rules_dir() -> Path:
    """Folder of the rule tables: law, limits, offices, working days."""
    return data_dir() / "rules"


def rivers_dir() -> Path:
    """Folder of the river network and its river-plan layers."""
    return data_dir() / "rivers"


def templates_dir() -> Path:
    """Folder of the Jinja templates for pages, documents and messages."""
    return _shipped("templates")


def static_dir() -> Path:
    """Folder of what the browser fetches; ``vendor`` below it is filled at set-up."""
    return PACKAGE_DIR / "static"


def translations_dir() -> Path:
    """Folder of the gettext catalogues."""
    return PACKAGE_DIR / "translations"


def migrations_dir() -> Path:
    """Folder of the database migrations."""
    return PACKAGE_DIR / "migrations"
