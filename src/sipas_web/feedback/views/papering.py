"""The answer on paper."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.feedback.actions import papering
from sipas_web.feedback.answer_documents import FORMS
from sipas_web.feedback.forms.desk import PaperForm
from sipas_web.feedback.pages import desk as pages
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries.feedback import Feedback, may_answer_on_paper
from sipas_web.feedback.views.faults import add_faults
from sipas_web.feedback.views.found import feedback_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.downloads import attachment
from sipas_web.units.queries import today


@never_cache
@needs(Permission.FEEDBACK_VIEW)
@require_POST
def letter_file(request: ActorRequest, feedback_id: int, form: str) -> HttpResponseBase:
    """Give the answer as a letter; the citizen is opened for the desk alone, with a record."""
    found = _found(request, feedback_id)
    if form not in FORMS:
        raise Http404
    try:
        content = papering.make_letter(feedback_id=found.pk, form=form, by=request.actor)
    except SipasError as error:
        messages.error(request, sentence(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        return attachment(content, f"tra-loi-{found.number}.{form}", FORMS[form])
    return redirect("feedback_detail", found.pk)


@needs(Permission.FEEDBACK_VIEW)
def note_paper(request: ActorRequest, feedback_id: int) -> HttpResponse:
    """Note that the answer was handed over on paper."""
    found = _found(request, feedback_id)
    form = PaperForm(request.POST or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            papering.note_paper(feedback_id=found.pk, by=request.actor, **form.cleaned_data)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("Noted as handed over on paper."))
            return redirect("feedback_detail", found.pk)
    shown = {"form": form, "found": found, "title": _("Handed over on paper"), "line": pages.line(found)}
    return render(request, "feedback/desk/step.html", shown)


def _found(request: ActorRequest, feedback_id: int) -> Feedback:
    found = feedback_or_404(request, feedback_id)
    if not may_answer_on_paper(request.actor, found):
        raise Http404
    return found
