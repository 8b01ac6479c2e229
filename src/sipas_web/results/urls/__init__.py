"""Addresses of results: the way to publication, and reading."""

from __future__ import annotations

from sipas_web.results.urls import reading, work

urlpatterns = [*work.urlpatterns, *reading.urlpatterns]
