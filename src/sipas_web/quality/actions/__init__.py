"""Looking a round's forms through, and deciding on what was found."""

from sipas_web.quality.actions.checking import KIND as KIND
from sipas_web.quality.actions.checking import Found as Found
from sipas_web.quality.actions.checking import Reason as Reason
from sipas_web.quality.actions.checking import ask_check as ask_check
from sipas_web.quality.actions.checking import ask_daily_checks as ask_daily_checks
from sipas_web.quality.actions.checking import finish_check as finish_check
from sipas_web.quality.actions.checking import note_unchanged as note_unchanged
from sipas_web.quality.actions.checking import store_found as store_found
from sipas_web.quality.actions.closing import close as close
from sipas_web.quality.actions.closing import close_with_publication as close_with_publication
from sipas_web.quality.actions.closing import reopen as reopen
from sipas_web.quality.actions.deciding import decide as decide
