"""Which results a reader may open, and the library's reading of them, kept while their files stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import QuerySet

from sipas.rounds.published import PublishedRound, read_published
from sipas_web.audit.actors import Actor
from sipas_web.results.models import Publication, Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import folder_of, published, review_folder_of, versions
from sipas_web.results.queries.reading_names import CROSS
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.queries import MeasuredUnit, Round
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

DRAFT = "ban-duyet"  # the version under review, in an address
FILES = ("round.yaml", "disclosed/index.parquet", "disclosed/estimates.parquet")  # others: read anew
KEPT = 24  # rounds read and kept in this process: a few MB each
KEPT_HEADS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A version of a round's results, open before a reader.

    ``everything``: the reader holds the whole round's area. ``own``: names of the reader's own agencies as the results
    have them; who reads for one agency alone opens no other agency's page.
    """

    round: Round
    version: str  # v1, v2, ... or DRAFT
    root: Path
    results: PublishedRound
    publication: Publication | None
    newest: int  # number of the newest published version; 0 where there is none
    everything: bool
    own: tuple[str, ...]

    @property
    def is_draft(self) -> bool:
        """Whether it is not published yet."""
        return self.publication is None

    @property
    def main_kind(self) -> str:
        """Kind of the units that are ranked first."""
        return self.results.settings.estimates.rank_by[0]

    def may_open(self, domain: str) -> bool:
        """Say whether the reader may open the page of one agency."""
        return self.everything or domain in self.own

    def is_limited(self, kind: str, node: str) -> bool:
        """Say whether other agencies are left out: below the index, alone or crossed with anything."""
        ranked = self.results.settings.estimates.rank_by
        return not self.everything and node != self.results.figures.root and any(k in ranked for k in kind.split(CROSS))

    def may_see_inside(self, kind: str, domain: str) -> bool:
        """Say whether no part of a domain is another agency."""
        ranked = self.results.settings.estimates.rank_by
        parts = zip(kind.split(CROSS), domain.split(CROSS), strict=True)
        return all(self.may_open(part) for name, part in parts if name in ranked)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for in the list; empty fields do not limit."""

    year: int | None = None
    unit: int | None = None


def listed(by: Actor, wanted: Wanted) -> QuerySet[Publication]:
    """Newest versions the reader may see, the newest year first."""
    found = published(by)
    if wanted.year:
        found = found.filter(round__year=wanted.year)
    if wanted.unit:
        found = found.filter(round__unit=wanted.unit)
    return found.order_by("-round__year", "round__unit__sort_key", "round__sort_key", "-pk")


def choices(by: Actor) -> tuple[list[int], list[tuple[int, str]]]:
    """Years and places of which the reader may see results."""
    rows = published(by).order_by().values_list("round__year", "round__unit", "round__unit__sort_key")
    found = list(rows)
    names = {u.pk: u.full_name for u in Unit.objects.filter(pk__in={unit for _, unit, _ in found})}
    ordered = sorted({(key, unit) for _, unit, key in found})
    return sorted({year for year, _, _ in found}, reverse=True), [(unit, names[unit]) for _, unit in ordered]


def opened(by: Actor, round_id: int, version: str = "") -> Opened | None:
    """Open a version of a round's results, the newest where none is named; None where the reader may not."""
    return _draft(by, round_id) if version == DRAFT else _published(by, round_id, version)


def about(opened: Opened, what: str) -> str:
    """Say what a table shows, where and when."""
    return f"{what}. {opened.round.unit.full_name}, {opened.round.year}"


def kinds(opened: Opened) -> list[str]:
    """List the kinds of domains that were published, what is ranked first; crossed ones last."""
    ranked = [*opened.results.settings.estimates.rank_by]
    found = sorted({kind for kind, _, _ in opened.results.figures.values} - {"all", *ranked})
    return [*ranked, *(k for k in found if "×" not in k), *(k for k in found if "×" in k)]


def domains_open(opened: Opened) -> list[str]:
    """List the ranked units whose own pages the reader may open."""
    if not opened.everything:
        return list(opened.own)
    return [v.domain for v in opened.results.figures.domains(opened.main_kind, opened.results.figures.root)]


def _published(by: Actor, round_id: int, version: str) -> Opened | None:
    found = list(versions(by).filter(round=round_id).order_by("-version"))
    publication = next((p for p in found if version in {"", f"v{p.version}"}), None)
    if publication is None:
        return None
    root, round_ = folder_of(publication), publication.round
    results = read(root)
    everything = by.may(Permission.RESULT_VIEW, round_.unit)
    own = () if everything else _own(by, round_, results)
    return Opened(round_, f"v{publication.version}", root, results, publication, found[0].version, everything, own)


def _draft(by: Actor, round_id: int) -> Opened | None:
    waiting = Snapshot.objects.filter(
        round=round_id,
        round__in=rounds.in_areas(by, Permission.RESULT_REVIEW),
        state__in=[Snapshot.State.REVIEW, Snapshot.State.APPROVED],
    )
    snapshot = waiting.select_related("round__unit", "round__previous").first()
    if snapshot is None:
        return None
    root = review_folder_of(snapshot)
    return Opened(snapshot.round, DRAFT, root, read(root), None, 0, everything=True, own=())


def _own(by: Actor, round_: Round, results: PublishedRound) -> tuple[str, ...]:
    """Names in the results of the agencies in the reader's areas: as the round's list of agencies ties them, or alike.

    The lists write "UBND xã Phù Lưu" where the tree says "Xã Phù Lưu".
    """
    areas = by.holder.areas_of(Permission.RESULT_VIEW)
    kinds = results.settings.estimates.rank_by
    known = {search_key(d): d for kind, d, _ in results.figures.values if kind in kinds}
    tied = MeasuredUnit.objects.filter(round=round_, unit__in=areas).values_list("name_in_lists", flat=True)
    inside = units.under_any([round_.unit_id], round_.window_to)  # an agency may have been dissolved since
    mine = Unit.objects.filter(pk__in=areas).filter(pk__in=inside)
    names = [name for name in tied if name]
    for unit in mine:
        names += [unit.full_name, unit.name, f"UBND {unit.full_name}", f"Ủy ban nhân dân {unit.full_name}"]
    found = (known.get(search_key(name)) for name in names)
    return tuple(dict.fromkeys(name for name in found if name))


def read(root: Path) -> PublishedRound:
    """Read results; again only where the files are others than before (those of a published version never are)."""
    made = [(root / name).stat().st_mtime_ns for name in FILES]
    return _read(root, *made)


@lru_cache(maxsize=KEPT_HEADS)
def read_head(root: Path) -> PublishedRound:
    """Read the values of the whole of a published version, for lists."""
    return read_published(root, whole_only=True)


@lru_cache(maxsize=KEPT)
def _read(root: Path, *made: int) -> PublishedRound:
    del made
    return read_published(root)
