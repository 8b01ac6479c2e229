"""Forms of assignments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sipas_web.accounts.queries import Person
from sipas_web.fieldwork.queries.assignments import WITH_NOBODY
from sipas_web.shared.uploads import ReceivedFileField
from sipas_web.units.queries import Unit

EVERYBODY = "all"
MOST_AT_ONCE = 5_000  # cases given by one press
MOST_PEOPLE_LISTED = 400  # in one list of choices
Receiver = tuple[int, int | None]  # office, interviewer
People = Sequence[Person]
ALL_OF_THEM = _("Empty: all of them.")
EVERY_INTERVIEWER = _("every interviewer of the office")


class ReceiverField(forms.ChoiceField):
    """An office, or one of its interviewers."""

    def offer(self, offices: Sequence[tuple[Unit, People]], *, only_people: bool = False) -> None:
        """Offer offices with their people."""
        many = sum(len(people) for _office, people in offices) > MOST_PEOPLE_LISTED
        groups: list[Any] = [("", _("– choose –"))]
        for office, people in offices:
            to_office = (
                []
                if only_people
                else [(f"{office.pk}", _("%(office)s, no interviewer") % {"office": office.full_name})]
            )
            to_people = [] if many and not only_people else [(f"{office.pk}-{p.pk}", p.full_name) for p in people]
            groups.append((office.full_name, [*to_office, *to_people]))
        self.choices = groups

    def clean(self, value: Any) -> Receiver:
        """Give keys of office and interviewer."""
        office, _dash, person = str(super().clean(value)).partition("-")
        return int(office), int(person) if person else None


class GiveForm(forms.Form):
    """Chosen cases to somebody: those ticked, or so many from the beginning of the list."""

    to = ReceiverField(label=_("Give to"))
    first = forms.IntegerField(
        label=_("Instead of ticking: so many from the beginning of the list"), required=False, min_value=1,
        max_value=MOST_AT_ONCE,
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(self, data: Any, offices: Sequence[tuple[Unit, People]]) -> None:
        super().__init__(data)
        self.fields["to"].offer(offices)  # type: ignore[attr-defined]


class AdjustForm(forms.Form):
    """Some cases of a row of a plan to somebody else."""

    row = forms.TypedChoiceField(label=_("From"), coerce=int)
    cases = forms.IntegerField(
        label=_("How many cases"), min_value=1, required=False, help_text=_("Empty: all of them.")
    )
    to = ReceiverField(label=_("To"))

    def __init__(
        self,
        data: Any,
        rows: Sequence[tuple[int, str]],
        offices: Sequence[tuple[Unit, People]],
        *,
        people: bool,
    ) -> None:
        super().__init__(data)
        row = self.fields["row"]
        assert isinstance(row, forms.TypedChoiceField)
        row.choices = rows
        if people:
            self.fields["to"].offer(offices, only_people=True)  # type: ignore[attr-defined]
        else:
            self.fields["to"].offer([(office, ()) for office, _people in offices])  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """Everything unfinished of an interviewer to another, or back to the office."""

    to = ReceiverField(label=_("Who takes over"))
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, data: Any, office: Unit, people: Sequence[Person]) -> None:
        super().__init__(data)
        self.fields["to"].offer([(office, people)])  # type: ignore[attr-defined]


class SheetForm(forms.Form):
    """Which route sheets to print."""

    everybody = EVERYBODY
    person = forms.ChoiceField(label=_("Interviewer"))
    day = forms.DateField(label=_("Day of the route"), localize=True, help_text=_("Day/month/year."))
    commune = forms.ChoiceField(label=_("Commune"), required=False)

    def __init__(self, data: Any, people: People, communes: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, initial={"day": timezone.localdate()})
        person, commune = self.fields["person"], self.fields["commune"]
        assert isinstance(person, forms.ChoiceField)
        assert isinstance(commune, forms.ChoiceField)
        person.choices = [
            (EVERYBODY, _("every interviewer of the office")),
            *((str(p.pk), p.full_name) for p in people),
        ]
        commune.choices = [("", _("All")), *communes]


class CasesFilter(forms.Form):
    """Which cases of an office to list."""

    holder = forms.ChoiceField(label=_("With"), required=False)
    commune = forms.ChoiceField(label=_("Commune"), required=False)

    def __init__(self, data: Any, people: People, communes: Sequence[tuple[str, str]], *, nobody: bool) -> None:
        super().__init__(data)
        holder, commune = self.fields["holder"], self.fields["commune"]
        assert isinstance(holder, forms.ChoiceField)
        assert isinstance(commune, forms.ChoiceField)
        listed = [(str(p.pk), p.full_name) for p in people]
        holder.choices = [("", _("All")), (WITH_NOBODY, _("no interviewer")), *listed]
        commune.choices = [("", _("All")), *communes]
        if nobody:
            del self.fields["holder"]


class ServedForm(forms.Form):
    """The office of each commune; one field for each."""

    def __init__(self, data: Any, rows: Sequence[Any], offices: Sequence[Unit]) -> None:
        super().__init__(data)
        choices = [("", "–"), *((str(office.pk), office.full_name) for office in offices)]
        for row in rows:
            field = forms.ChoiceField(label=row.name, required=False, choices=choices)
            field.initial = str(row.office or row.suggested or "")
            field.widget.attrs["aria-label"] = row.name
            self.fields[f"office-{row.code}"] = field

    def areas(self) -> dict[str, int | None]:
        """Give the office (key) of each commune (code)."""
        return {
            name.removeprefix("office-"): int(value) if value else None for name, value in self.cleaned_data.items()
        }


class ServedFileForm(forms.Form):
    """A list of communes with their offices."""

    file = ReceivedFileField(label=_("File"), help_text=_("CSV, XLSX, XLS or Parquet."))


def _without_interviewer(office: Unit) -> str:
    return gettext("%(office)s, no interviewer") % {"office": office.full_name}


def seen_of(marks: Iterable[str]) -> dict[str, tuple[int | None, int | None]]:
    """Read chosen cases as the page names them: code, office and interviewer as they were shown."""
    seen = {}
    for mark in marks:
        code, office, person = [*mark.split("~"), "", ""][:3]
        if not (office.isdecimal() or not office) or not (person.isdecimal() or not person):
            raise ValidationError(_("Choose cases in the list."))
        seen[code] = (int(office) if office else None, int(person) if person else None)
    return seen
