"""Addresses of answers."""

from __future__ import annotations

from django.urls import path

from sipas_web.capture.views import answers, web_progress

urlpatterns = [
    path("<int:round_id>/", answers.answers, name="answers"),
    path("<int:round_id>/nhap/", answers.response_import, name="response_import"),
    path("<int:round_id>/mo-phong/", answers.simulate_field, name="simulate_field"),
    path("<int:round_id>/web/", web_progress.web_round, name="web_round"),
    path("nhap/<int:import_id>/", answers.response_import_detail, name="response_import_detail"),
    path("nhap/<int:import_id>/dong/<str:form>/", answers.response_notes_export, name="response_notes_export"),
]
