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
from sipas_web.improvement.forms.directives.plain import DirectiveFilter, ReasonForm, TakeForm, WhyForm, WithdrawForm

__all__ = [
    "AddresseeForm", "CitationForm", "DirectiveFilter", "GroupForm", "HeadForm", "OrderForm", "PartyForm",
    "ProvisionForm", "ReasonForm", "TakeForm", "TargetForm", "WhyForm", "WithdrawForm", "rows_of",
]  # fmt: skip
