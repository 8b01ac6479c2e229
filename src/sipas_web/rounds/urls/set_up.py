"""Addresses of the list of rounds, a round's home and its set-up."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.rounds.views import set_up, set_up_parts

urlpatterns: list[URLPattern] = [
    path("", set_up.listing, name="round_list"),
    path("them/", set_up.add, name="round_add"),
    path("<int:round_id>/", set_up.detail, name="round_detail"),
    path("<int:round_id>/huy/", set_up.abandon, name="round_abandon"),
    path("<int:round_id>/dat-mau-lai/", set_up.set_sample_aside, name="round_set_sample_aside"),
    path("<int:round_id>/phieu/", set_up_parts.edition, name="round_edition"),
    path("<int:round_id>/phieu/<str:form>/", set_up_parts.edition_file, name="round_edition_file"),
    path("<int:round_id>/pham-vi/", set_up_parts.scope, name="round_scope"),
    path("<int:round_id>/don-vi/", set_up_parts.measured, name="round_units"),
    path("<int:round_id>/lich/", set_up_parts.calendar, name="round_calendar"),
    path("<int:round_id>/chi-tieu/", set_up_parts.targets, name="round_targets"),
]
