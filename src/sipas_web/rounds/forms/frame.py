"""Forms of the lists: uploading them, naming their columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from sipas.intake import Preview
from sipas.intake.headers import synonyms
from sipas.sampling.frame import REQUIRED
from sipas_web.rounds.frame_words import CONSTANTS, TARGETS
from sipas_web.shared.column_forms import SheetColumnsForm
from sipas_web.shared.uploads import ReceivedFileField, ReceivedFilesField

LIST_TYPES = ".xlsx,.xls,.csv,.tsv,.txt,.parquet"


class ListsForm(forms.Form):
    """One or several lists."""

    lists = ReceivedFilesField(
        label=gettext_lazy("Lists"),
        help_text=gettext_lazy(
            "XLSX, XLS, CSV or Parquet, as the offices keep them. Several files can be chosen at once."
        ),
    )

    def __init__(self, *args: Any, provinces: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lists"].widget.attrs["accept"] = LIST_TYPES
        if provinces:
            label = gettext_lazy("Province of these lists")
            self.fields["province"] = forms.ChoiceField(label=label, choices=[("", "–"), *provinces])
            self.order_fields(["province", "lists"])


class TotalsForm(forms.Form):
    """Totals to compare with."""

    totals = ReceivedFileField(
        label=gettext_lazy("Totals of the one-stop desks"),
        help_text=gettext_lazy("A table with the columns Cơ quan, Tháng, Tổng số; Lĩnh vực if known. At most 5 MiB."),
        widget=forms.FileInput(attrs={"accept": LIST_TYPES}),
    )


class ColumnsForm(SheetColumnsForm):
    """What each column of a list is taken for."""

    def __init__(self, *args: Any, seen: Preview, population: str, **kwargs: Any) -> None:
        super().__init__(
            *args, seen=seen, names=TARGETS, offered=[t for t in TARGETS if t in synonyms(population)],
            constants=CONSTANTS[population], required=REQUIRED_OF[population], **kwargs,
        )  # fmt: skip


REQUIRED_OF: dict[str, tuple[str, ...]] = {name: tuple(targets) for name, targets in REQUIRED.items()}
