"""Addresses from the freeze to the published versions."""

from __future__ import annotations

from django.urls import path

from sipas_web.results.views import work, work_files, work_review

HERE = "dot/<int:round_id>/"

urlpatterns = [
    path(f"{HERE}chot/", work.freeze, name="round_freeze"),
    path(f"{HERE}chot/<int:number>/bien-ban.<str:form>", work_files.minutes, name="freeze_minutes"),
    path(f"{HERE}ra-soat/", work_review.review, name="round_review"),
    path(f"{HERE}ra-soat/kiem-chung/", work_review.verify, name="round_verify"),
    path(f"{HERE}ra-soat/chap-thuan/", work_review.approve, name="round_approve"),
    path(f"{HERE}ra-soat/tra-lai/", work_review.send_back, name="round_send_back"),
    path(f"{HERE}ra-soat/<int:number>/tep/<path:name>", work_files.review_file, name="review_file"),
    path(f"{HERE}tinh-lai/", work.estimate_again, name="round_estimate_again"),
    path(f"{HERE}cong-bo/", work.publish, name="round_publish"),
    path(f"{HERE}dinh-chinh/", work.correct, name="round_correct"),
    path(f"{HERE}dinh-chinh/rut/", work.withdraw, name="round_withdraw"),
    path(f"{HERE}cac-ban/", work_files.versions, name="publication_list"),
    path(f"{HERE}cac-ban/<int:number>/", work_files.version, name="publication_detail"),
    path(f"{HERE}cac-ban/<int:number>/tep/<path:name>", work_files.published_file, name="publication_file"),
]
