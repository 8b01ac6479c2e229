"""Forms of what happens to a task; each gives its action what it takes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas_web.improvement.forms.tasks import Day, UnitsField
from sipas_web.improvement.models import Task
from sipas_web.shared.uploads import ManyFilesInput, ReceivedFilesField

FILES_HELP = gettext_lazy(
    "Photographs (JPEG, PNG, WebP; place, time and device are removed), PDF, DOCX, XLSX; at most 20 MiB each. No "
    "personal data of citizens."
)
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx"


class FilesField(ReceivedFilesField):
    """Evidence, one or several files or none."""

    def __init__(self, **options: Any) -> None:
        label = gettext_lazy("Files that show it")
        shown: dict[str, Any] = {"label": label, "help_text": FILES_HELP, "required": False}
        super().__init__(widget=ManyFilesInput(attrs={"accept": ACCEPT}), **shown | options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Leave nothing out and nothing empty in."""
        return [file for file in super().clean(data, initial) if file]


class StepForm(forms.Form):
    """What happens to a task; ``evidence`` is stored before the action writes their rows."""

    def __init__(self, data: Any = None, files: Any = None, *, task: Task | None = None, **options: Any) -> None:
        super().__init__(data, files, **options)
        self.task = task

    def arguments(self) -> dict[str, Any]:
        """Give what the action takes, without the files."""
        return {name: value for name, value in self.cleaned_data.items() if name != "evidence"}


class ProgressForm(StepForm):
    """How far it is."""

    percent = forms.IntegerField(label=gettext_lazy("Done so far, in percent"), min_value=0, max_value=100)
    text = forms.CharField(label=gettext_lazy("What was done"), widget=forms.Textarea(attrs={"rows": 4}))
    evidence = FilesField()


class CommentForm(StepForm):
    """What a unit with a part in it says."""

    text = forms.CharField(label=gettext_lazy("Comment"), widget=forms.Textarea(attrs={"rows": 4}))
    evidence = FilesField()


class DoneForm(StepForm):
    """It is done."""

    on = Day(label=gettext_lazy("Completed on"), initial=timezone.localdate)
    text = forms.CharField(
        label=gettext_lazy("Result"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("For a day before today, the result and a file that shows it are needed."),
    )  # fmt: skip
    evidence = FilesField()


class AskForm(StepForm):
    """More time is needed."""

    wanted = Day(label=gettext_lazy("New deadline wanted"))
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class DecideForm(StepForm):
    """Granted or refused."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Decision"), widget=forms.RadioSelect,
        choices=[("grant", gettext_lazy("Grant")), ("refuse", gettext_lazy("Refuse"))],
    )  # fmt: skip
    granted = Day(label=gettext_lazy("New deadline, if granted"), required=False)
    answer = forms.CharField(
        label=gettext_lazy("Answer"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A refusal needs a reason."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for the day where it is granted."""
        data = super().clean() or {}
        if data.get("verdict") == "grant" and not data.get("granted") and "granted" not in self.errors:
            raise ValidationError({"granted": _("Give the new deadline.")})
        return data

    def arguments(self) -> dict[str, Any]:
        """Give what the action takes."""
        granted = self.cleaned_data["granted"] if self.cleaned_data["verdict"] == "grant" else None
        return {"granted": granted, "answer": self.cleaned_data["answer"]}


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class HandOverForm(StepForm):
    """To whom it goes."""

    unit = UnitsField(
        label=gettext_lazy("New owner"), help_text=gettext_lazy("Code, or name as in the list of units."),
        widget=forms.TextInput,
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}))

    def clean_unit(self) -> Any:
        """Take one."""
        return self.cleaned_data["unit"][0]


class DifficultyForm(StepForm):
    """What stands in the way."""

    text = forms.CharField(label=gettext_lazy("What stands in the way"), widget=forms.Textarea(attrs={"rows": 4}))
    proposal = forms.CharField(
        label=gettext_lazy("What is proposed"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip


class TextForm(StepForm):
    """An answer or an opinion."""

    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 4}))
