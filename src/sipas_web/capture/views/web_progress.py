"""How answering on the web goes, for who runs the field. No answer is shown."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.capture.permissions import Permission
from sipas_web.capture.queries import self_completion as reads
from sipas_web.capture.queries import web_progress as queries
from sipas_web.capture.questionnaire import Text, said
from sipas_web.fieldwork.wording import mode_label
from sipas_web.rounds.queries import Round, State
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs

BEFORE = {State.SET_UP, State.DRAWN, State.ABANDONED}


@needs(Permission.WEB_VIEW)
@require_safe
def web_round(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show how many began and sent, where they stopped, how long it took, codes from one place, pairs of answers."""
    round_ = round_or_404(request, round_id, Permission.WEB_VIEW)
    if round_.state in BEFORE:
        return render(request, "capture/web_round.html", {"round": round_, "is_before": True})
    figures = queries.web_figures(round_)
    shown = {
        "round": round_,
        "figures": figures,
        "begun": figures.sent + figures.unfinished,
        "sections": _sections(round_, figures),
        "origins": queries.shared_origins(round_),
        "many_of_device": queries.MANY_OF_DEVICE,
        "many_of_network": queries.MANY_OF_NETWORK,
        "pairs": [(p, mode_label(p.mode), mode_label(p.other_mode)) for p in queries.pairs(round_)],
        "shown": queries.SHOWN,
    }
    return render(request, "capture/web_round.html", shown)


def _sections(round_: Round, figures: queries.WebFigures) -> list[tuple[int, Text, int, float | None]]:
    """Give each section with how many stopped after it and the seconds it was open."""
    edition, language = reads.edition_of(round_), get_language() or "vi"
    none_saved = (0, Text(_("No part saved yet"), language), figures.stopped.get(0, 0), None)
    return [
        none_saved,
        *(
            (n, said(s.title, s.title_en, language), figures.stopped.get(n, 0), figures.seconds.get(s.name))
            for n, s in enumerate(edition.sections, 1)
        ),
    ]
