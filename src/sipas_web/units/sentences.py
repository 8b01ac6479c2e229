"""What the acts of this app are called in the audit record."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "units.register_loaded": _("loaded the register of administrative units"),
    "units.unit_added": _("added a unit"),
    "units.unit_renamed": _("renamed a unit"),
    "units.unit_moved": _("moved a unit under another"),
    "units.unit_dissolved": _("dissolved a unit"),
    "units.units_imported": _("imported a list of units"),
    "units.units_exported": _("exported the list of units"),
}
