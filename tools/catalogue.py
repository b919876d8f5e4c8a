"""The Chinese catalogue: one .po file a subject, checked for gaps, compiled into the one gettext reads.

``python -m tools.catalogue check`` fails when a message of the program has no Chinese, or a translation names
placeholders that its message has not. ``compile`` writes ``LC_MESSAGES/messages.mo``. ``missing`` prints the gaps
as the lines of a .po file.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "incident_desk" / "translations" / "zh_Hans"
METHODS = [("incident_desk/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def messages_of_the_program() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Every message id with where it stands."""
    found = extract_from_dir(
        str(ROOT),
        method_map=METHODS,
        options_map={"templates/**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}},
        keywords=KEYWORDS,
        directory_filter=lambda path: not re.search(r"/(\.|node_modules|static|migrations|build|dist)", path),
    )
    for name, line, message, *_rest in found:
        yield name, line, message


def load() -> Catalog:
    """All subjects' translations in one catalogue; a message translated twice in two ways is an error."""
    whole = Catalog(locale="zh_Hans", project="incident-desk", fuzzy=False)
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="zh_Hans", abort_invalid=True):
                if message.id:
                    _add(whole, message, path)
    return whole


def _add(whole: Catalog, message: Message, path: Path) -> None:
    before = whole.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
    if before is not None and before.string and before.string != message.string:
        raise SystemExit(f"{path.name}: {message.id!r} is {before.string!r} elsewhere and {message.string!r} here")
    whole.add(message.id, message.string, context=message.context)


def gaps(whole: Catalog) -> list[str]:
    """Messages without Chinese, and translations whose placeholders differ."""
    faults: dict[str, str] = {}
    for name, line, message in messages_of_the_program():
        identity = message if isinstance(message, str) else message[0]
        found = whole.get(identity)
        if found is None or not _texts(found):
            faults.setdefault(identity, f"{name}:{line}: no Chinese for {identity!r}")
    for entry in whole:
        if not entry.id:
            continue
        ids = {entry.id} if isinstance(entry.id, str) else set(entry.id)
        wanted = {mark for text in ids for mark in PLACEHOLDER.findall(text)}
        for text in _texts(entry):
            if not set(PLACEHOLDER.findall(text)) <= wanted:
                faults[text] = f"the Chinese of {entry.id!r} names placeholders that it has not"
    return list(faults.values())


def _texts(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [text for text in strings if text]


def compile_catalogue(whole: Catalog) -> Path:
    """Write the file that gettext reads."""
    target = FOLDER / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as stream:
        write_mo(stream, whole)
    return target


def main(act: str) -> int:
    """Do one of: check, compile, missing."""
    whole = load()
    if act == "compile":
        print(compile_catalogue(whole).relative_to(ROOT))
        return 0
    found = gaps(whole)
    if act == "missing":
        seen = {m if isinstance(m, str) else m[0] for _n, _l, m in messages_of_the_program()}
        for identity in sorted(seen):
            entry = whole.get(identity)
            if entry is None or not _texts(entry):
                quoted = identity.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                print(f'msgid "{quoted}"\nmsgstr ""\n')
        return 0
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
