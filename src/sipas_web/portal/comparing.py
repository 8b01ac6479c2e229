"""Holding a file or a hash that somebody has against what was certified."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from sipas_web.portal.queries import Found
from sipas_web.rounds.draw_texts import in_fours

MOST_DIFFERENCES = 20
MOST_JSON = 4 * 1024 * 1024  # bytes read to say where a certificate differs
SHOWN = 120  # characters of a value
# The operator and those who refused stand on the paper, not on a public page. Witnesses who typed are part of the seed.
_NAMES_PEOPLE = re.compile(r"\.seed(\.operator)?$|\.draws(\.history.*)?$|$")


@dataclass(frozen=True, slots=True)
class Difference:
    """A place of a certificate where two versions are not the same."""

    place: str
    certified: str
    given: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found: the name of the file it is, or where it differs."""

    sha256: list[str]
    name: str
    differences: list[Difference]
    is_cut: bool

    @property
    def is_genuine(self) -> bool:
        """Whether the file is one that was certified."""
        return bool(self.name)


def certified(found: Found) -> dict[str, str]:
    """Give the SHA-256 of every file that a code vouches for, by name."""
    if found.publication is not None:
        return {str(name): str(value) for name, value in sorted(found.publication.files.items())}
    if found.snapshot is not None:
        return found.snapshot.frozen_files
    if found.draw is None:
        return {}
    made = json.loads(found.draw.certificate)
    files = {"certificate.json": _sha256(found.draw.certificate), "frame.csv": made["frame"]["sha256"]}
    files["sample.csv"] = made["sample"]["sha256"]
    if found.draw.document_sha256:
        files["PDF"] = found.draw.document_sha256
    return files


def compare(found: Found, sha256: str, content: bytes | None) -> Verdict:
    """Hold a hash, and the content where there is one, against what was certified."""
    name = next((name for name, value in certified(found).items() if value == sha256), "")
    differences = [] if name or content is None or found.draw is None else _against(found.draw.certificate, content)
    return Verdict(in_fours(sha256), name, differences[:MOST_DIFFERENCES], len(differences) > MOST_DIFFERENCES)


def _against(certificate: str, content: bytes) -> list[Difference]:
    """Say where a certificate in JSON differs; nothing for any other file."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        return []
    if not isinstance(given, dict) or "form" not in given:
        return []
    return _differences(json.loads(certificate), given, "")


def _differences(certified_: Any, given: Any, place: str) -> list[Difference]:
    if isinstance(certified_, dict) and isinstance(given, dict):
        pairs = [(f"{place}.{k}", certified_.get(k), given.get(k)) for k in sorted({*certified_, *map(str, given)})]
    elif isinstance(certified_, list) and isinstance(given, list) and len(certified_) == len(given):
        pairs = [(f"{place}[{k}]", a, b) for k, (a, b) in enumerate(zip(certified_, given, strict=True), start=1)]
    elif json.dumps(certified_) == json.dumps(given):
        return []
    else:
        told = "…" if _NAMES_PEOPLE.match(place) else _shown(certified_)
        return [Difference(place.lstrip("."), told, _shown(given))]
    return [difference for name, a, b in pairs for difference in _differences(a, b, name)]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
