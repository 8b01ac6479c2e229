"""Actions of identities."""

from sipas_web.privacy.actions.keeping import (
    forget_contacts,
    open_contacts,
    open_visits,
    put_contacts,
    put_visit_secret,
)

__all__ = ["forget_contacts", "open_contacts", "open_visits", "put_contacts", "put_visit_secret"]
