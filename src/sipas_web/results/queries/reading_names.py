"""Names of nodes, kinds and domains in the reader's language; names of places and agencies stay Vietnamese."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas.rounds.published import PublishedRound

CROSS = " × "
WHOLE = "all"
KINDS: dict[str, StrOrPromise] = {
    WHOLE: gettext_lazy("the whole round"),
    "agency": gettext_lazy("agency"),
    "department": gettext_lazy("department"),
    "agency_level": gettext_lazy("level of the agency"),
    "agency_kind": gettext_lazy("group of agencies"),
    "province": gettext_lazy("province"),
    "district": gettext_lazy("district"),
    "commune": gettext_lazy("commune"),
    "commune_kind": gettext_lazy("kind of commune"),
    "field": gettext_lazy("field of procedures"),
    "procedure": gettext_lazy("procedure"),
    "region": gettext_lazy("region"),
    "unit_class": gettext_lazy("class of the unit"),
    "respondent_kind": gettext_lazy("kind of respondent"),
    "finished_month": gettext_lazy("month of the result"),
    "mode": gettext_lazy("way of answering"),
}
DOMAINS: dict[tuple[str, str], StrOrPromise] = {
    ("agency_level", "central"): gettext_lazy("Central agencies in the province"),
    ("agency_level", "province"): gettext_lazy("Provincial level"),
    ("agency_level", "district"): gettext_lazy("District level"),
    ("agency_level", "commune"): gettext_lazy("Communal level"),
    ("respondent_kind", "person"): pgettext_lazy("respondent", "People"),
    ("respondent_kind", "organisation"): pgettext_lazy("respondent", "Organisations"),
    ("mode", "paper"): gettext_lazy("On paper"),
    ("mode", "face_to_face"): gettext_lazy("Face to face"),
    ("mode", "mail"): gettext_lazy("By mail"),
    ("mode", "phone"): gettext_lazy("By telephone"),
    ("mode", "web"): gettext_lazy("Online"),
}
LEVELS: dict[str, StrOrPromise] = {
    "index": gettext_lazy("Index"),
    "content": gettext_lazy("Content"),
    "factor": gettext_lazy("Factor"),
    "item": gettext_lazy("Item"),
}


def english() -> bool:
    """Say whether the reader chose English."""
    return get_language() == "en"


def node_name(published: PublishedRound, node: str) -> str:
    """Name a node, marked where its wording is not official."""
    from sipas.reporting.contents.phrases import marked

    found = published.figures.titles.get(node)
    if found is None:
        return node
    return marked((english() and found.title_en) or found.title, found.status)


def depths(published: PublishedRound) -> dict[str, int]:
    """Say how deep each node lies below the root, in the order of the tree."""
    found = {"": -1}
    for node, parent in published.edition.nodes():
        found[node.name] = found[parent or ""] + 1
    return found


def kind_name(published: PublishedRound, kind: str) -> str:
    """Name a kind of domain; a question that divides people is named by its short label."""
    if CROSS in kind:
        return CROSS.join(kind_name(published, part) for part in kind.split(CROSS))
    return str(KINDS[kind]) if kind in KINDS else published.figures.kind_label(kind)


def domain_name(published: PublishedRound, kind: str, domain: str) -> str:
    """Name a domain."""
    if kind == WHOLE:
        return _("The whole round")
    if CROSS in kind:
        parts = zip(kind.split(CROSS), domain.split(CROSS), strict=True)
        return CROSS.join(domain_name(published, k, d) for k, d in parts)
    if (kind, domain) in DOMAINS:
        return str(DOMAINS[kind, domain])
    return _answer(published, kind, domain) or published.figures.label(kind, domain)


def option_names(published: PublishedRound, question: str) -> list[str]:
    """Name the answers to a question in their order."""
    return [(english() and o.label_en) or o.label for o in published.edition.options(question)]


def _answer(published: PublishedRound, kind: str, domain: str) -> str:
    if not english() or kind not in published.figures.questions:
        return ""
    return next((o.label_en or "" for o in published.edition.options(kind) if str(o.value) == domain), "")
