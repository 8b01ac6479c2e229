"""Forms of the public pages."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sipas_web.portal.queries import CODE, plain

HASH = re.compile(r"[0-9a-f]{64}\Z")


class CodeForm(forms.Form):
    """A code as it is printed."""

    code = forms.CharField(
        label=_("Code"),
        max_length=80,
        help_text=_("32 characters, printed under the QR code; spaces do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Take the spaces out."""
        code = plain(self.cleaned_data["code"])
        if not CODE.match(code):
            raise ValidationError(_("A code has 32 characters, each 0–9 or a–f. Compare it with the paper."))
        return code


class CompareForm(forms.Form):
    """A file, or its hash."""

    file = forms.FileField(label=_("File you have"), required=False, help_text=_("It is compared and not kept."))
    sha256 = forms.CharField(
        label=_("Or its SHA-256"),
        required=False,
        max_length=100,
        help_text=_("For large files: Windows “certutil -hashfile FILE SHA256”, elsewhere “sha256sum FILE”."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_sha256(self) -> str:
        """Take the spaces out."""
        value = plain(self.cleaned_data["sha256"])
        if value and not HASH.match(value):
            raise ValidationError(_("A SHA-256 has 64 characters, each 0–9 or a–f."))
        return value

    def clean(self) -> dict[str, Any]:
        """Want one of the two."""
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not data.get("sha256"):
            raise ValidationError(_("Choose a file, or give its SHA-256."))
        return data
