"""The steps of a round, in order."""

from sipas.rounds.runner import Step
from sipas.rounds.settings import Round
from sipas.rounds.steps.disclose import DISCLOSE_STEP
from sipas.rounds.steps.draw import SAMPLE_STEP, SIMULATED_WITNESSES
from sipas.rounds.steps.drivers import DRIVERS_STEP
from sipas.rounds.steps.estimate import ESTIMATES_STEP, INDEX_STEP, MOMENTS_STEP
from sipas.rounds.steps.field import RESPONSES_STEP, SIMULATED_FIELD, VISITS_STEP
from sipas.rounds.steps.lists import FRAME_STEP
from sipas.rounds.steps.open_data import OPEN_DATA_STEP
from sipas.rounds.steps.report import REPORT_STEP
from sipas.rounds.steps.weigh import CHECKS_STEP, WEIGHTS_STEP

RESULTS = (
    VISITS_STEP,
    RESPONSES_STEP,
    CHECKS_STEP,
    WEIGHTS_STEP,
    MOMENTS_STEP,
    ESTIMATES_STEP,
    INDEX_STEP,
    DRIVERS_STEP,
    DISCLOSE_STEP,
    OPEN_DATA_STEP,
    REPORT_STEP,
)


def steps_of(settings: Round) -> tuple[Step, ...]:
    """List the steps of a round in order.

    Parameters
    ----------
    settings : Round
        A synthetic round has two more, its witnesses and its field work, where they are not given from outside.

    Returns
    -------
    tuple of Step
        From the frame to the report.
    """
    made_up = settings.simulated
    witnesses = (SIMULATED_WITNESSES,) if made_up and made_up.witnesses == "simulated" else ()
    field = (SIMULATED_FIELD,) if made_up and made_up.field == "simulated" else ()
    return (FRAME_STEP, *witnesses, SAMPLE_STEP, *field, *RESULTS)
