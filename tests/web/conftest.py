"""The cast of the web tests: a small country, the shipped roles, and people who hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from sipas_web.accounts import actions as accounts
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Person, Role
from sipas_web.audit.actors import Actor, command_line
from sipas_web.units import actions as units
from sipas_web.units import queries
from sipas_web.units.models import Unit

# Tuyên Quang and Hà Giang merged; Đồng Nai and Bình Phước merged, then became a city.
PROVINCES = ("02", "08", "70", "75")
PASSWORD = "một câu dài để nhớ"
SINCE = dt.date(2025, 7, 1)


HERE = Path(__file__).resolve().parent
LONGEST_FIRST = ("browser", "functional", "unit")


@pytest.hookimpl(trylast=True)  # after the files were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put journeys first: they last for minutes each, and begun last they leave the other worker waiting."""
    items.sort(key=lambda item: LONGEST_FIRST.index(item.path.relative_to(HERE).parts[0]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Load the register of four provinces and the roles once."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        by = command_line()
        units.load_register(by=by, provinces=PROVINCES)
        accounts.load_roles(by=by)


@pytest.fixture(autouse=True)
def _no_attempts_from_other_tests() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _folders_of_its_own(settings: Any, tmp_path: Path) -> None:
    """No test finds the round of another: numbers begin anew in each, and two workers count alike."""
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"


@pytest.fixture
def by() -> Actor:
    """Somebody at the server's terminal, who may everything."""
    return command_line()


@pytest.fixture
def tuyen_quang(db: None) -> Unit:
    """A province of today."""
    return queries.by_code("08", queries.today())  # type: ignore[return-value]


@pytest.fixture
def dong_nai(db: None) -> Unit:
    """Another province of today."""
    return queries.by_code("75", queries.today())  # type: ignore[return-value]


@pytest.fixture
def hire(db: None) -> Callable[..., Person]:
    """Make a person who holds a role over a unit."""

    def made(role: str, unit: Unit, *, since: dt.date = SINCE, until: dt.date | None = None, name: str = "") -> Person:
        count = Person.objects.count()
        person = new_person(
            username=f"nguoi-{count}",
            full_name=name or f"Người {count}",
            email=f"n{count}@example.vn",
            password=PASSWORD,
        )
        write_assignment(person=person, role=Role.objects.get(code=role), unit=unit, since=since, until=until)
        return person

    return made


@pytest.fixture
def acting() -> Callable[[Person], Actor]:
    """Give someone as an actor."""
    return lambda person: Actor(f"person:{person.pk}", person.full_name, "", "web 127.0.0.1", person)
