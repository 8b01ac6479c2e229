"""Addresses by which citizens give feedback."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
