"""Addresses of no app."""

from django.urls import path

from sipas_web.shared import views

urlpatterns = [
    path("suc-khoe/", views.health, name="health"),
    path("giao-dien/", views.components, name="components"),
    path("giao-dien/chu-de/", views.choose_theme, name="choose_theme"),
]
