"""What waits in this part, and its figures for periodic reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import commitments, registers, targets
from sipas_web.shared.report_figures import Counts, Line
from sipas_web.shared.report_figures import Source as Figures
from sipas_web.shared.waiting import Source, Waiting
from sipas_web.units.queries import today

TARGETS = (
    Line("targets", _("Targets set for the year"), url_name="target_list"),
    Line("targets_met", _("of which met"), of="targets", url_name="target_list"),
    Line("targets_not_met", _("of which not met"), of="targets", url_name="target_list"),
    Line("targets_undecided", _("of which undecided by the data"), of="targets", url_name="target_list"),
    Line("targets_no_data", _("of which without a value yet"), of="targets", url_name="target_list"),
)
COMMITMENTS = (
    Line("commitments", _("Commitments asked for"), url_name="commitment_list"),
    Line("commitments_signed", _("of which signed"), of="commitments", url_name="commitment_list"),
    Line("commitments_complete", _("of which fulfilled in every item"), of="commitments", url_name="commitment_list"),
    Line("items", _("Items of signed commitments"), url_name="commitment_list"),
    Line("items_fulfilled", _("of which fulfilled"), of="items", url_name="commitment_list"),
    Line("items_partly", _("of which partly fulfilled"), of="items", url_name="commitment_list"),
    Line("items_not", _("of which not fulfilled"), of="items", url_name="commitment_list"),
    Line("items_unreviewed", _("of which not reviewed"), of="items", url_name="commitment_list"),
)
REGISTERS = (
    Line("trainings", _("Training sessions held"), url_name="training_list"),
    Line("trained", _("Participants in training sessions"), url_name="training_list"),
    Line("campaigns", _("Campaigns and broadcasts begun"), url_name="campaign_list"),
    Line("discipline", _("Decisions on officials for how they served people")),  # a count alone leaves the register
)


def _commitments_to_sign(by: Actor, most: int) -> Sequence[Waiting]:
    rows = commitments.to_sign(by).order_by("year", "pk")[:most]
    return [
        Waiting(
            f"improvement.commitment:{row.pk}", f"Cam kết năm {row.year:d} chưa ký", _url("commitment_detail", row.pk),
            row.answering.full_name, dt.date(row.year, 12, 31),
        )
        for row in rows
    ]  # fmt: skip


def _items_to_review(by: Actor, most: int) -> Sequence[Waiting]:
    rows = commitments.to_review(by, today())[:most]
    return [
        Waiting(
            f"improvement.commitmentitem:{row.pk}", f"Đánh giá cam kết: {row.text}", _url("commitment_item", row.pk),
            row.commitment.unit.full_name, row.due,
        )
        for row in rows
    ]  # fmt: skip


def _targets_without_value(by: Actor, most: int) -> Sequence[Waiting]:
    return [
        Waiting(
            f"improvement.target:{row.pk}", f"Chỉ tiêu năm {row.year:d} chưa có giá trị", _url("target_detail", row.pk),
            row.unit.full_name,
        )
        for row in targets.without_value(by, today().year)[:most]
    ]  # fmt: skip


def _target_counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Counts:
    del first
    return targets.counts_of(unit_ids, last)


def _commitment_counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Counts:
    """Count the year's commitments as they stood on the last day."""
    del first
    return {
        unit: {
            "commitments": share.asked, "commitments_signed": share.signed, "commitments_complete": share.complete,
            "items": share.items, "items_fulfilled": share.fulfilled, "items_partly": share.partly,
            "items_not": share.not_kept, "items_unreviewed": share.unreviewed,
        }
        for unit, share in commitments.share(unit_ids, last.year, last).items()
    }  # fmt: skip


def _url(name: str, pk: int) -> str:
    return reverse(name, args=[pk])


WAITING = (
    Source("improvement.commitments_to_sign", 42, _("Commitments to sign"), Permission.COMMITMENT_SIGN,
           _commitments_to_sign),
    Source("improvement.commitments_to_review", 43, _("Items of commitments to review"), Permission.COMMITMENT_REVIEW,
           _items_to_review),
    Source("improvement.targets_without_value", 44, _("Targets without a value"), Permission.TARGET_SET,
           _targets_without_value),
)  # fmt: skip
FIGURES = (
    Figures("improvement.targets", 42, _("Targets"), TARGETS, _target_counts),
    Figures("improvement.commitments", 43, _("Commitments"), COMMITMENTS, _commitment_counts),
    Figures("improvement.registers", 44, _("Training, campaigns, discipline"), REGISTERS, registers.counts),
)
