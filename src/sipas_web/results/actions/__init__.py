"""Changes from the freeze to the corrected publication."""

from sipas_web.results.actions.correcting import Choices as Choices
from sipas_web.results.actions.correcting import correct_from_field as correct_from_field
from sipas_web.results.actions.correcting import estimate_again as estimate_again
from sipas_web.results.actions.correcting import withdraw_correction as withdraw_correction
from sipas_web.results.actions.freezing import freeze as freeze
from sipas_web.results.actions.freezing import note_estimated as note_estimated
from sipas_web.results.actions.freezing import note_tables as note_tables
from sipas_web.results.actions.publishing import finish_publication as finish_publication
from sipas_web.results.actions.publishing import publish as publish
from sipas_web.results.actions.reviewing import approve as approve
from sipas_web.results.actions.reviewing import send_back as send_back
from sipas_web.results.actions.reviewing import take_document as take_document
from sipas_web.results.actions.reviewing import take_minutes as take_minutes
from sipas_web.results.actions.reviewing import verify as verify
