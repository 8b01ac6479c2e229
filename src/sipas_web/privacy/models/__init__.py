"""Identities, sealed, apart from everything else: no foreign key leads to a case, only its random code."""

from sipas_web.privacy.models.contacts import Contact, ContactMark, JoinDrop, VisitSecret

__all__ = ["Contact", "ContactMark", "JoinDrop", "VisitSecret"]
