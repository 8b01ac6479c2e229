"""Addresses of the feedback desk."""

from __future__ import annotations

from django.urls import path

from sipas_web.feedback.views import desk, handling, papering

ONE = "<int:feedback_id>/"
urlpatterns = [
    path("", desk.listing, name="feedback_list"),
    path("tiep-nhan/", desk.take, name="feedback_take"),
    path("so-lieu/", desk.figures, name="feedback_figures"),
    path(ONE, desk.detail, name="feedback_detail"),
    path(f"{ONE}nguoi-gui/", desk.person, name="feedback_person"),
    path(f"{ONE}gui-lai-ma/", desk.send_code, name="feedback_send_code"),
    path(f"{ONE}noi-dung/", desk.words, name="feedback_words"),
    path(f"{ONE}anh/<int:photograph_id>/", desk.photograph, name="feedback_photograph"),
    path(f"{ONE}phan-loai/", handling.classify, name="feedback_classify"),
    path(f"{ONE}chuyen/", handling.route, name="feedback_route"),
    path(f"{ONE}gop-vao/<int:main_id>/", handling.join, name="feedback_join"),
    path(f"{ONE}tach-ra/", handling.part, name="feedback_part"),
    path(f"{ONE}tra-lai/", handling.give_back, name="feedback_give_back"),
    path(f"{ONE}tra-loi/", handling.answer, name="feedback_answer"),
    path(f"{ONE}gia-han/", handling.extend, name="feedback_extend"),
    path(f"{ONE}da-giai-quyet/", handling.resolve, name="feedback_resolve"),
    path(f"{ONE}dong-y/", handling.accept, name="feedback_accept"),
    path(f"{ONE}tra-lai-noi-dung/", handling.send_back, name="feedback_send_back"),
    path(f"{ONE}van-ban/<str:form>/", papering.letter_file, name="feedback_letter"),
    path(f"{ONE}da-trao-giay/", papering.note_paper, name="feedback_note_paper"),
    path(f"{ONE}cong-khai/", handling.publish, name="feedback_publish"),
    path(f"{ONE}go-xuong/", handling.take_down, name="feedback_take_down"),
]
