"""Addresses of tasks."""

from __future__ import annotations

from django.urls import path

from sipas_web.improvement.views import difficulties, tasks, tasks_steps, urging, waiting

ONE = "<int:task_id>/"
# Lists behind the lines of periodic reports: address, name, state (with ".original": by the original deadline).
COUNTED = (
    ("da-giao/", "task_given", "given"),
    ("hoan-thanh/", "task_completed", "completed"),
    ("dung-han/", "task_on_time", "on_time"),
    ("cham-han/", "task_late", "late"),
    ("dung-han-ban-dau/", "task_on_time_original", "on_time.original"),
    ("cham-han-ban-dau/", "task_late_original", "late.original"),
    ("chua-xong/", "task_unfinished", "unfinished"),
    ("qua-han/", "task_overdue", "overdue"),
    ("qua-han-ban-dau/", "task_overdue_original", "overdue.original"),
    ("da-bo/", "task_dropped", "dropped"),
)
urlpatterns = [
    path("", tasks.listing, name="task_list"),
    *(path(f"ky/{address}", tasks.listing, {"fixed": state}, name=name) for address, name, state in COUNTED),
    path("giao/", tasks.give, name="task_give"),
    path("so-lieu/", tasks.board, name="task_board"),
    path("tai-ve/<str:form>/", tasks.export, name="task_export"),
    path("minh-chung/<int:evidence_id>/", tasks.evidence, name="task_evidence"),
    path("cho-toi/", waiting.waiting, name="waiting"),
    path("cho-toi/lich/", waiting.renew_calendar, name="calendar_renew"),
    path("lich/<str:secret>.ics", waiting.calendar, name="calendar_feed"),
    path("vuong-mac/", difficulties.listing, name="difficulty_list"),
    path("vuong-mac/<int:difficulty_id>/", difficulties.detail, name="difficulty_detail"),
    path("don-doc/", urging.listing, name="urging_list"),
    path("don-doc/lap/<int:unit_id>/", urging.draw_up, name="urging_draw_up"),
    path("don-doc/<int:urging_id>/", urging.detail, name="urging_detail"),
    path("don-doc/<int:urging_id>/huy/", urging.discard, name="urging_discard"),
    path("don-doc/<int:urging_id>/tai-ve/<str:form>/", urging.paper, name="urging_paper"),
    path("gia-han/<int:extension_id>/", tasks_steps.decide_extension, name="extension_decide"),
    path(ONE, tasks.detail, name="task_detail"),
    path(f"{ONE}tien-do/", tasks_steps.progress, name="task_progress"),
    path(f"{ONE}xong/", tasks_steps.done, name="task_done"),
    path(f"{ONE}y-kien/", tasks_steps.comment, name="task_comment"),
    path(f"{ONE}gia-han/", tasks_steps.ask_extension, name="extension_ask"),
    path(f"{ONE}bo/", tasks_steps.drop, name="task_drop"),
    path(f"{ONE}bo-ky/", tasks_steps.skip, name="task_skip"),
    path(f"{ONE}mo-lai/", tasks_steps.reopen, name="task_reopen"),
    path(f"{ONE}ban-giao/", tasks_steps.hand_over, name="task_hand_over"),
    path(f"{ONE}tham-gia/", tasks_steps.duties, name="task_duties"),
    path(f"{ONE}vuong-mac/", tasks_steps.raise_difficulty, name="difficulty_raise"),
]
