"""Commitments of a year, what was found of them, and years that are closed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from sipas_web.audit.actors import Actor
from sipas_web.improvement.commitment_share import OPEN, Line, Share, share_of, total
from sipas_web.improvement.models import Commitment as Commitment
from sipas_web.improvement.models import CommitmentItem as CommitmentItem
from sipas_web.improvement.models import FrozenYear as FrozenYear
from sipas_web.improvement.models import ItemEvidence as ItemEvidence
from sipas_web.improvement.models import ItemReview
from sipas_web.improvement.permissions import Permission
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

Verdict = ItemReview.Verdict
SORTS = {"unit": "unit__sort_key", "signed": "signed"}
WITH = ("unit", "to_unit", "held_by", "directive", "closed_in")
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    year: int | None = None
    text: str = ""
    state: str = ""  # signed, unsigned
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class YearRow:
    """A commitment with its counts."""

    commitment: Commitment
    share: Share


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item with the verdict that counts today and the reviews that led there."""

    item: CommitmentItem
    verdict: str
    reason: str
    reviews: Sequence[ItemReview]
    is_corrected: bool  # the verdict stands in a correction of the closed year

    @property
    def words(self) -> str:
        """The verdict, as shown; empty where nobody reviewed it."""
        return str(Verdict(self.verdict).label) if self.verdict else ""

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"fulfilled": "good", "partly": "warning", "not": "bad"}.get(self.verdict, "info")


def visible(by: Actor) -> QuerySet[Commitment]:
    """Commitments of, held by, or made to units in the actor's areas."""
    return _concerning(by, Permission.TARGET_VIEW, "unit", "held_by", "to_unit")


def commitment_for(by: Actor, commitment_id: int) -> Commitment | None:
    """Give a commitment the actor may see."""
    return visible(by).filter(pk=commitment_id).first()


def item_for(by: Actor, item_id: int) -> CommitmentItem | None:
    """Give an item of a commitment the actor may see."""
    rows = CommitmentItem.objects.filter(commitment__in=visible(by).values("pk"))
    paths = [f"commitment__{name}" for name in WITH]
    return rows.select_related(*paths).filter(pk=item_id).first()


def evidence_for(by: Actor, evidence_id: int) -> ItemEvidence | None:
    """Give a file of a commitment the actor may see."""
    mine = visible(by).values("pk")
    return ItemEvidence.objects.filter(pk=evidence_id, item__commitment__in=mine).first()


def held(commitment_id: int) -> Commitment:
    """Hold a commitment for a change."""
    return Commitment.objects.select_for_update(of=("self",)).select_related(*WITH).get(pk=commitment_id)


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Commitment]:
    """Visible commitments that fit, by unit."""
    rows = visible(by)
    if wanted.year:
        rows = rows.filter(year=wanted.year)
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.text:
        rows = rows.filter(unit__search_key__contains=search_key(wanted.text))
    if wanted.state:
        rows = rows.filter(signed__isnull=wanted.state == "unsigned")
    column = SORTS.get(sort.removeprefix("-"), "unit__sort_key")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "pk")


def years(by: Actor) -> list[int]:
    """List the years that have commitments, newest first."""
    return list(visible(by).order_by("-year").values_list("year", flat=True).distinct())


def year_rows(commitments: Sequence[Commitment]) -> list[YearRow]:
    """Count each commitment. A handful of queries for any number."""
    told = _verdicts(commitments)
    return [YearRow(c, share_of(Line(c.signed is not None, tuple(told[c.pk].values())))) for c in commitments]


def share(units_: Collection[int], year: int, until: dt.date | None = None) -> dict[int, Share]:
    """Count the commitments of units (ids) for a year, as of a day; each counts at the unit that was asked for it."""
    commitments = list(Commitment.objects.filter(unit__in=units_, year=year).select_related("closed_in"))
    told = _verdicts(commitments, until)
    found_: dict[int, Share] = defaultdict(Share)
    for c in commitments:
        signed = c.signed is not None and (until is None or c.signed <= until)
        found_[c.unit_id] += share_of(Line(signed, tuple(told[c.pk].values())))
    return dict(found_)


def sum_of(rows: Sequence[YearRow]) -> Share:
    """Count all of some rows together."""
    return total(row.share for row in rows)


def items_of(commitment: Commitment) -> list[ItemRow]:
    """Give the items with their reviews."""
    return items_by_commitment([commitment]).get(commitment.pk, [])


