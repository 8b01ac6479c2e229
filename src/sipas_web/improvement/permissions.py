"""Permissions of this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    DIRECTIVE_VIEW = "improvement.directive_view", _("see directives and their cascade")
    DIRECTIVE_KEEP = "improvement.directive_keep", _("enter directives and correct their reading")
    TASK_VIEW = "improvement.task_view", _("see tasks")
    TASK_GIVE = "improvement.task_give", _("give tasks, extend them, urge and answer difficulties")
    TASK_CARRY = "improvement.task_carry", _("carry tasks out: progress, evidence, difficulties, requests to extend")
    TARGET_VIEW = "improvement.target_view", _("see targets and commitments")
    TARGET_SET = "improvement.target_set", _("set targets and enter values of registered series")
    COMMITMENT_SIGN = "improvement.commitment_sign", _("sign commitments")
    COMMITMENT_REVIEW = "improvement.commitment_review", _("review commitments and freeze a year")
    PLAN_VIEW = "improvement.plan_view", _("see improvement plans, procedures and measures")
    PLAN_CHANGE = "improvement.plan_change", _("write improvement plans, procedures and measures")
    PLAN_APPROVE = "improvement.plan_approve", _("approve improvement plans")
    DISCIPLINE_VIEW = "improvement.discipline_view", _("see the register of discipline")
    DISCIPLINE_KEEP = "improvement.discipline_keep", _("keep the register of discipline")
    REPORT_VIEW = "improvement.report_view", _("see periodic reports")
    REPORT_DRAFT = "improvement.report_draft", _("draft and edit periodic reports")
    REPORT_SEND = "improvement.report_send", _("send periodic reports up")
