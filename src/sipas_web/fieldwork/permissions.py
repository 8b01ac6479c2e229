"""Permissions over cases in the field."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Permission(models.TextChoices):
    """NOUN_VERB, as they are stored in roles."""

    CASE_VIEW = "fieldwork.case_view", _("see cases (without identities)")
    CASE_ISSUE = "fieldwork.case_issue", _("issue the cases of a drawn round")
    PROGRESS_VIEW = "fieldwork.progress_view", _("see the figures of the field work")
    VISIT_IMPORT = "fieldwork.visit_import", _("import visits")
    RULE_CHANGE = "fieldwork.rule_change", _("set the rules of the field work")
    CASE_ASSIGN = "fieldwork.case_assign", _("give cases to offices and interviewers")
    CASE_CARRY = "fieldwork.case_carry", _("carry cases: log visits of one's own cases, see their contacts")
    OFFICE_HOLD = "fieldwork.office_hold", _("answer for the cases of a post office: see their contacts, print sheets")
    FORM_RECEIVE = "fieldwork.form_receive", _("receive forms at the desk")
    CASE_REPLACE = "fieldwork.case_replace", _("replace cases by the reserve list")
    CASE_WITHDRAW = "fieldwork.case_withdraw", _("withdraw cases")
    REGISTER_VIEW = "fieldwork.register_view", _("see the register of replacements")
