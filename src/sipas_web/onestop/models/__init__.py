"""Tables: transactions and deadlines, apologies, facilities, online services."""

from sipas_web.onestop.models.apologies import (
    ELECTRONIC,
    UNFINISHED,
    Apology,
    ApologyException,
    ApologyState,
    Message,
    MessageState,
    Way,
)
from sipas_web.onestop.models.dossiers import Channel, Dossier, MonthCount, Outcome
from sipas_web.onestop.models.facilities import FacilityCheck, FacilityPhotograph, FacilityReview, ReviewState
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
    "ELECTRONIC", "EXTENTS", "LEVELS", "UNFINISHED", "AgencyName", "Apology", "ApologyException", "ApologyState",
    "Channel", "Dossier", "DossierFile", "DossierFileKeys", "DossierSource", "FacilityCheck", "FacilityPhotograph",
    "FacilityReview", "FileState", "Message", "MessageState", "MonthCount", "OnlineService", "Outcome",
    "ProcedureField", "ProcedureName", "ReviewState", "ServiceClass", "Way",
]  # fmt: skip
