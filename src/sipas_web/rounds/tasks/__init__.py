"""Long work on rounds."""

from sipas_web.rounds.tasks import draw as draw
from sipas_web.rounds.tasks import frame as frame
