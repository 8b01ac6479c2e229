"""Reads of facility reviews, limited to the actor's areas; open gaps and the survey items they can move."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum

from sipas_web.audit.actors import Actor
from sipas_web.onestop.facility_standards import items_of
from sipas_web.onestop.models import FacilityCheck as FacilityCheck
from sipas_web.onestop.models import FacilityPhotograph as FacilityPhotograph
from sipas_web.onestop.models import FacilityReview as FacilityReview
from sipas_web.onestop.models import ReviewState as ReviewState
from sipas_web.onestop.permissions import Permission
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

DESKS = (Kind.ONE_STOP, Kind.AGENCY)
LEVEL_OF = {Kind.COMMUNE: "commune", Kind.DISTRICT: "district"}
OPEN_GAP = Q(gap__gt=0, mended__isnull=True)
GAP_SORTS = {"desk": "review__desk__sort_key", "mend": "mend_by", "cost": "cost", "on": "review__on"}


def gaps_by_item(unit_ids: Collection[int]) -> dict[str, int]:
    """Count the open gaps of some desks by each survey item (of every edition) that they can move."""
    found: Counter[str] = Counter()
    rows = latest_checks().filter(OPEN_GAP, review__desk__in=unit_ids)
    for code, count in rows.values_list("code").annotate(n=Count("pk")).order_by():
        for item in items_of(code):
            found[item] += count
    return dict(found)


def latest_checks() -> QuerySet[FacilityCheck]:
    """Query the rows of the newest finished review of each desk."""
    return FacilityCheck.objects.filter(review__in=newest_reviews().values("pk"))


def newest_reviews(until: dt.date | None = None) -> QuerySet[FacilityReview]:
    """Query the newest finished review of each desk, up to a day."""
    closed = FacilityReview.objects.filter(state=ReviewState.CLOSED)
    if until is not None:
        closed = closed.filter(on__lte=until)
    newest = closed.filter(desk=OuterRef("desk")).order_by("-on", "-pk").values("pk")[:1]
    found: QuerySet[FacilityReview] = closed.filter(pk=Subquery(newest))
    return found


def reviews(by: Actor, desk: int | None = None) -> QuerySet[FacilityReview]:
    """Reviews in the actor's areas, the newest first, with the number of rows looked at and of open gaps."""
    found = _in_areas(FacilityReview.objects.select_related("desk"), by, "desk")
    if desk:
        found = found.filter(desk=desk)
    counted: QuerySet[FacilityReview] = found.annotate(
        rows=Count("checks"),
        looked_at=Count("checks", filter=Q(checks__gap__isnull=False)),
        gaps=Count("checks", filter=Q(checks__gap__gt=0)),
        open_gaps=Count("checks", filter=Q(checks__gap__gt=0, checks__mended__isnull=True)),
        cost=Sum("checks__cost", filter=Q(checks__gap__gt=0, checks__mended__isnull=True)),
    ).order_by("-on", "-pk")
    return counted


def open_gaps(
    by: Actor, *, text: str = "", code: str = "", late_on: dt.date | None = None, sort: str = ""
) -> QuerySet[FacilityCheck]:
    """Open gaps of the newest finished reviews in the actor's areas."""
    found = _in_areas(latest_checks().filter(OPEN_GAP), by, "review__desk").select_related("review", "review__desk")
    if text:
        found = found.filter(review__desk__search_key__contains=search_key(text))
    if code:
        found = found.filter(code=code)
    if late_on:
        found = found.filter(mend_by__lt=late_on)
    column = GAP_SORTS.get(sort.removeprefix("-"), "mend_by")
    order = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return found.order_by(order, "review__desk__sort_key", "pk")


def gaps_with_a_day(by: Actor) -> QuerySet[FacilityCheck]:
    """Open gaps that are to be mended by a day, in areas where the actor reviews."""
    found = latest_checks().filter(OPEN_GAP, mend_by__isnull=False).select_related("review", "review__desk")
    return _in_areas(found, by, "review__desk", Permission.FACILITY_REVIEW).order_by("mend_by", "pk")


def counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count, for each desk alone: reviews finished in a period, gaps mended in it, gaps open at its end."""
    found: dict[int, Counter[str]] = {}
    closed = FacilityReview.objects.filter(state=ReviewState.CLOSED, desk__in=unit_ids)
    for desk, n in _by_desk(closed.filter(on__range=(first, last)), "desk"):
        found.setdefault(desk, Counter())["reviews"] += n
    gaps = FacilityCheck.objects.filter(gap__gt=0, review__desk__in=unit_ids, review__state=ReviewState.CLOSED)
    for desk, n in _by_desk(gaps.filter(mended__range=(first, last)), "review__desk"):
        found.setdefault(desk, Counter())["mended"] += n
    at_end = gaps.filter(review__in=newest_reviews(last).values("pk"))
    for desk, n in _by_desk(at_end.filter(Q(mended__isnull=True) | Q(mended__gt=last)), "review__desk"):
        found.setdefault(desk, Counter())["open"] += n
    return {desk: dict(count) for desk, count in found.items()}


def _by_desk(rows: QuerySet[Any], column: str) -> list[tuple[int, int]]:
    return list(rows.order_by().values_list(column).annotate(n=Count("pk")))


def review_for(by: Actor, review_id: int, permission: str = Permission.FACILITY_VIEW) -> FacilityReview | None:
    """Give a review of a desk over which the actor holds a permission."""
    found = FacilityReview.objects.select_related("desk").filter(pk=review_id).first()
    return found if found is not None and by.may(permission, found.desk) else None


def check_for(by: Actor, check_id: int, permission: str) -> FacilityCheck | None:
    """Give a row of a review of a desk over which the actor holds a permission."""
    found = FacilityCheck.objects.select_related("review", "review__desk").filter(pk=check_id).first()
    return found if found is not None and by.may(permission, found.review.desk) else None


def photograph_for(by: Actor, photo_id: int) -> FacilityPhotograph | None:
    """Give a photograph of a desk over which the actor may see the facilities."""
    rows = FacilityPhotograph.objects.select_related("check_row__review__desk")
    found = rows.filter(pk=photo_id).first()
    may_see = found is not None and by.may(Permission.FACILITY_VIEW, found.check_row.review.desk)
    return found if may_see else None


def checks_of(review: FacilityReview) -> dict[str, FacilityCheck]:
    """Give the rows of a review by code."""
    return {row.code: row for row in FacilityCheck.objects.filter(review=review)}


def photographs_of(review: FacilityReview) -> dict[int, list[int]]:
    """Give the keys of the photographs of a review's rows, without their pictures."""
    found: dict[int, list[int]] = {}
    rows = FacilityPhotograph.objects.filter(check_row__review=review).order_by("pk").values_list("check_row_id", "pk")
    for check, photo in rows:
        found.setdefault(check, []).append(photo)
    return found


def held_review(review_id: int) -> FacilityReview:
    """Hold a review for a change."""
    return FacilityReview.objects.select_for_update(of=("self",)).select_related("desk").get(pk=review_id)


def earlier_review(review: FacilityReview) -> FacilityReview | None:
    """Give the finished review of the same desk before this one."""
    before = FacilityReview.objects.filter(desk=review.desk, state=ReviewState.CLOSED, on__lt=review.on)
    return before.order_by("-on", "-pk").first()


def desks(by: Actor, permission: str) -> QuerySet[Unit]:
    """Desks of today over which the actor holds a permission: one-stop desks first."""
    found = units.holding(Unit.objects.filter(kind__in=DESKS), units.today())
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    return (found if areas is None else found.filter(pk__in=areas)).order_by("-kind", "sort_key", "code")


def desk_for(by: Actor, unit_id: int) -> Unit | None:
    """Give a desk whose facilities the actor may see."""
    found = units.by_id(unit_id)
    return found if found is not None and by.may(Permission.FACILITY_VIEW, found) else None


def unreviewed(by: Actor) -> QuerySet[Unit]:
    """One-stop desks of today that nobody has reviewed."""
    seen = FacilityReview.objects.filter(desk=OuterRef("pk"), state=ReviewState.CLOSED)
    return desks(by, Permission.FACILITY_VIEW).filter(~Exists(seen), kind=Kind.ONE_STOP)


def level_of(desk: Unit, on: dt.date) -> str:
    """Give the level a desk lies at: that of the nearest place above it."""
    above = [LEVEL_OF[Kind(u.kind)] for u in units.path(desk, on) if u.kind in LEVEL_OF]
    return above[-1] if above else "province"


def _in_areas(rows: QuerySet[Any], by: Actor, column: str, permission: str = Permission.FACILITY_VIEW) -> QuerySet[Any]:
    if not by.may(permission):
        return rows.none()
    areas = by.holder.areas_of(str(permission))
    return rows if areas is None else rows.filter(**{f"{column}__in": areas})
