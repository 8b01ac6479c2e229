"""The one catalogue of the interface: complete, nothing fuzzy, nothing idle, and compiled.

``--write`` adds what is missing (to be translated by hand), drops what is idle, compiles. Needs no gettext tools.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.utils.translation.template import templatize

ROOT = Path("src/sipas_web")
CATALOGUE = ROOT / "locale/vi/LC_MESSAGES/django.po"
# Texts of installed packages that a person can see and that have no (or a poor) Vietnamese of their own.
PACKAGES = ROOT / "locale/packages.txt"
MARKS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2, "pgettext": 1, "pgettext_lazy": 1}
IN_TEMPLATE = re.compile(r"(?<![\w.])(n?p?gettext|_)\(")
PLACES = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True, order=True)
class Message:
    """A text to translate."""

    context: str
    text: str
    plural: str = ""


def in_python(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            yield from called(node.func.id, node.args)


def called(name: str, arguments: list[ast.expr]) -> Iterator[Message]:
    texts = [a.value for a in arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if not texts:
        return
    has_context, has_plural = "pgettext" in name, name.startswith("n")
    context = texts.pop(0) if has_context else ""
    yield Message(context, texts[0], texts[1] if has_plural else "")


def in_template(path: Path) -> Iterator[Message]:
    source = templatize(path.read_text(encoding="utf-8"))
    for found in IN_TEMPLATE.finditer(source):
        call = ast.parse(source[found.start() : closing(source, found.end())].lstrip(), mode="eval").body
        if isinstance(call, ast.Call):
            yield from called(found[1], call.args)


def closing(source: str, start: int) -> int:
    """Give the end of the shortest piece that is a whole call."""
    for end in (m.end() for m in re.compile(r"\)").finditer(source, start)):
        try:
            ast.parse("f(" + source[start:end], mode="eval")
        except SyntaxError:
            continue
        return end
    raise ValueError(source[start : start + 80])


def wanted() -> set[Message]:
    found = {m for path in ROOT.rglob("*.py") if "migrations" not in path.parts for m in in_python(path)}
    templates = (p for ext in ("html", "txt") for p in ROOT.rglob(f"templates/**/*.{ext}"))
    found |= {m for path in templates for m in in_template(path)}
    if PACKAGES.exists():
        lines = PACKAGES.read_text(encoding="utf-8").splitlines()
        found |= {from_line(line) for line in lines if line and not line.startswith("# ")}
    return found


def from_line(line: str) -> Message:
    """Read a line of the list of packages' texts: a string, (singular, plural), or [context, text]."""
    value = ast.literal_eval(line)
    if isinstance(value, list):
        return Message(*value)
    return Message("", value) if isinstance(value, str) else Message("", *value)


def key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def translation(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "")) if entry.msgid_plural else str(entry.msgstr)


def faults(catalogue: polib.POFile, needed: set[Message]) -> Iterator[str]:
    there = {key(e): e for e in catalogue if not e.obsolete}
    yield from (f"missing: {m.text!r}" for m in sorted(needed - there.keys()))
    yield from (f"idle: {m.text!r}" for m in sorted(there.keys() - needed))
    for message, entry in there.items():
        if entry.fuzzy or not translation(entry):
            yield f"not translated: {message.text!r}"
        elif set(PLACES.findall(message.plural or message.text)) != set(PLACES.findall(translation(entry))):
            yield f"other places than the English: {message.text!r}"
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        yield f"{compiled} is not compiled from the catalogue: run make fix"


def write(catalogue: polib.POFile, needed: set[Message]) -> None:
    kept = {key(e): e for e in catalogue if not e.obsolete}
    made = polib.POFile(wrapwidth=110)
    made.metadata = catalogue.metadata
    for message in sorted(needed, key=lambda m: (m.text.lower(), m.text, m.context)):
        entry = kept.get(message) or polib.POEntry(
            msgid=message.text,
            msgid_plural=message.plural,
            msgctxt=message.context or None,
            msgstr_plural={0: ""} if message.plural else {},
            flags=["python-format"] if PLACES.search(message.text) else [],
        )
        made.append(entry)
    made.save(str(CATALOGUE))
    polib.pofile(str(CATALOGUE)).save_as_mofile(str(CATALOGUE.with_suffix(".mo")))


def main() -> int:
    if not CATALOGUE.exists():
        empty = polib.POFile()
        empty.metadata = {
            "Language": "vi",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": "nplurals=1; plural=0;",
        }
        empty.save(str(CATALOGUE))
    needed = wanted()
    if "--write" in sys.argv:
        write(polib.pofile(str(CATALOGUE)), needed)
    found = list(faults(polib.pofile(str(CATALOGUE)), needed))
    print("\n".join(found) or f"messages: {len(needed)}, all in Vietnamese")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
