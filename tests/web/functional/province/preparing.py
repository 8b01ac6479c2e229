"""An installation of its own with one round of 480 + 480 cases in the field, and everybody who will work in it.

Up to the issue of the cases this is done by actions; from then on the script asks over HTTP.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.web.functional.chain import Chain
from tests.web.functional.province.client import Browser
from tests.web.functional.test_serving import free_port

SAMPLE = 480
CARRIERS = 4  # interviewers of an office
OFFICES = 3
STARTS_WITHIN = 300  # s
PREPARE = """
import datetime as dt, io, hashlib, json
from dataclasses import replace
import polars as pl
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from sipas import rounds as library
from sipas.rounds.collecting import open_round
from sipas.rounds.tables_io import read_table
from sipas.simulation import load_profile, office_files, transactions, true_answers
from sipas.tables import FRAME, SAMPLE
from sipas_web.accounts import demonstration, queries as people
from sipas_web.accounts.actions import load_roles
from sipas_web.audit.actors import command_line
from sipas_web.config import demonstration as shown, demonstration_field as field, demonstration_people
from sipas_web.fieldwork.models import Case
from sipas_web.rounds import frame_files
from sipas_web.rounds.actions import frame, settings as choices, set_up
from sipas_web.rounds.editions import edition_of
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.shared.uploads import Received
from sipas_web.jobs.worker import work_off
from sipas_web.units import actions as units, queries
from tests.web import cast
size, offices, carriers = {size}, {offices}, {carriers}
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
units.load_register(by=command_line())
load_roles(by=command_line())
demonstration.make_accounts(by=command_line())
unit, by = queries.by_code("08", queries.today()), demonstration_people.actor_of("department")

# People: offices in communes far from each other, each with its interviewers; a second keyer.
communes = list(queries.communes_of(unit, queries.today()))
made = []
for n in range(offices):
    place = communes[n * (len(communes) // offices)]
    kind = dict(kind="post_office", code=f"BC-{place.code}", name=f"Bưu cục {n + 1} (mô phỏng)")
    office = units.add(**kind, parent=place, valid_from=place.valid_from, by=by)
    names = [f"dtv-{n + 1}{k + 1}" for k in range(carriers)]
    for name in names:
        field.NAMES[name] = f"Điều tra viên {name[4:]}"
        field._hire(name, "interviewer", office, by)
    made.append({"pk": office.pk, "name": office.full_name, "carriers": names})
field._hire("keyer-2", "keyer", unit, by)

# A round: the lists of some agencies, its sample drawn before two witnesses, its cases issued.
first, last = dt.date(2026, 7, 1), dt.date(2026, 9, 30)
round_ = set_up.add(title="Đo lường tỉnh mô phỏng", unit=unit, year=2026, edition="sipas-2017", previous=None,
    is_simulated=True, by=by)
chosen = cast.settings_for(unit, 2026)
chosen["design"]["stages"][0]["size"]["n"] = size
choices.change(round_=round_, changes={"window_from": first, "window_to": last, **chosen}, part="design", by=by)
round_.refresh_from_db()
library.put_settings(folder_of(round_), settings_of(round_), simulated_seed=1)  # keys that do not differ
profile = load_profile("transactions")
listed = transactions("08", profile, seed=cast.SEED, first=first, last=last, mean_load=size / 4)
names = listed.rows.select("agency", "agency_level").unique(maintain_order=True)
below = pl.col("agency_level") == "commune"
kept = pl.concat([names.filter(~below).head(4), names.filter(below).head(10)])
rows = listed.rows.filter(pl.col("agency").is_in(kept["agency"].implode()))
for name, content in office_files(replace(listed, rows=rows), made_on=last + dt.timedelta(days=5)).items():
    file = Received(io.BytesIO(content), name, "", len(content), hashlib.sha256(content).hexdigest())
    frame.add_list(round_=round_, staged=frame_files.stage(round_, file), province="", by=by)
frame.start_import(round_=round_, by=by)
work_off()
shown._draw(round_, "https://x.vn/")
shown._issue(round_)

# What everybody would answer, by the library's simulation; nobody has told the application.
root = open_round(folder_of(round_)).folder
frame_, sample = read_table(root, FRAME), read_table(root, SAMPLE)
answers = true_answers(frame_, edition_of(round_), profile, seed=cast.SEED, year=2026)
kinds = sample.select("case_id", "unit_id", "role").join(frame_.select("unit_id", "respondent_kind"), on="unit_id")
told = kinds.join(answers, on="unit_id").drop("unit_id", "role")
truth = {row.pop("case_id"): row for row in told.iter_rows(named=True)}
held = Case.objects.filter(round=round_).select_related("agency").order_by("case_id")
fields = ("case_id", "role", "stratum", "order", "commune")
cases = [{n: getattr(c, n) for n in fields} | {"agency": c.agency.name, "kind": truth[c.case_id].pop("respondent_kind"),
    "answers": {n: v for n, v in truth[c.case_id].items() if v is not None}} for c in held]
wanted = ["department", "post-province", "supervisor", "supervisor-2", "keyer", "keyer-2", "ministry"]
sessions, ids = {}, {}
for name in [*wanted, *(c for o in made for c in o["carriers"])]:
    person = people.by_username(name)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(person.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    sessions[name], ids[name] = session.session_key, {"pk": person.pk, "name": person.full_name}
identities = sorted({str(v) for n in ("name", "phone") if n in rows.columns for v in rows[n].drop_nulls().to_list()})
print(json.dumps({"round": round_.pk, "folder": round_.folder, "sessions": sessions, "people": ids, "offices": made,
    "cases": cases, "identities": identities}))
"""


class Province(Chain):
    """The installation with its round in the field."""

    def __init__(self, folder: Path, database: str = "") -> None:
        super().__init__(folder, database, free_port())

    def prepare(self) -> None:
        """Make everything up to the issue of the cases."""
        self.lay_schema()
        text = PREPARE
        for name, value in {"size": SAMPLE, "offices": OFFICES, "carriers": CARRIERS}.items():
            text = text.replace(f"{{{name}}}", str(value))
        self.about = self.told(text)

    def told(self, script: str) -> dict[str, Any]:
        """Run a script inside and read what it prints at its end."""
        found: dict[str, Any] = json.loads(self.script(script).splitlines()[-1])
        return found


def ready(province: Province) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + STARTS_WITHIN
    anybody = Browser(province.port, "anybody")
    while time.monotonic() < until:
        try:
            anybody.get("/suc-khoe/")
        except OSError:
            time.sleep(0.5)
        else:
            return anybody.close()
    raise AssertionError("the server did not start")
