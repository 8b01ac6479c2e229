"""Reads."""

from sipas_web.onestop.models import Channel as Channel
from sipas_web.onestop.models import Dossier as Dossier
from sipas_web.onestop.models import Outcome as Outcome
