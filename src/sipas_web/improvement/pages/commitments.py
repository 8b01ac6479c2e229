"""What the pages of commitments show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.improvement.commitment_share import Share, total
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import commitments as reads
from sipas_web.improvement.queries.commitments import Commitment, CommitmentItem, FrozenYear, Verdict, YearRow
from sipas_web.improvement.queries.targets import node_title
from sipas_web.results.numbers import number
from sipas_web.shared.downloads import Cell

TONES = {"fulfilled": "good", "partly": "warning", "not": "bad", "": "info"}


@dataclass(frozen=True, slots=True)
class FrozenItem:
    """An item as it was written down."""

    text: str
    measure: str
    result: str
    words: StrOrPromise
    tone: str
    reason: str
    changed_from: StrOrPromise  # in the version before; empty where it is the same


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """A commitment as it was written down."""

    name: str
    to: str
    signed: str
    position: str
    share: Share
    items: list[FrozenItem]


def heads() -> list[str]:
    """Give the heads of the workbook of a year."""
    return [
        _("Year"), _("Unit"), _("Signed with"), _("Day of signing"), _("Signed by (post)"), _("Number of the paper"),
        _("Items of the commitment"), _("Fulfilled"), _("Partly fulfilled"), _("Not fulfilled"),
        _("Not reviewed"), _("Fulfilled (%)"),
    ]  # fmt: skip


def sheet_rows(rows: Iterable[YearRow]) -> Iterable[list[Cell]]:
    """Give the rows of the workbook."""
    for row in rows:
        c, share = row.commitment, row.share
        yield [
            c.year, c.unit.full_name, c.to_unit.full_name, c.signed.strftime("%d/%m/%Y") if c.signed else "",
            c.position, c.document, share.items, share.fulfilled, share.partly, share.not_kept, share.unreviewed,
            round(share.percent, 2) if share.percent is not None else None,
        ]  # fmt: skip


def percent(share: Share) -> tuple[str, str]:
    """Write both shares: of items, and of units that kept everything."""
    return number(share.percent), number(share.percent_complete)


def frozen_rows(frozen: FrozenYear, before: FrozenYear | None) -> list[FrozenRow]:
    """Write a closed year out, with what this version changed."""
    old = {i["item"]: i["verdict"] for row in (before.rows if before else []) for i in row["items"]}
    return [
        FrozenRow(
            row["name"], row["to"], row["signed"], row["position"], reads.share_of_frozen(row),
            [_frozen_item(item, old.get(item["item"], item["verdict"])) for item in row["items"]],
        )
        for row in frozen.rows
    ]  # fmt: skip


def frozen_share(rows: Sequence[FrozenRow]) -> Share:
    """Count a closed year."""
    return total(row.share for row in rows)


def choices_of(frozen: FrozenYear) -> list[tuple[str, str]]:
    """List the items of a closed year that may be corrected."""
    return [
        (str(item["item"]), f"{row['name']} · {item['number']}. {item['text'][:80]} ({verdict_words(item['verdict'])})")
        for row in frozen.rows
        if row["signed"]
        for item in row["items"]
    ]


def verdict_words(code: str) -> StrOrPromise:
    """Name a verdict; also that there is none."""
    return Verdict(code).label if code else _("not reviewed")


def rights(commitment: Commitment, by: Actor) -> dict[str, bool]:
    """Say what the reader may do with a commitment."""
    unit, is_open = commitment.answering, commitment.closed_in_id is None
    unsigned = is_open and commitment.signed is None
    may_write = by.may(Permission.TARGET_SET, unit) or by.may(Permission.COMMITMENT_SIGN, unit)
    return {
        "may_write": unsigned and may_write,
        "may_sign": unsigned and by.may(Permission.COMMITMENT_SIGN, unit),
        "may_take_back": unsigned and by.may(Permission.TARGET_SET, commitment.unit),
    }


def item_rights(item: CommitmentItem, by: Actor) -> dict[str, bool]:
    """Say what the reader may do with an item."""
    commitment = item.commitment
    is_open = commitment.closed_in_id is None and commitment.signed is not None
    return {
        "may_report": is_open and by.may(Permission.TASK_CARRY, commitment.answering),
        "may_review": is_open and by.may(Permission.COMMITMENT_REVIEW, commitment.to_unit),
    }


def node_name(node: str) -> str:
    """Name the item or factor a promise should move."""
    return node_title(node) if node else ""


def _frozen_item(item: dict[str, Any], old: str) -> FrozenItem:
    changed = verdict_words(old) if old != item["verdict"] else ""
    code = item["verdict"]
    return FrozenItem(
        item["text"], item["measure"], item["result"], verdict_words(code), TONES[code], item["reason"], changed
    )
