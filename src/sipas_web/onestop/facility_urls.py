"""Addresses of facilities."""

from __future__ import annotations

from django.urls import URLPattern, path

from sipas_web.onestop.views import facilities, facilities_rows

urlpatterns: list[URLPattern] = [
    path("", facilities.gaps, name="facility_gaps"),
    path("tep/<str:form>/", facilities.gaps_file, name="facility_gaps_file"),
    path("tieu-chuan/", facilities.standards, name="facility_standards"),
    path("ra-soat/", facilities.reviews, name="facility_reviews"),
    path("ra-soat/them/", facilities.add, name="facility_add"),
    path("ra-soat/<int:review_id>/", facilities.review, name="facility_review"),
    path("ra-soat/<int:review_id>/xong/", facilities.finish, name="facility_finish"),
    path("ra-soat/<int:review_id>/bo/", facilities.drop, name="facility_drop"),
    path("don-vi/<int:unit_id>/", facilities.desk, name="facility_desk"),
    path("dong/<int:facility_row_id>/", facilities_rows.row, name="facility_row"),
    path("dong/<int:facility_row_id>/anh/", facilities_rows.photograph, name="facility_photograph"),
    path("dong/<int:facility_row_id>/khac-phuc/", facilities_rows.mend, name="facility_mend"),
    path("dong/<int:facility_row_id>/ke-hoach/", facilities_rows.plan, name="facility_plan"),
    path("anh/<int:photo_id>/", facilities_rows.picture, name="facility_picture"),
    path("anh/<int:photo_id>/bo/", facilities_rows.remove_picture, name="facility_picture_remove"),
]
