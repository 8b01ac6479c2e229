"""Forms of the pages of figures and files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sipas_web.fieldwork.models import State
from sipas_web.fieldwork.queries.cases import OPEN, Wanted, agencies_to_choose, agency_name
from sipas_web.rounds.queries import Round
from sipas_web.shared.uploads import ReceivedFileField

BY_CODE, BY_DAY = "", "day"


class CaseFilter(forms.Form):
    """What a reader looks for among the cases of a round."""

    text = forms.CharField(label=_("Code of the form begins with"), required=False, max_length=20)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), (OPEN, _("not finished")), *State.choices]
    )
    agency = forms.TypedChoiceField(label=_("Agency"), required=False, coerce=int, empty_value=None)
    sort = forms.ChoiceField(
        label=_("Order"), required=False, choices=[(BY_CODE, _("by code")), (BY_DAY, _("last visited first"))]
    )

    def __init__(self, data: Any, round_: Round) -> None:
        super().__init__(data)
        choices = agencies_to_choose(round_)
        asked = data.get("agency", "") if data else ""
        if not choices and asked.isdecimal() and (name := agency_name(round_, int(asked))):
            choices = [(int(asked), name)]  # too many to list: the one asked for, from the page of progress
        agency = self.fields["agency"]
        assert isinstance(agency, forms.TypedChoiceField)
        agency.choices = [("", _("All")), *choices]
        if not choices:
            agency.widget = forms.HiddenInput()

    def wanted(self) -> Wanted:
        """Give the filter; a field at fault does not limit."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            text=given.get("text", ""),
            state=given.get("state", ""),
            agency=given.get("agency"),
            by_day=given.get("sort") == BY_DAY,
        )


class ImportForm(forms.Form):
    """A file of visits or of answers."""

    file = ReceivedFileField(label=_("File"), help_text=_("CSV, XLSX, XLS or Parquet."))
