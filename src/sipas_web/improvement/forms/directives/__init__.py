"""Forms of directives: taking in, correcting each part, filtering the list."""

from sipas_web.improvement.forms.directives.parts import (
    AddresseeForm,
    CitationForm,
    GroupForm,
    HeadForm,
    OrderForm,
    PartyForm,
    ProvisionForm,
    TargetForm,
    rows_of,
)
from sipas_web.improvement.forms.directives.plain import DirectiveFilter, ReasonForm, TakeForm, WhyForm

__all__ = [
    "AddresseeForm", "CitationForm", "DirectiveFilter", "GroupForm", "HeadForm", "OrderForm", "PartyForm",
    "ProvisionForm", "ReasonForm", "TakeForm", "TargetForm", "WhyForm", "rows_of",
]  # fmt: skip
