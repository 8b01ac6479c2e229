"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.portal import views

urlpatterns: list[URLPattern] = [
    path("", views.start, name="verify"),
    path("<str:verified>/", views.verify, name="verify_code"),
]
