"""Words that the products of an edition need beside its own text, and the notice on recalled wording."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from sipas.instrument.edition import Edition
from sipas.instrument.model import Status
from sipas.tables.typed import convert

Language = Literal["vi", "en"]
SETTINGS = frozenset({"rule", "validity"})


@cache
def _words() -> dict[str, dict[str, str]]:
    text = (files("sipas.instrument") / "wording.yaml").read_text(encoding="utf-8")
    return convert(yaml.safe_load(text), dict[str, dict[str, str]])


def word(name: str, language: Language, **fields: object) -> str:
    """Give a word or phrase.

    Parameters
    ----------
    name : str
        Its name in ``wording.yaml``.
    language : {'vi', 'en'}
        Language.
    **fields : object
        Values to fill in.

    Returns
    -------
    str
        One line.
    """
    return _words()[name][language].format(**fields).strip()


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """An element of an edition whose wording is not official.

    ``kind`` is edition, scale, question, option, node, rule or validity; ``name`` its name, for an option
    ``question.value``.
    """

    kind: Literal["edition", "scale", "question", "option", "node", "rule", "validity"]
    name: str
    text: str
    status: Status
    source: str


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a product must say of its wording, in both languages, with the elements it is about.

    ``recalled`` and ``copied`` hold wording; ``settings`` the rules of aggregation and validity that no official
    source confirms.
    """

    vi: str
    en: str
    short_vi: str
    short_en: str
    recalled: tuple[Marked, ...]
    copied: tuple[Marked, ...]
    settings: tuple[Marked, ...]


def marks(edition: Edition) -> tuple[Marked, ...]:
    """List every element of an edition with its status.

    Parameters
    ----------
    edition : Edition
        An edition.

    Returns
    -------
    tuple of Marked
        Edition, validity rule, scales, questions with options that have a status of their own, index nodes
        above the items (an item is its question) and their rules.
    """
    e = edition
    found = [_marked("edition", e.name, e.title, e.status, e.source)]
    share = str(e.validity.least_items_share)
    found.append(_marked("validity", "validity", share, e.validity.status, e.validity.source))
    found += [_marked("scale", s.name, s.name, s.status, s.source) for s in e.scales]
    for q in e.questions():
        found.append(_marked("question", q.name, q.text, q.status, q.source))
        for o in q.options:
            if o.status is not None:
                found.append(_marked("option", f"{q.name}.{o.value}", o.label, o.status, o.source or q.source))
    for n, _ in e.nodes():
        if n.question is None:
            found.append(_marked("node", n.name, n.title, n.status, n.source))
            rule_status, rule_source = n.rule_status or n.status, n.rule_source or n.source
            found.append(_marked("rule", n.name, n.rule or "", rule_status, rule_source))
    return tuple(found)


def _marked(
    kind: Literal["edition", "scale", "question", "option", "node", "rule", "validity"],
    name: str,
    text: str,
    status: Status,
    source: str,
) -> Marked:
    return Marked(kind=kind, name=name, text=text, status=status, source=source)


def notice(edition: Edition) -> Notice | None:
    """Make the notice that a product built from an edition must carry.

    Parameters
    ----------
    edition : Edition
        An edition.

    Returns
    -------
    Notice or None
        None where every element is official.
    """
    every = [mark for mark in marks(edition) if mark.kind not in SETTINGS]
    recalled = tuple(mark for mark in every if mark.status == "recalled")
    copied = tuple(mark for mark in every if mark.status == "copy")
    settings = tuple(m for m in marks(edition) if m.kind in SETTINGS and m.status != "official")
    if not recalled and not copied and not settings:
        return None
    counts = {
        "edition": edition.name,
        "recalled": len(recalled),
        "copy": len(copied),
        "total": len(every),
        "settings": len(settings),
    }
    short = "recalled_short" if recalled else "copy_short"
    return Notice(
        vi=word("recalled_notice", "vi", **counts),
        en=word("recalled_notice", "en", **counts),
        short_vi=word(short, "vi"),
        short_en=word(short, "en"),
        recalled=recalled,
        copied=copied,
        settings=settings,
    )
