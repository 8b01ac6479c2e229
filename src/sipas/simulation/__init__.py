"""Synthetic rounds with a known truth. Whatever is made here is marked "mô phỏng" by the round that uses it."""

from sipas.simulation.answers import true_answers
from sipas.simulation.cheating import WAYS, Planted, Way, plant
from sipas.simulation.field_records import honest_records
from sipas.simulation.fieldwork import Field, simulate_fieldwork
from sipas.simulation.frames import synthetic_frame
from sipas.simulation.honest_rounds import honest_round, people_who_answer
from sipas.simulation.offices import office_files, office_list
from sipas.simulation.people import Population, residents, transactions
from sipas.simulation.profile import Profile, load_profile
from sipas.simulation.truth import true_index

__all__ = [
    "WAYS",
    "Field",
    "Planted",
    "Population",
    "Profile",
    "Way",
    "honest_records",
    "honest_round",
    "load_profile",
    "office_files",
    "office_list",
    "people_who_answer",
    "plant",
    "residents",
    "simulate_fieldwork",
    "synthetic_frame",
    "transactions",
    "true_answers",
    "true_index",
]
