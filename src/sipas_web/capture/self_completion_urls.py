"""Addresses of self-completion: short, for they stand in a QR code."""

from __future__ import annotations

from django.urls import path

from sipas_web.capture.views import self_completion, self_completion_end

urlpatterns = [
    path("", self_completion.code, name="web_code"),
    path("hien-thi/", self_completion.display, name="web_display"),
    path("<str:case_code>/", self_completion.start, name="web_start"),
    path("<str:case_code>/bat-dau/", self_completion.begin, name="web_begin"),
    path("<str:case_code>/phan/<int:number>/", self_completion.section, name="web_section"),
    path("<str:case_code>/xem-lai/", self_completion_end.review, name="web_review"),
    path("<str:case_code>/ma-pin/", self_completion_end.pin, name="web_pin"),
    path("<str:case_code>/mo-lai/", self_completion_end.resume, name="web_resume"),
    path("<str:case_code>/roi-may/", self_completion_end.leave, name="web_leave"),
    path("<str:case_code>/khong-phai-toi/", self_completion_end.dispute, name="web_dispute"),
]
