"""Addresses of rounds."""

from __future__ import annotations

from sipas_web.rounds.urls import design, draw, frame, set_up

urlpatterns = [*set_up.urlpatterns, *frame.urlpatterns, *design.urlpatterns, *draw.urlpatterns]
