"""What the acts of this app are called in the audit record, and its long work on its panels."""

from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {}
