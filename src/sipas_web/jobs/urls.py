"""Addresses of this app."""

from __future__ import annotations

from django.urls import path

from sipas_web.jobs import views

urlpatterns = [
    path("", views.listing, name="job_list"),
    path("<int:job_id>/", views.detail, name="job_detail"),
    path("<int:job_id>/tien-do/", views.panel, name="job_panel"),
    path("<int:job_id>/dung/", views.stop, name="job_stop"),
    path("<int:job_id>/chay-lai/", views.resume, name="job_resume"),
]
