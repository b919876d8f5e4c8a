"""Every view says who may use it, and every answer carries the policy."""

from __future__ import annotations

from typing import Any

import pytest

from incident_desk.domain.permissions import LINK, PERMISSIONS, PUBLIC, VENDOR

FRAMEWORK = {"static"}
"""Flask's own file view: public by nature."""


def _views(app: Any) -> list[tuple[str, str, Any]]:
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        methods = sorted(rule.methods - {"HEAD", "OPTIONS"})
        cls = getattr(view, "view_class", None)
        for method in methods:
            handler = getattr(cls, method.lower()) if cls is not None else view
            found.append((rule.endpoint, method, handler))
    return found


def test_every_view_names_a_permission(app: Any) -> None:
    nameless = [
        f"{endpoint} {method}"
        for endpoint, method, view in _views(app)
        if endpoint not in FRAMEWORK and getattr(view, "permission", None) is None
    ]
    assert nameless == []


def test_every_word_on_a_view_is_one_that_a_role_carries(app: Any) -> None:
    known = {PUBLIC, LINK, VENDOR} | set().union(*PERMISSIONS.values())
    strange = {
        f"{endpoint}: {view.permission}"
        for endpoint, _method, view in _views(app)
        if endpoint not in FRAMEWORK and view.permission not in known
    }
    assert strange == set()


def test_every_word_that_a_role_carries_is_used_somewhere_or_by_a_service(app: Any) -> None:
    from pathlib import Path

    from incident_desk.paths import PACKAGE_DIR

    text = "\n".join(
        path.read_text("utf-8") for path in Path(PACKAGE_DIR).rglob("*.py") if "permissions" not in path.name
    )
    words = set().union(*PERMISSIONS.values())
    assert {word for word in words if f'"{word}"' not in text} == set()


@pytest.mark.parametrize("path", ["/sign-in", "/health/live", "/no-such-page", "/api/v1/no-such-thing"])
def test_every_answer_carries_a_strict_policy(app: Any, path: str) -> None:
    answer = app.test_client().get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    script = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "unsafe-inline" not in script
    assert "unsafe-eval" not in script
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