def items_by_commitment(commitments: Sequence[Commitment]) -> dict[int, list[ItemRow]]:
    """Give the items of some commitments with their reviews, in few queries."""
    frozen = _newest_frozen(commitments)
    corrected = {c.pk: _frozen_items(frozen.get(c.pk), c.pk) for c in commitments}
    made: dict[int, list[ItemRow]] = defaultdict(list)
    rows = CommitmentItem.objects.filter(commitment__in=[c.pk for c in commitments])
    for item in rows.prefetch_related("reviews").order_by("commitment", "number"):
        made[item.commitment_id].append(_item_row(item, corrected[item.commitment_id].get(item.pk)))
    return dict(made)


def frozen_rows(commitments: Sequence[Commitment]) -> Rows:
    """Write commitments down as they stand, for a closed year."""
    items = items_by_commitment(commitments)
    return [
        {
            "commitment": c.pk,
            "unit": c.unit_id,
            "name": c.unit.full_name,
            "to": c.to_unit.full_name,
            "signed": c.signed.isoformat() if c.signed else "",
            "position": c.position,
            "document": c.document,
            "items": [
                {
                    "item": row.item.pk,
                    "number": row.item.number,
                    "text": row.item.text,
                    "measure": row.item.measure,
                    "result": row.item.result,
                    "evidence": row.item.evidence,
                    "verdict": row.verdict,
                    "reason": row.reason,
                }
                for row in items.get(c.pk, [])
            ],
        }
        for c in commitments
    ]


def share_of_frozen(row: Mapping[str, Any]) -> Share:
    """Count a commitment as it was written down."""
    return share_of(Line(bool(row["signed"]), tuple(item["verdict"] for item in row["items"])))


def closed_years(by: Actor, year: int | None = None) -> QuerySet[FrozenYear]:
    """Newest versions of closed years of areas the actor sees into, or that hold the actor's."""
    later = FrozenYear.objects.filter(unit=OuterRef("unit"), year=OuterRef("year"), version__gt=OuterRef("version"))
    rows = frozen_visible(by).filter(~Exists(later))
    return rows.filter(year=year) if year else rows


def frozen_visible(by: Actor) -> QuerySet[FrozenYear]:
    """Every version of closed years the actor holds the area of."""
    return _concerning_frozen(by)


def frozen_for(by: Actor, frozen_id: int) -> FrozenYear | None:
    """Give a version of a closed year."""
    return frozen_visible(by).filter(pk=frozen_id).first()


def versions_of(frozen: FrozenYear) -> QuerySet[FrozenYear]:
    """Every version of a closed year, newest first."""
    return FrozenYear.objects.filter(unit=frozen.unit_id, year=frozen.year).order_by("-version")


def newest_version(unit_id: int, year: int) -> FrozenYear | None:
    """Give the version of a closed year that holds; None where it is open."""
    return FrozenYear.objects.filter(unit=unit_id, year=year).select_related("unit").order_by("-version").first()


def day_of(year: int) -> dt.date:
    """Give the day on which it is looked who lies in an area: the year's last, or today before it."""
    return min(units.today(), dt.date(year, 12, 31))


def is_closed(unit: Unit, year: int) -> FrozenYear | None:
    """Give the closed year of an area that a unit lies in; None where the year is open."""
    above = units.over_any([unit.pk], day_of(year))
    return FrozenYear.objects.filter(unit__in=above, year=year).order_by("version").first()


def in_area(area: Unit, year: int) -> QuerySet[Commitment]:
    """Commitments of the units of an area."""
    inside = units.under_any([area.pk], day_of(year))
    rows = Commitment.objects.filter(Q(unit=area) | Q(unit__in=inside), year=year)
    return rows.select_related(*WITH).order_by("unit__sort_key", "pk")


def to_review(by: Actor, today: dt.date) -> QuerySet[CommitmentItem]:
    """Items that were reported or are due, and not reviewed since."""
    rows = _open_items(by, Permission.COMMITMENT_REVIEW, "to_unit")
    newest = ItemReview.objects.filter(item=OuterRef("pk")).order_by("-pk").values("reviewed__date")[:1]
    rows = rows.annotate(last=Subquery(newest))
    ready = Q(reported__isnull=False) | Q(due__lt=today) | Q(due__isnull=True, commitment__year__lt=today.year)
    return rows.filter(ready).filter(Q(last__isnull=True) | Q(last__lt=F("reported")))


