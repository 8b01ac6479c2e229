"""Identities, sealed, apart from everything else: no foreign key leads to a case, only its random code."""

from sipas_web.privacy.models.contacts import Contact, VisitSecret

__all__ = ["Contact", "VisitSecret"]
