"""Addresses of periodic reports."""

from __future__ import annotations

from django.urls import path

from sipas_web.improvement.views import reports, reports_files, reports_following, reports_work

ONE = "<int:report_id>/"
urlpatterns = [
    path("", reports.listing, name="periodic_report_list"),
    path("lap/", reports_work.add, name="periodic_report_add"),
    path("theo-doi/", reports_following.following, name="periodic_report_following"),
    path("theo-doi/don-doc/", reports_following.urge, name="periodic_report_urge"),
    path("ky/", reports_following.periods, name="report_period_list"),
    path("ky/them/", reports_following.add_period, name="report_period_add"),
    path(ONE, reports.detail, name="periodic_report"),
    path(f"{ONE}don-vi/", reports.units, name="periodic_report_units"),
    path(f"{ONE}doi-chieu/", reports.compare, name="periodic_report_compare"),
    path(f"{ONE}noi-dung/", reports_work.write, name="periodic_report_write"),
    path(f"{ONE}giai-trinh/", reports_work.explain, name="periodic_report_explain"),
    path(f"{ONE}so-lieu/", reports_work.draw_again, name="periodic_report_draw"),
    path(f"{ONE}gui/", reports_work.send, name="periodic_report_send"),
    path(f"{ONE}tiep-nhan/", reports_work.take_in, name="periodic_report_take_in"),
    path(f"{ONE}tra-lai/", reports_work.send_back, name="periodic_report_send_back"),
    path(f"{ONE}dinh-chinh/", reports_work.correct, name="periodic_report_correct"),
    path(f"{ONE}bo/", reports_work.discard, name="periodic_report_discard"),
    path(f"{ONE}tai/<str:form>/", reports_files.download, name="periodic_report_download"),
]
