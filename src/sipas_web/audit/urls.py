"""Addresses of the audit record."""

from django.urls import path

from sipas_web.audit import views

urlpatterns = [
    path("", views.listing, name="audit_list"),
    path("<int:sequence>/", views.detail, name="audit_detail"),
    path("xuat/", views.download, name="audit_export"),
    path("chuong-trinh-kiem-tra/", views.program, name="audit_program"),
]
