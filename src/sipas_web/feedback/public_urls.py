"""Addresses by which citizens give feedback."""

from __future__ import annotations

from django.urls import path

from sipas_web.feedback.views import following, public

urlpatterns = [
    path("", public.home, name="feedback_home"),
    path("gui/", public.send, name="feedback_send"),
    path("theo-doi/", following.follow, name="feedback_follow"),
    path("theo-doi/mat-ma/", following.lost_code, name="feedback_lost_code"),
    path("theo-doi/y-kien/", following.say, name="feedback_say"),
    path("theo-doi/khong-cong-khai/", following.keep_private, name="feedback_keep_private"),
    path("theo-doi/du-lieu-cua-toi/", following.own, name="feedback_own_data"),
    path("theo-doi/xoa/", following.forget, name="feedback_forget"),
    path("da-tra-loi/", public.answered, name="feedback_answered"),
    path("da-tra-loi/<int:publication_id>/", public.one_answered, name="feedback_one_answered"),
]
