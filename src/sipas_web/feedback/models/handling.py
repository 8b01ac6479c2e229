"""Steps, answers, the citizen's word, and what was published."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from sipas_web.feedback.models.feedback import Feedback
from sipas_web.shared.vietnamese_text import SearchKeyField
from sipas_web.units.models import Unit


class Step(models.Model):
    """What happened, as officials and the citizen read it; no personal data, no free text of the citizen."""

    class What(models.TextChoices):
        """The step."""

        RECEIVED = "received", _("received")
        CLASSIFIED = "classified", _("classified")
        ROUTED = "routed", _("sent to the unit that answers")
        RETURNED = "returned", _("given back to the desk")
        JOINED = "joined", _("joined with another on the same thing")
        EXTENDED = "extended", _("time extended")
        SUBMITTED = "submitted", _("answer written, to be checked")
        SENT_BACK = "sent_back", _("answer sent back by the checker")
        ANSWERED = "answered", _("answered")
        PAPER = "paper", _("answer handed over on paper")
        RESOLVED = "resolved", _("resolved, with evidence")
        SAID = "said", _("the citizen gave their word")
        REOPENED = "reopened", _("reopened with the unit above")
        ROUTED_OUT = "routed_out", _("routed out")
        PUBLISHED = "published", _("made public")
        TAKEN_DOWN = "taken_down", _("taken down")
        HANDED_OVER = "handed_over", _("handed over to the successor")
        FORGOTTEN = "forgotten", _("personal data destroyed")

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="steps")
    what = models.CharField(max_length=12, choices=What)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)  # of officials, for officials
    moment = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.feedback_id}: {self.what}"


class Answer(models.Model):
    """An answer as written; the citizen sees it once another person has found that it fits."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="answers")
    level = models.PositiveSmallIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    text = models.TextField()
    written = models.DateTimeField(auto_now_add=True)
    by_key = models.CharField(max_length=40)  # who wrote it must not check it
    by_name = models.CharField(max_length=200)
    checked = models.DateTimeField(null=True, blank=True)
    checked_by_key = models.CharField(max_length=40, blank=True)
    checked_by_name = models.CharField(max_length=200, blank=True)
    sent_back_because = models.CharField(max_length=1000, blank=True)
    is_accepted = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["feedback", "level"], condition=models.Q(is_accepted=True), name="feedback_one_answer_a_level"
            ),
            models.UniqueConstraint(
                fields=["feedback", "level"], condition=models.Q(checked=None), name="feedback_one_answer_in_check"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feedback_id}: {self.level}"


class Word(models.Model):
    """What the citizen says of the answer, once for each level."""

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="words")
    level = models.PositiveSmallIntegerField()
    agrees = models.BooleanField()
    rating = models.PositiveSmallIntegerField()  # 1 very dissatisfied to 5 very satisfied
    text = models.TextField(blank=True)
    said = models.DateField()

    class Meta:
        ordering: ClassVar = ["level"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["feedback", "level"], name="feedback_one_word_a_level")
        ]

    def __str__(self) -> str:
        return f"{self.feedback_id}: {self.level} {self.rating}"


class Publication(models.Model):
    """Question and answer as everybody may read them; never the original."""

    feedback = models.OneToOneField(Feedback, models.CASCADE, related_name="publication")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # whose answer it is
    topic = models.CharField(max_length=24)
    question = models.TextField()
    answer = models.TextField()
    search_key = SearchKeyField("both")
    published = models.DateField()
    by_key = models.CharField(max_length=40)
    by_name = models.CharField(max_length=200)
    taken_down = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-published", "-pk"]
        indexes: ClassVar = [models.Index(fields=["taken_down", "published"], name="feedback_to_read")]

    def __str__(self) -> str:
        return f"{self.feedback_id}: {self.published}"

    @property
    def both(self) -> str:
        """Give what is searched."""
        return f"{self.question}\n{self.answer}"
