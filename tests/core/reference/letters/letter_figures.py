"""Precision and recall of each field over a set of sample letters; run it to print the figures.

.venv/bin/python tests/core/reference/letters/letter_figures.py tuning
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

from sipas.letters import Letter, read_file, read_letter
from sipas.letters.numerals import with_figures_mended
from sipas.letters.structure import full_name
from sipas.letters.text import fold

HERE = Path(__file__).parent
# Five real letters that are no part of the project; the check runs where they are at hand.
REAL = Path(os.environ.get("SIPAS_REAL_LETTERS", HERE.parents[4] / "shared" / "letters"))
SETS = ("tuning", "spoilt", "blind", "five")
SCALARS = ("kind", "parent", "issuer", "number", "symbol", "place", "date", "urgency", "subject")
SCANS = 4  # of each letter of the tuning set
FIELDS = (
    *SCALARS, "addressees", "citations", "tasks", "task_bodies", "thresholds", "indicators", "deadlines", "duties",
    "reports", "recipients", "signer_name", "signer_position", "signer_capacity",
)  # fmt: skip


@dataclass
class Count:
    right: int = 0
    found: int = 0
    true: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        return self.right / self.true if self.true else None


def spoilt(text: str, seed: int) -> str:
    """Spoil a letter as scanning does: 1 and 0 taken for letters, lost diacritics, loose spaces, broken lines."""
    random = Random(seed)
    kept = []
    for char in text:
        share = random.random()
        if char == "1" and share < 0.15:
            kept.append(random.choice("lI"))
        elif char == "0" and share < 0.15:
            kept.append("O")
        elif char.isalpha() and not char.isascii() and share < 0.05:
            kept.append(unicodedata.normalize("NFD", char)[0])
        elif char in ",;:/" and share < 0.08:
            kept.append(f" {char}")
        else:
            kept.append(char)
    return "\n".join(_broken(line, random) for line in "".join(kept).split("\n"))


def _broken(line: str, random: Random) -> str:
    """Break a long line of running text at its page's width."""
    if len(line) < 100 or "    " in line or random.random() < 0.5:
        return line
    return "\n".join(textwrap.wrap(line, 88, break_long_words=False, break_on_hyphens=False))


