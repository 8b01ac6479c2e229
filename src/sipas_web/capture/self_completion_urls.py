"""Addresses of self-completion: short, for they stand in a QR code."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
