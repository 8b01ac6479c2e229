"""Forms of field work."""

from sipas_web.fieldwork.forms.figures import CaseFilter, ImportForm

__all__ = ["CaseFilter", "ImportForm"]