def to_sign(by: Actor) -> QuerySet[Commitment]:
    """Commitments that wait for a signature in the actor's own areas."""
    rows = _concerning(by, Permission.COMMITMENT_SIGN, "unit", "held_by")
    return rows.filter(signed__isnull=True, closed_in__isnull=True)


def of_ended_units() -> QuerySet[Commitment]:
    """Open commitments whose answering unit exists no more."""
    ended = Q(held_by__isnull=True, unit__valid_to__lt=units.today()) | Q(held_by__valid_to__lt=units.today())
    return Commitment.objects.filter(ended, closed_in__isnull=True).select_related(*WITH).order_by("pk")


def _open_items(by: Actor, permission: str, *fields: str) -> QuerySet[CommitmentItem]:
    rows = _concerning(by, permission, *fields).filter(closed_in__isnull=True, signed__isnull=False)
    items = CommitmentItem.objects.filter(commitment__in=rows.values("pk"))
    return items.select_related("commitment__unit", "commitment__to_unit").order_by("due", "pk")


def _concerning(by: Actor, permission: str, *fields: str) -> QuerySet[Commitment]:
    rows = Commitment.objects.select_related(*WITH)
    areas = by.holder.areas_of(permission) if by.may(permission) else []
    if areas is None:
        return rows
    limits = Q()
    for name in fields:
        limits |= Q(**{f"{name}__in": areas})
    return rows.filter(limits)


def _concerning_frozen(by: Actor) -> QuerySet[FrozenYear]:
    rows = FrozenYear.objects.select_related("unit")
    areas = by.holder.areas_of(Permission.TARGET_VIEW) if by.may(Permission.TARGET_VIEW) else []
    return rows if areas is None else rows.filter(unit__in=areas)


def _verdicts(commitments: Sequence[Commitment], until: dt.date | None = None) -> dict[int, dict[int, str]]:
    """Give the verdict that counts on each item of each commitment: the newest review, or what a correction says."""
    reviews = ItemReview.objects.filter(item=OuterRef("pk")).order_by("-pk")
    if until is not None:
        reviews = reviews.filter(reviewed__date__lte=until)
    rows = CommitmentItem.objects.filter(commitment__in=[c.pk for c in commitments])
    told: dict[int, dict[int, str]] = defaultdict(dict)
    for pk, commitment, verdict in rows.annotate(newest=Subquery(reviews.values("verdict")[:1])).values_list(
        "pk", "commitment_id", "newest"
    ):
        told[commitment][pk] = verdict or OPEN
    for commitment, frozen in _newest_frozen(commitments, until).items():
        for pk, (verdict, _reason) in _frozen_items(frozen, commitment).items():
            told[commitment][pk] = verdict
    return told


def _newest_frozen(commitments: Sequence[Commitment], until: dt.date | None = None) -> dict[int, FrozenYear]:
    """Give the newest version of the closed year that each closed commitment stands in."""
    closed = [c for c in commitments if c.closed_in is not None]
    if not closed:
        return {}
    wanted = {(c.closed_in.unit_id, c.closed_in.year) for c in closed if c.closed_in}
    rows = FrozenYear.objects.filter(unit__in={u for u, _ in wanted}, year__in={y for _, y in wanted})
    if until is not None:
        rows = rows.filter(frozen__date__lte=until)
    newest = {(f.unit_id, f.year): f for f in rows.order_by("version")}
    pairs = ((c.pk, newest.get((c.closed_in.unit_id, c.closed_in.year))) for c in closed if c.closed_in)
    return {pk: frozen for pk, frozen in pairs if frozen is not None}


def _frozen_items(frozen: FrozenYear | None, commitment_id: int) -> dict[int, tuple[str, str]]:
    rows: Rows = frozen.rows if frozen else []
    lines = (line for line in rows if line["commitment"] == commitment_id)
    return {one["item"]: (one["verdict"], one["reason"]) for line in lines for one in line["items"]}


def _item_row(item: CommitmentItem, corrected: tuple[str, str] | None) -> ItemRow:
    reviews = list(item.reviews.all())
    verdict, reason = (reviews[-1].verdict, reviews[-1].reason) if reviews else (OPEN, "")
    if corrected is None or corrected == (verdict, reason):
        return ItemRow(item, verdict, reason, reviews, is_corrected=False)
    return ItemRow(item, *corrected, reviews, is_corrected=True)
