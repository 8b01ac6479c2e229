"""Identities, sealed, apart from everything else: no foreign key leads to a case, only its random code."""

from sipas_web.privacy.models.contacts import Contact, ContactMark, JoinDrop, VisitSecret
from sipas_web.privacy.models.duties import Breach, RetentionRun
from sipas_web.privacy.models.people import SealedPerson
from sipas_web.privacy.models.requests import Channel, RequestKind, RequestState, SubjectRequest

__all__ = [
    "Breach",
    "Channel",
    "Contact",
    "ContactMark",
    "JoinDrop",
    "RequestKind",
    "RequestState",
    "RetentionRun",
    "SealedPerson",
    "SubjectRequest",
    "VisitSecret",
]
