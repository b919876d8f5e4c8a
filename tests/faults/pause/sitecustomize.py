"""Loaded by every Python that a fault test starts: stops one thread at a named point, so that it can be killed there.

``PAUSE_AT`` names the point, ``PAUSE_DIR`` is where the file ``reached`` then appears. The product knows nothing of
this: the point is put into the module when it is imported. Without ``PAUSE_AT`` nothing happens.

    commit:<journal kind>       rows, journal numbers and hashes are written, the commit is not
    committed:<journal kind>    the commit is through, nobody has been told
    announce                    the reader that broadcasts has a batch and has not emitted it
    vendor:before               a message is claimed and the vendor has not been asked
    vendor:after                the vendor has answered and the desk has not marked it
    file:kept                   a file is whole under its name, its row is not written
    package:checked             a package is written and checked and has not got its name
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

POINT = os.environ.get("PAUSE_AT", "")


def stop_here() -> None:
    """Say that the point is reached and stay there until killed."""
    Path(os.environ["PAUSE_DIR"], "reached").touch()
    while True:
        time.sleep(3600)


def around(owner: Any, name: str, *, before: bool, when: Callable[..., bool] = lambda *_a, **_k: True) -> None:
    """Stop before or after ``owner.name`` wherever *when* says so of its arguments."""
    real = getattr(owner, name)

    @functools.wraps(real)
    def stopped(*args: Any, **kwargs: Any) -> Any:
        wanted = when(*args, **kwargs)
        if wanted and before:
            stop_here()
        result = real(*args, **kwargs)
        if wanted:
            stop_here()
        return result

    setattr(owner, name, stopped)


def on_transaction(module: ModuleType) -> None:
    """The journal kinds of a transaction are known when they are numbered; the commit follows at once."""
    from sqlalchemy import event
    from sqlalchemy.orm import Session

    step, _, kind = POINT.partition(":")

    def writes_it(_session: object, pending: list[Any]) -> bool:
        return any(entry.kind == kind for entry in pending)

    if step == "commit":
        around(module, "_number", before=False, when=writes_it)
        return
    real = module._number

    @functools.wraps(real)
    def marked(session: Any, pending: list[Any]) -> Any:
        session.info["pause"] = writes_it(session, pending)
        return real(session, pending)

    module._number = marked

    @event.listens_for(Session, "after_commit")
    def committed(session: Any) -> None:
        if session.info.get("pause"):
            stop_here()


def on_transport(module: ModuleType) -> None:
    """Handing a message over is a POST; looking for one is a GET and goes on."""
    around(
        module.Transport, "request", before=POINT == "vendor:before",
        when=lambda _self, method, *_a, **_k: method.upper() == "POST",
    )  # fmt: skip


PATCHES: dict[str, tuple[str, Callable[[ModuleType], None]]] = {
    "commit:": ("incident_desk.services.transaction", on_transaction),
    "committed:": ("incident_desk.services.transaction", on_transaction),
    "announce": ("incident_desk.sockets.follower", lambda module: around(module, "announce", before=True)),
    "vendor:": ("incident_desk.notify.transport", on_transport),
    "file:kept": (
        "incident_desk.services.field.content_store",
        lambda module: around(module.ContentStore, "keep", before=False),
    ),
    "package:checked": ("incident_desk.records.bag", lambda module: around(module, "validate", before=False)),
}


class _After(Loader):
    """Runs the module as its own loader does, then puts the point in."""

    def __init__(self, loader: Any, patch: Callable[[ModuleType], None]) -> None:
        self.loader = loader
        self.patch = patch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self.loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self.loader.exec_module(module)
        self.patch(module)


class _Finder(MetaPathFinder):
    """Finds the one module that holds the point."""

    def __init__(self, name: str, patch: Callable[[ModuleType], None]) -> None:
        self.name = name
        self.patch = patch
        self.busy = False

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if fullname != self.name or self.busy:
            return None
        self.busy = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self.busy = False
        assert spec is not None
        spec.loader = _After(spec.loader, self.patch)
        return spec


for _prefix, (_module, _patch) in PATCHES.items():
    if POINT and POINT.startswith(_prefix):
        sys.meta_path.insert(0, _Finder(_module, _patch))
