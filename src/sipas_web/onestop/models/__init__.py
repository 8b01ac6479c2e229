"""Tables: transactions and deadlines, apologies, facilities, online services."""

from sipas_web.onestop.models.dossiers import Channel, Dossier, MonthCount, Outcome
from sipas_web.onestop.models.services import EXTENTS, LEVELS, OnlineService, ServiceClass
from sipas_web.onestop.models.sources import (
    AgencyName,
    DossierFile,
    DossierFileKeys,
    DossierSource,
    FileState,
    ProcedureField,
    ProcedureName,
)

__all__ = [
    "EXTENTS", "LEVELS", "AgencyName", "Channel", "Dossier", "DossierFile", "DossierFileKeys", "DossierSource",
    "FileState", "MonthCount", "OnlineService", "Outcome", "ProcedureField", "ProcedureName", "ServiceClass",
]  # fmt: skip
