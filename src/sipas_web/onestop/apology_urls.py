"""Addresses of apologies."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.onestop.views import apologies, apologies_letters, apologies_many, apologies_sending

urlpatterns: list[URLPattern] = [
    path("", apologies.due, name="apology_due"),
    path("soan-nhieu/", apologies_many.draft, name="apology_draft_many"),
    path("trach-nhiem/", apologies.figures, name="apology_figures"),
    path("trach-nhiem/tep/<str:form>/", apologies.figures_file, name="apology_figures_file"),
    path("tre-hen/", apologies.late, name="apology_late"),
    path("tre-hen/tep/<str:form>/", apologies.late_file, name="apology_late_file"),
    path("quy-dinh/", apologies.rules, name="apology_rules"),
    path("ho-so/<int:dossier_id>/", apologies.dossier, name="apology_dossier"),
    path("ho-so/<int:dossier_id>/soan/", apologies_letters.draft, name="apology_draft"),
    path("ho-so/<int:dossier_id>/da-gui/", apologies_letters.enter, name="apology_enter"),
    path("ho-so/<int:dossier_id>/ngoai-le/", apologies_letters.exempt, name="apology_except"),
    path("ho-so/<int:dossier_id>/ngoai-le/bo/", apologies_letters.lift, name="apology_except_lift"),
    path("thu/", apologies_letters.letters, name="apology_letters"),
    path("thu/gui/", apologies_many.send, name="apology_send_many"),
    path("thu/da-gui/", apologies_many.note_sent, name="apology_note_many"),
    path("thu/ky/", apologies_letters.sign, name="apology_sign"),
    path("thu/<int:apology_id>/", apologies_letters.detail, name="apology_detail"),
    path("thu/<int:apology_id>/sua/", apologies_letters.change, name="apology_change"),
    path("thu/<int:apology_id>/tra-lai/", apologies_letters.send_back, name="apology_send_back"),
    path("thu/<int:apology_id>/rut/", apologies_letters.withdraw, name="apology_withdraw"),
    path("thu/<int:apology_id>/da-gui/", apologies_letters.note_sent, name="apology_note_sent"),
    path("thu/<int:apology_id>/gui/", apologies_sending.send, name="apology_send"),
    path("thu/<int:apology_id>/tep/<str:form>/", apologies_letters.letter_file, name="apology_letter"),
    path("tin/<int:message_id>/thu-lai/", apologies_sending.again, name="apology_message_again"),
    path("tin/<int:message_id>/huy/", apologies_sending.call_off, name="apology_message_call_off"),
]
