"""What an action refuses, beside the field it is about."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.forms import Form


def add_faults(form: Form, error: ValidationError) -> None:
    """Put each sentence beside its field; one about none, or about a field that is not there, above them all."""
    told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, messages in told.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
