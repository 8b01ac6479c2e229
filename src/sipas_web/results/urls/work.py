"""Addresses from the freeze to the published versions."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
