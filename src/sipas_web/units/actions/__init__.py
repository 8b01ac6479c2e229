"""Every change of the tree: one transaction, its audit record and its actor inside."""

from sipas_web.units.actions.changing import add, dissolve, move, rename
from sipas_web.units.actions.exchange import export, import_list
from sipas_web.units.actions.loading import load_register

__all__ = ["add", "dissolve", "export", "import_list", "load_register", "move", "rename"]
