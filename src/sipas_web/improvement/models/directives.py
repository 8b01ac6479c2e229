"""Official letters that order something, as they were read and corrected."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.kinds import REGISTERED, Kind
from sipas_web.units.models import Unit


class Directive(models.Model):
    """A letter; its tasks, addressees and grounds have tables of their own."""

    class State(models.TextChoices):
        """How far it is."""

        READ = "read", _("being corrected")
        KEPT = "kept", _("kept")
        WITHDRAWN = "withdrawn", _("withdrawn")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose people keep it: its issuer or a receiver
    state = models.CharField(max_length=10, choices=State, default=State.READ)
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    issuer_name = models.CharField(max_length=300, blank=True)  # as the letter has it
    issuer_key = models.CharField(max_length=300, blank=True)  # unit:12, else the folded name: what makes it one letter
    parent_name = models.CharField(max_length=300, blank=True)  # body above the issuer on the letter's head
    kind = models.CharField(max_length=40, blank=True)  # code of sipas.letters' vocabulary
    reference = models.CharField(max_length=80, blank=True)  # 1049/UBND-NC
    reference_key = models.CharField(max_length=80, blank=True, db_index=True)  # folded, without spaces
    place = models.CharField(max_length=120, blank=True)
    issued = models.DateField(null=True, blank=True)
    subject = models.TextField(blank=True)
    search_key = SearchKeyField("subject")
    above = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="below")  # it passes this on
    is_retelling = models.BooleanField(default=False)  # news about a letter, not the letter
    is_simulated = models.BooleanField(default=False)
    file_name = models.CharField(max_length=160, blank=True)
    text = models.TextField()  # NFC; places in ``reading`` count in it
    reading = models.JSONField(default=dict)  # sipas.letters.Letter without its text, as the program read it
    created = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=200)
    kept_on = models.DateField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-issued", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer_key", "reference_key", "issued"],
                condition=Q(state="kept") & ~Q(reference_key=""),
                name="improvement_letter_kept_once",
            )
        ]

    def __str__(self) -> str:
        return self.reference or self.subject[:80]

    @property
    def issuer_label(self) -> str:
        """The issuer as people say it: the committee of a territory, else the office; a ministry as in the letter."""
        if self.issuer is None or self.issuer.kind == Kind.COUNTRY:
            return self.issuer_name
        name = self.issuer.full_name
        return f"UBND {name[:1].lower()}{name[1:]}" if self.issuer.kind in REGISTERED else name


class Addressee(models.Model):
    """To whom a directive goes; without a unit the name is not in the tree (or not yet matched)."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="addressees")
    name = models.CharField(max_length=300)
    group = models.CharField(max_length=300, blank=True)  # the collective name of the letter that was taken apart
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    read_at = models.CharField(max_length=40, blank=True)  # which value of the reading: addressees.3
    since = models.DateField(null=True, blank=True)  # day of the letter, or of taking over
    until = models.DateField(null=True, blank=True)  # its last day where the unit ended before it passed it on
    came_from = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="+")  # whom it took over
    passed_on = models.ForeignKey(Directive, models.SET_NULL, null=True, blank=True, related_name="+")  # by it
    carries_itself = models.TextField(blank=True)  # why nothing has to be passed on

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["unit", "passed_on"], name="improvement_addressed_units")]

    def __str__(self) -> str:
        return self.name


class Citation(models.Model):
    """A document that a directive cites; linked where that document is kept here too."""

    class Role(models.TextChoices):
        """Where it stands in the letter."""

        GROUND = "ground", _("ground")
        BODY = "body", _("in the text")

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="citations")
    role = models.CharField(max_length=8, choices=Role, default=Role.GROUND)
    kind = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    reference_key = models.CharField(max_length=80, blank=True, db_index=True)
    issued = models.DateField(null=True, blank=True)
    issuer_name = models.CharField(max_length=300, blank=True)
    issuer = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.TextField(blank=True)
    is_passed_on = models.BooleanField(default=False)  # the directive passes this document on
    cited = models.ForeignKey(Directive, models.SET_NULL, null=True, blank=True, related_name="cited_by")
    read_at = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.reference or self.title[:80]


class Provision(models.Model):
    """A numbered order of a directive, from which tasks are given."""

    class Period(models.TextChoices):
        """Again and again."""

        ONCE = "", _("once")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        HALF_YEAR = "half_year", _("every half-year")
        NINE_MONTHS = "nine_months", _("after nine months")
        YEAR = "year", _("every year")
        UNSTATED = "unstated", _("regularly, the letter does not say how often")

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="provisions")
    order = models.PositiveSmallIntegerField()
    path = models.CharField(max_length=40)  # 1.a
    text = models.TextField()
    is_task = models.BooleanField(default=True)
    title = models.CharField(max_length=300, blank=True)
    due = models.DateField(null=True, blank=True)
    period = models.CharField(max_length=12, choices=Period, blank=True, default=Period.ONCE)
    until = models.DateField(null=True, blank=True)  # of one that comes again and again: no deadline after this day
    is_for_all = models.BooleanField(default=False)  # each addressee owns it
    above = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")  # order it passes on
    given_on = models.DateField(null=True, blank=True)
    read_at = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.path} {self.title}".strip()


class Party(models.Model):
    """A body with a part in an order."""

    class Role(models.TextChoices):
        """The part."""

        OWN = "own", _("carries out")
        LEAD = "lead", _("leads")
        COORDINATE = "coordinate", _("coordinates")
        MONITOR = "monitor", _("follows and urges")

    provision = models.ForeignKey(Provision, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=12, choices=Role)
    name = models.CharField(max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class ProposedTarget(models.Model):
    """A figure that a directive wants reached; a target only once somebody sets it."""

    class Relation(models.TextChoices):
        """How the figure binds."""

        AT_LEAST = "ge", _("at least")
        ABOVE = "gt", _("above")
        AT_MOST = "le", _("at most")
        BELOW = "lt", _("below")
        EXACTLY = "eq", _("exactly")

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="proposed_targets")
    path = models.CharField(max_length=40, blank=True)
    indicator = models.CharField(max_length=40, blank=True)  # code of sipas.letters' vocabulary
    relation = models.CharField(max_length=2, choices=Relation, default=Relation.AT_LEAST)
    value = models.DecimalField(max_digits=9, decimal_places=2)
    measure = models.CharField(max_length=10)  # %, điểm, bậc
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    is_wanted = models.BooleanField(default=True)  # no: a figure told, not a target
    read_at = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.relation} {self.value} {self.measure}"


class DirectiveChange(models.Model):
    """What was changed on a directive, and why: the correction stays visible."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="changes")
    moment = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=200)
    what = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-moment", "-pk"]

    def __str__(self) -> str:
        return f"{self.directive_id}: {self.what}"
