"""Addresses of answers."""

from __future__ import annotations

from django.urls import path

from sipas_web.capture import views

urlpatterns = [
    path("<int:round_id>/", views.answers, name="answers"),
    path("<int:round_id>/nhap/", views.response_import, name="response_import"),
    path("<int:round_id>/mo-phong/", views.simulate_field, name="simulate_field"),
    path("nhap/<int:import_id>/", views.response_import_detail, name="response_import_detail"),
    path("nhap/<int:import_id>/dong/<str:form>/", views.response_notes_export, name="response_notes_export"),
]
