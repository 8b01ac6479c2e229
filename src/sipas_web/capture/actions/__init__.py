"""What people do with answers."""

from sipas_web.capture.actions.setting_aside import set_aside
from sipas_web.capture.actions.taking import (
    BESIDE,
    KIND,
    SIMULATION,
    Given,
    Taken,
    accept,
    ask_simulation,
    receive_responses,
    receive_simulated,
    take_answers,
)

__all__ = [
    "BESIDE",
    "KIND",
    "SIMULATION",
    "Given",
    "Taken",
    "accept",
    "ask_simulation",
    "receive_responses",
    "receive_simulated",
    "set_aside",
    "take_answers",
]
