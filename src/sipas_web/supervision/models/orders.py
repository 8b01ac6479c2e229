"""A request of the Ministry that a round be re-verified."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sipas_web.rounds.models import Round


class Order(models.Model):
    """Asks the supervisors of a round for a re-verification, with its share, its last day and the report back."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="+")
    letter = models.CharField(max_length=200)  # number and date of the letter
    text = models.CharField(max_length=1000)  # what is asked
    share = models.DecimalField(max_digits=5, decimal_places=2)  # percent of the forms
    due = models.DateField()  # last day of the report
    given = models.DateTimeField(default=timezone.now)
    given_by = models.CharField(max_length=200)
    withdrawn = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["due", "pk"]
        indexes: ClassVar = [models.Index(fields=["round", "due"], name="supervision_orders")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=100), name="supervision_order_in_percent")
        ]

    def __str__(self) -> str:
        return self.letter


class OrderReport(models.Model):
    """What a supervisor reports back on a request."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="reports", db_index=False)
    body = models.CharField(max_length=300)  # who reports, as printed
    text = models.CharField(max_length=2000)
    sample = models.ForeignKey("CheckSample", models.PROTECT, null=True, related_name="reports")  # a released one
    made = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "body"], name="supervision_one_report_of_a_body")
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.body}"
