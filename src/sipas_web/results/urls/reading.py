"""Addresses of results for their readers. A version stands in each, so that what is cited stays."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from sipas_web.results.queries.reading import DRAFT
from sipas_web.results.views import reading, reading_files, reading_parts


class Version(StringConverter):
    """A published version, or the one under review."""

    regex = rf"v[1-9][0-9]*|{DRAFT}"


register_converter(Version, "version")
ONE = "<int:round_id>/<version:version>/"

urlpatterns: list[URLPattern] = [
    path("", reading.listing, name="result_list"),
    path("<int:round_id>/", reading.newest, name="result_home"),
    path(ONE, reading.overview, name="result_version"),
    path(f"{ONE}cay/<slug:node>/", reading.node, name="result_node"),
    path(f"{ONE}xep-hang/", reading.ranks, name="result_ranks"),
    path(f"{ONE}so-sanh/", reading.comparison, name="result_comparison"),
    path(f"{ONE}don-vi/", reading.unit, name="result_unit"),
    path(f"{ONE}ban-do/", reading_parts.place_map, name="result_map"),
    path(f"{ONE}tac-dong/", reading_parts.drivers, name="result_drivers"),
    path(f"{ONE}muc-tieu/", reading_parts.targets, name="result_targets"),
    path(f"{ONE}bang/<slug:table>.<slug:form>", reading_files.table, name="result_table"),
]
