"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "fieldwork.issue_asked": _("asked for the issue of cases"),
    "fieldwork.issue_begun": _("began to issue the cases of a sample"),
    "fieldwork.cases_forgotten": _("removed cases of a sample that was drawn again"),
    "fieldwork.cases_written": _("wrote a part of the cases"),
    "fieldwork.cases_issued": _("issued the cases; the round is in the field"),
    "fieldwork.list_exported": _("downloaded a list of the field"),
    "fieldwork.file_received": _("handed in a file for import"),
    "fieldwork.file_read": _("had a file for import judged row by row"),
    "fieldwork.file_refused": _("handed in a file that could not be read"),
    "fieldwork.visits_taken": _("took visits out of a file"),
    "fieldwork.cases_rehomed": _("took the cases of a post office that ended to the one that took it over, if any"),
    "fieldwork.cases_assigned": _("gave cases to a post office or an interviewer"),
    "fieldwork.plan_suggested": _("had a plan of assignments suggested"),
    "fieldwork.plan_adjusted": _("changed a suggested plan of assignments"),
    "fieldwork.plan_discarded": _("discarded a suggested plan of assignments"),
    "fieldwork.plan_accepted": _("accepted a plan of assignments"),
    "fieldwork.plan_carried_out": _("gave cases as an accepted plan says"),
    "fieldwork.route_sheets_printed": _("printed route sheets with contacts"),
    "fieldwork.assignments_taken": _("took assignments out of a file"),
    "fieldwork.areas_served_set": _("set which post office serves which commune"),
    "fieldwork.file_finished": _("finished the import of a file"),
    "fieldwork.rules_set": _("set the rules of the field work"),
    "fieldwork.visit_logged": _("wrote down a visit"),
    "fieldwork.visit_taken_back": _("took a visit back"),
    "fieldwork.form_received": _("received a form at the desk"),
    "fieldwork.receipt_taken_back": _("took back the receipt of a form"),
    "fieldwork.case_replaced": _("replaced a case by the next reserve"),
    "fieldwork.case_withdrawn": _("withdrew a case"),
}
NOTES: dict[str, StrOrPromise] = {
    "fieldwork.issue": _("Issue of cases"),
    "fieldwork.visits": _("Import of visits"),
    "fieldwork.assignments": _("Import of assignments"),
    "fieldwork.plan_suggest": _("Suggestion of assignments"),
    "fieldwork.plan_carry_out": _("Carrying out a plan of assignments"),
    "fieldwork.giving_cases": _("Giving cases to those who carry them"),
    "fieldwork.writing_cases": _("Writing cases"),
    "fieldwork.writing_contacts": _("Putting contacts under lock"),
    "fieldwork.taking_rows": _("Taking rows of the file"),
}
