"""People, roles as data, and who holds which role over which area from when to when."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sipas_web.shared.vietnamese_text import SearchKeyField, SortKeyField
from sipas_web.units.models import Unit

USERNAME = RegexValidator(r"^[a-z0-9._-]{3,64}\Z", _("3 to 64 of: a–z without diacritics, digits, . _ -"))


class PersonManager(BaseUserManager["Person"]):
    """Finds people by their login name."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find by login name, whatever its case."""
        return self.get(username=(username or "").lower())


class Person(AbstractBaseUser):
    """Someone with an account. What they may do is in their assignments, not here."""

    username = models.CharField(max_length=64, unique=True, validators=[USERNAME], verbose_name=_("login name"))
    email = models.EmailField(blank=True, verbose_name=_("e-mail"))
    full_name = models.CharField(max_length=200, verbose_name=_("full name"))
    sort_key = SortKeyField("full_name")
    search_key = SearchKeyField("full_name")
    is_active = models.BooleanField(default=True)
    is_demonstration = models.BooleanField(default=False)  # may log in in demonstration mode only
    created = models.DateTimeField(default=timezone.now)

    objects = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["full_name"]

    class Meta:
        ordering: ClassVar = ["sort_key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="accounts_one_account_per_email")
        ]

    def __str__(self) -> str:
        return self.full_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say whether they hold a permission over a unit today; without a unit, over any."""
        return any(hasattr(b, "has_perm") and b.has_perm(self, str(perm), obj) for b in get_backends())

    def areas_of(self, permission: str) -> Any:
        """Give a query of the ids of the units under their areas; None where they hold the whole country."""
        for backend in get_backends():
            if hasattr(backend, "areas_of"):
                return backend.areas_of(self, str(permission))
        return []


class Role(models.Model):
    """A named set of permissions. Shipped ones come with the program; others belong to the area that made them."""

    code = models.SlugField(max_length=64, unique=True, verbose_name=_("code"))
    name = models.CharField(max_length=200, verbose_name=_("name"))  # Vietnamese; data, no msgid
    name_en = models.CharField(max_length=200, blank=True)
    is_shipped = models.BooleanField(default=False)
    area = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="roles")
    needs_second_factor = models.BooleanField(default=False, verbose_name=_("needs a second factor"))
    may_delegate = models.BooleanField(default=False, verbose_name=_("may be delegated"))
    rank = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering: ClassVar = ["rank", "code"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_shipped=True, area__isnull=True) | Q(is_shipped=False, area__isnull=False),
                name="accounts_own_roles_have_an_area",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RolePermission(models.Model):
    """One permission of a role."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="permissions")
    permission = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["role", "permission"], name="accounts_permission_once_in_a_role")
        ]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.permission}"


class Assignment(models.Model):
    """A person holds a role over an area from a day to a day, both included. Ended, never deleted."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    role = models.ForeignKey(Role, models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    since = models.DateField(verbose_name=_("from day"))
    until = models.DateField(null=True, blank=True, verbose_name=_("to day"))
    delegated_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="delegations"
    )  # holds only while that one holds

    class Meta:
        ordering: ClassVar = ["-since", "pk"]
        indexes: ClassVar = [models.Index(fields=["person", "since"], name="accounts_by_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="accounts_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role}, {self.unit.full_name}"


class Invitation(models.Model):
    """Someone asked to make an account with a first role. The address they get holds a secret kept only as its hash."""

    email = models.EmailField(verbose_name=_("e-mail"))
    full_name = models.CharField(max_length=200, verbose_name=_("full name"))
    role = models.ForeignKey(Role, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    withdrawn = models.DateTimeField(null=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, related_name="invitation")

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.full_name