def letters(name: str) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Give each letter of a set: its name, its text, its truth."""
    for truth in sorted((HERE / name).glob("*.yaml")):
        text = (REAL if name == "five" else HERE / name) / f"{truth.stem}.txt"
        if text.is_file():
            yield truth.stem, text, yaml.safe_load(truth.read_text(encoding="utf-8"))


def readings(name: str) -> Iterator[tuple[str, Letter, dict[str, Any]]]:
    """Read each letter of a set; ``spoilt`` is the tuning set with the slips of a scan, by fixed seeds."""
    for seed, (stem, path, truth) in enumerate(letters("tuning" if name == "spoilt" else name)):
        if name != "spoilt":
            yield stem, read_file(path), truth
            continue
        for scan in range(SCANS):
            yield f"{stem} scan {scan}", read_letter(spoilt(path.read_text(encoding="utf-8"), 100 * scan + seed)), truth


def figures(name: str) -> dict[str, Count]:
    """Count each field over a set."""
    counts = {f: Count() for f in FIELDS}
    for stem, letter, truth in readings(name):
        for f in FIELDS:
            found = read_of(letter, f)
            if f == "signer_name" and name == "five":
                found = [_hashed(value) for value in found]
            compare(counts[f], truth_of(truth, f), found, f"{stem} {f}")
    return counts


def compare(count: Count, true: list[str], found: list[str], where: str) -> None:
    wanted, got = Counter(true), Counter(found)
    right = sum((wanted & got).values())
    count.right += right
    count.found += len(found)
    count.true += len(true)
    if wanted != got:
        count.errors.append(
            f"{where}: missed {sorted((wanted - got).elements())}, wrong {sorted((got - wanted).elements())}"
        )


def plain(value: object) -> str:
    """Letters and digits only, abbreviations of bodies written out."""
    return " ".join(re.findall(r"[^\W_]+", full_name(with_figures_mended(str(value)))))


def truth_of(truth: dict[str, Any], name: str) -> list[str]:
    if name == "subject":
        return _subject_truth(truth)
    if name in SCALARS:
        value = truth.get(name)
        return [] if value is None else [_number(value) if name == "number" else plain(value)]
    makers = {
        "addressees": lambda: [plain(a) for a in truth["addressees"]],
        "recipients": lambda: [plain(r) for r in truth["recipients"]],
        "citations": lambda: [
            _citation(c.get("ref"), c["kind"], c.get("date"), c.get("issuer"), c["role"]) for c in truth["citations"]
        ],
        "tasks": lambda: [f"{t['path']} {_starts(t['starts'])}" for t in truth["tasks"]],
        "task_bodies": lambda: [f"{t['path']} {plain(b)}" for t in truth["tasks"] for b in t["bodies"]],
        "thresholds": lambda: [
            f"{t['task']} {t['relation']} {float(t['value']):g} {t['unit']}" for t in truth["thresholds"]
        ],
        "indicators": lambda: [
            f"{t['task']} {float(t['value']):g} {t['indicator']}" for t in truth["thresholds"] if t["indicator"]
        ],
        "deadlines": lambda: [
            _deadline(d["task"], d["kind"], d.get("date"), d.get("amount"), d.get("unit"), d.get("period"))
            for d in truth["deadlines"]
        ],
        "duties": lambda: [f"{r['task']} {r['role']} {plain(r['unit'])}" for r in truth["roles"]],
        "reports": lambda: [f"{plain(r['to'])} through {plain(r['through'] or '')}" for r in truth["reporting"]],
        "signer_name": lambda: _names(truth["signer"]),
        "signer_position": lambda: [plain(truth["signer"]["position"])] if truth["signer"] else [],
        "signer_capacity": lambda: (
            [f"{truth['signer']['capacity']} {plain(truth['signer']['signs_for'] or '')}"] if truth["signer"] else []
        ),
    }
    return makers[name]()


def read_of(letter: Letter, name: str) -> list[str]:
    if name in SCALARS:
        found = getattr(letter, name)
        if found is None:
            return []
        return [_number(found.value) if name == "number" else plain(found.value)]
    signer = letter.signer
    makers = {
        "addressees": lambda: [plain(a.value) for a in letter.addressees],
        "recipients": lambda: [plain(r.value) for r in letter.recipients],
        "citations": lambda: [_citation(c.reference, c.kind, c.date, c.issuer, c.role) for c in letter.citations],
        "tasks": lambda: [f"{t.path} {_first_words(t.text)}" for t in letter.tasks],
        "task_bodies": lambda: [f"{t.path} {plain(b.value)}" for t in letter.tasks for b in t.bodies],
        "thresholds": lambda: [f"{t.task} {t.relation} {t.value:g} {t.unit}" for t in letter.thresholds],
        "indicators": lambda: [f"{t.task} {t.value:g} {t.indicator}" for t in letter.thresholds if t.indicator],
        "deadlines": lambda: [_deadline(d.task, d.kind, d.until, d.amount, d.unit, d.period) for d in letter.deadlines],
        "duties": lambda: [f"{d.task} {d.kind} {plain(d.unit)}" for d in letter.duties],
        "reports": lambda: sorted({f"{plain(r.to)} through {plain(r.through or '')}" for r in letter.reports}),
        "signer_name": lambda: [plain(signer.name)] if signer and signer.name else [],
        "signer_position": lambda: [plain(signer.position)] if signer and signer.position else [],
        "signer_capacity": lambda: [f"{list(signer.capacity)} {plain(signer.signs_for or '')}"] if signer else [],
    }
    return makers[name]()


def _subject_truth(truth: dict[str, Any]) -> list[str]:
    subject = truth.get("subject")
    if isinstance(subject, dict):
        return [f"{plain(subject['starts'])} … {plain(subject['ends'])}"]
    return [plain(subject)] if subject else []


def _names(signer: dict[str, Any] | None) -> list[str]:
    """Names of real people stand in the truth as a hash only."""
    if signer is None:
        return []
    return [signer["name_sha256"] if "name_sha256" in signer else plain(signer["name"])]


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _number(value: object) -> str:
    return str(value).lstrip("0")


def _starts(text: str) -> str:
    return " ".join(plain(text).split()[:3])


def _first_words(text: str) -> str:
    return _starts(text.split("\n", maxsplit=1)[0])


def _citation(ref: str | None, kind: str, date: object, issuer: str | None, role: str) -> str:
    return f"{role} {kind} {fold(ref or '-')} {date} {plain(issuer or '')}".strip()


def _deadline(task: object, kind: str, date: object, amount: object, unit: object, period: object) -> str:
    return f"{task} {kind} {date or ''} {amount or ''} {unit or ''} {period or ''}"


def subjects_by_ends(name: str) -> Count:
    """Compare subjects of which the truth holds only the ends."""
    count = Count()
    for stem, path, truth in letters(name):
        subject = truth["subject"]
        found = read_file(path).subject
        value = plain(found.value) if found else ""
        right = value.startswith(plain(subject["starts"])) and value.endswith(plain(subject["ends"]))
        count.right += right
        count.found += bool(found)
        count.true += 1
        if not right:
            count.errors.append(f"{stem}: {value}")
    return count


def table(name: str) -> dict[str, Count]:
    counts = figures(name)
    if name == "five":
        counts["subject"] = subjects_by_ends(name)
    return counts


def overall(counts: dict[str, Count]) -> Count:
    return Count(*(sum(getattr(c, part) for c in counts.values()) for part in ("right", "found", "true")))


def lines(name: str, *, with_errors: bool) -> Iterator[str]:
    counts = table(name)
    yield f"== {name}: {sum(1 for _ in readings(name))} letters"
    for f, c in [*counts.items(), ("all", overall(counts))]:
        shown = [f"{v:.3f}" if v is not None else "  –  " for v in (c.precision, c.recall)]
        yield f"{f:16} precision {shown[0]}  recall {shown[1]}  right {c.right:3} found {c.found:3} true {c.true:3}"
        yield from (f"    {e}" for e in c.errors if with_errors)


def cell(count: Count) -> str:
    """Precision / recall (number in the truth), as the documentation writes them."""
    if not count.true and not count.found:
        return "–"
    shown = [f"{v:.3f}" if v is not None else "–" for v in (count.precision, count.recall)]
    return f"{shown[0]} / {shown[1]} ({count.true})"


def rows(names: tuple[str, ...] = SETS) -> dict[str, dict[str, str]]:
    """Give the documentation's table: field, then set, then cell."""
    tables = {name: table(name) for name in names}
    made = {f: {name: cell(tables[name][f]) for name in names} for f in FIELDS}
    made["all"] = {name: cell(overall(tables[name])) for name in names}
    return made


def markdown() -> str:
    lines = ["| field | " + " | ".join(SETS) + " |", "|---" * (len(SETS) + 1) + "|"]
    lines += [f"| `{f}` | " + " | ".join(cells[name] for name in SETS) + " |" for f, cells in rows().items()]
    return "\n".join(lines)


def main() -> None:
    if "--markdown" in sys.argv:
        sys.stdout.write(markdown() + "\n")
        return
    asked = [name for name in sys.argv[1:] if not name.startswith("-")]
    for name in asked or SETS:
        sys.stdout.write("\n".join(lines(name, with_errors="-v" in sys.argv)) + "\n")


if __name__ == "__main__":
    main()
