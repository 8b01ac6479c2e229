"""Addresses of the tree."""

from django.urls import path

from sipas_web.units import views

urlpatterns = [
    path("", views.listing, name="unit_list"),
    path("xuat/<str:form>/", views.download, name="unit_export"),
    path("them/", views.add, name="unit_add"),
    path("nhap/", views.import_list, name="unit_import"),
    path("<int:unit_id>/", views.detail, name="unit_detail"),
    path("<int:unit_id>/ten/", views.rename, name="unit_rename"),
    path("<int:unit_id>/chuyen/", views.move, name="unit_move"),
    path("<int:unit_id>/giai-the/", views.dissolve, name="unit_dissolve"),
]
