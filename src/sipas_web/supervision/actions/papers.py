"""Papers of a check sample that people take along."""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.supervision.models import CheckSample


@transaction.atomic
def take_paper(*, sample: CheckSample, name: str, by: Actor) -> None:
    """Note that a paper of a sample leaves; whoever asks has shown that they may see the sample. No case is named."""
    details = {"file": name, "number": sample.number}
    record(by=by, action="supervision.paper_taken", subject=sample, unit=sample.round.unit, details=details)
