"""Addresses of targets, series, commitments and registers of measures."""

from __future__ import annotations

from django.urls import path

from sipas_web.improvement.views import (
    commitments,
    commitments_closing,
    discipline,
    registers,
    targets,
    targets_series,
)

ONE = "cam-ket/<int:commitment_id>/"
urlpatterns = [
    path("", targets.listing, name="target_list"),
    path("them/", targets.add, name="target_add"),
    path("xuat/<str:form>/", targets.download, name="target_export"),
    path("<int:target_id>/", targets.detail, name="target_detail"),
    path("<int:target_id>/rut/", targets.withdraw, name="target_withdraw"),
    path("<int:target_id>/vao-dot/", targets.into_round, name="target_into_round"),
    path("chuoi/", targets_series.listing, name="series_list"),
    path("chuoi/them/", targets_series.add, name="series_add"),
    path("chuoi/<slug:series_code>/", targets_series.detail, name="series_detail"),
    path("chuoi/<slug:series_code>/nhap/", targets_series.enter, name="series_enter"),
    path("cam-ket/", commitments.listing, name="commitment_list"),
    path("cam-ket/xuat/<str:form>/", commitments.download, name="commitment_export"),
    path("cam-ket/de-nghi/", commitments.ask, name="commitment_ask"),
    path("cam-ket/chot/", commitments_closing.close, name="commitment_close"),
    path("cam-ket/chot/<int:frozen_id>/", commitments_closing.closed, name="commitment_closed"),
    path("cam-ket/chot/<int:frozen_id>/dinh-chinh/", commitments_closing.correct, name="commitment_correct"),
    path("cam-ket/muc/<int:commitment_item_id>/", commitments.item, name="commitment_item"),
    path("cam-ket/minh-chung/<int:item_evidence_id>/", commitments.evidence, name="commitment_evidence"),
    path(ONE, commitments.detail, name="commitment_detail"),
    path(f"{ONE}noi-dung/", commitments.write, name="commitment_write"),
    path(f"{ONE}ky/", commitments.sign, name="commitment_sign"),
    path(f"{ONE}thoi/", commitments.take_back, name="commitment_take_back"),
    path("tap-huan/", registers.trainings, name="training_list"),
    path("tap-huan/xuat/<str:form>/", registers.trainings_file, name="training_export"),
    path("tap-huan/them/", registers.training_add, name="training_add"),
    path("tap-huan/<int:training_id>/", registers.training, name="training_detail"),
    path("truyen-thong/", registers.campaigns, name="campaign_list"),
    path("truyen-thong/xuat/<str:form>/", registers.campaigns_file, name="campaign_export"),
    path("truyen-thong/them/", registers.campaign_add, name="campaign_add"),
    path("truyen-thong/<int:campaign_id>/", registers.campaign, name="campaign_detail"),
    path("ky-luat/", discipline.listing, name="discipline_list"),
    path("ky-luat/them/", discipline.add, name="discipline_add"),
    path("ky-luat/<int:discipline_id>/", discipline.detail, name="discipline_detail"),
    path("ky-luat/<int:discipline_id>/bo/", discipline.remove, name="discipline_remove"),
]
