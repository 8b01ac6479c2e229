"""Files of dossiers: taken once, corrected by later ones, refused with a sentence; nothing doubled, nothing lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from tests.web import dossier_cast as cast
from tests.web.dossier_cast import as_csv, hand_in, imported, line

from sipas.errors import SipasError
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs.models import Job
from sipas_web.jobs.worker import work_off
from sipas_web.onestop import dossier_files, tasks
from sipas_web.onestop.actions import importing, importing_rows, sources, sources_names
from sipas_web.onestop.models import AgencyName, Dossier, DossierSource, FileState, MonthCount, Outcome
from sipas_web.onestop.pages.sources import rejected_rows
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.models import SealedPerson
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.INCOMING_FOLDER, settings.CONTACT_KEYS = tmp_path / "incoming", tmp_path / "keys" / "contacts.json"


@pytest.fixture
def commune(tuyen_quang: Unit) -> Unit:
    return units.communes_of(tuyen_quang, units.today())[0]


@pytest.fixture
def agency(commune: Unit) -> str:
    return f"UBND {commune.full_name}"


@pytest.fixture
def source(tuyen_quang: Unit, by: Actor) -> DossierSource:
    return sources.add(unit=tuyen_quang, name="Một cửa điện tử", by=by)


def rows_of(agency: str, count: int = 30) -> list[dict[str, str]]:
    return [line(n, agency, "05/10/2026", "15/10/2026", f"{12 + n % 6:02d}/10/2026") for n in range(count)]


def facts(source: DossierSource) -> list[tuple[Any, ...]]:
    columns = ("number", "agency", "received", "due", "finished", "outcome", "applicant", "as_of", "last_file")
    return list(Dossier.objects.filter(source=source).order_by("number").values_list(*columns))


def test_a_file_becomes_dossiers_with_outcomes_units_and_sealed_applicants(
    source: DossierSource, agency: str, commune: Unit, by: Actor
) -> None:
    file = imported(source, as_csv(rows_of(agency)), by)
    assert file.counts == {
        "added": 30,
        "changed": 0,
        "unchanged": 0,
        "older": 0,
        "rejected": 0,
        "repeated": 0,
        "absent": 0,
    }
    one = Dossier.objects.get(number="H08.01-260101-00000")
    assert (one.agency, one.outcome, one.rule) == (commune, Outcome.EARLY, "nd118-2025")
    assert (one.received, one.due, one.channel) == (dt.date(2026, 10, 5), dt.date(2026, 10, 15), "online")
    outcomes = [Outcome(o).name for o in Dossier.objects.order_by("number").values_list("outcome", flat=True)[:6]]
    assert outcomes == ["EARLY", "EARLY", "EARLY", "ON_TIME", "LATE", "LATE"]
    opened = open_people(kind="onestop.applicant", tokens=[one.applicant], purpose="test", unit=None, by=by)
    assert (opened[one.applicant].name, opened[one.applicant].phone) == ("Nguyễn Văn 0", "0900000000")


def test_no_identity_stands_in_plain_columns_or_in_the_record(source: DossierSource, agency: str, by: Actor) -> None:
    imported(source, as_csv(rows_of(agency)), by)
    told = " ".join(str(row) for row in Record.objects.values_list("details", "subject_name"))
    stored = " ".join(str(row) for row in Dossier.objects.values_list())
    assert "Nguyễn Văn" not in told + stored
    assert "0900000" not in told + stored
    assert "H08.01-260101-00001" not in told


def test_the_same_file_twice_is_refused_and_says_when_it_was_imported(
    source: DossierSource, agency: str, by: Actor
) -> None:
    data = as_csv(rows_of(agency))
    imported(source, data, by)
    before = facts(source)
    with pytest.raises(ValidationError, match=r"từng byte|byte for byte"):
        hand_in(source, data, by, name="ban-sao.csv")
    assert facts(source) == before


def test_known_dossiers_of_the_same_days_that_a_file_lacks_are_counted_and_kept(
    source: DossierSource, agency: str, by: Actor
) -> None:
    rows = [*rows_of(agency, 6), line(900, agency, "01/09/2026", "10/09/2026", "09/09/2026")]
    imported(source, as_csv(rows), by)
    later = imported(source, as_csv(rows[:4]), by, as_of=dt.date(2026, 11, 2))
    assert (later.counts["unchanged"], later.counts["absent"]) == (4, 2), "the one of September is of other days"
    nothing = as_csv([line(n, "", "05/10/2026", "15/10/2026") for n in range(3)])
    empty = imported(source, nothing, by, as_of=dt.date(2026, 11, 3))
    assert (empty.state, empty.counts["rejected"], empty.counts["absent"]) == (FileState.DONE, 3, 0)
    assert Dossier.objects.count() == 7


def test_the_same_dossiers_in_another_file_touch_nothing(source: DossierSource, agency: str, by: Actor) -> None:
    imported(source, as_csv(rows_of(agency)), by)
    before, people = facts(source), SealedPerson.objects.count()
    file = imported(source, as_csv(rows_of(agency)[::-1]), by, as_of=dt.date(2026, 11, 2))
    assert (file.counts["added"], file.counts["changed"], file.counts["unchanged"]) == (0, 0, 30)
    assert facts(source) == before
    assert SealedPerson.objects.count() == people == 30


def test_a_later_file_corrects_and_an_older_one_that_comes_afterwards_does_not(
    source: DossierSource, agency: str, by: Actor
) -> None:
    first = [line(n, agency, "05/10/2026", "15/10/2026") for n in range(30)]
    imported(source, as_csv(first), by, as_of=dt.date(2026, 10, 10))
    ended = [line(n, agency, "05/10/2026", "15/10/2026", "20/10/2026" if n < 10 else "") for n in range(30)]
    third = imported(source, as_csv(ended), by, as_of=dt.date(2026, 10, 30))
    assert (third.counts["changed"], third.counts["unchanged"]) == (10, 20)
    # Made between the two, handed in last: of the dossiers that the later file holds it changes none, it adds one.
    between = [line(n, agency, "05/10/2026", "15/10/2026", "12/10/2026" if n >= 20 else "") for n in range(31)]
    late = imported(source, as_csv(between), by, as_of=dt.date(2026, 10, 20))
    assert (late.counts["older"], late.counts["added"], late.counts["changed"]) == (30, 1, 0)
    outcomes = dict(Dossier.objects.values_list("number", "outcome"))
    assert [outcomes[f"H08.01-260101-{n:05d}"] for n in (0, 15, 25, 30)] == [
        Outcome.LATE, Outcome.OPEN, Outcome.OPEN, Outcome.EARLY,
    ]  # fmt: skip


def test_rows_not_taken_are_listed_with_row_column_and_reason_and_can_be_handed_in_mended(
    source: DossierSource, agency: str, by: Actor
) -> None:
    rows = rows_of(agency)
    rows[3]["Ngày tiếp nhận"] = "31/02/2026"
    rows[5]["Mã hồ sơ"] = ""
    rows[7]["Ngày hẹn trả"] = "01/10/2026"
    rows[9]["Mã hồ sơ"] = rows[11]["Mã hồ sơ"]
    file = imported(source, as_csv(rows), by)
    assert (file.counts["added"], file.counts["rejected"], file.counts["repeated"]) == (26, 3, 1)
    found = rejected_rows(file)
    assert found is not None
    heads, count, lines = found
    listed = list(lines)
    assert count == len(listed) == 4
    assert [row[3] for row in listed] == [5, 7, 9, 11]  # rows as a spreadsheet shows them
    assert [row[1] for row in listed] == ["Ngày tiếp nhận", "Mã hồ sơ", "Ngày hẹn trả", "Mã hồ sơ"]
    assert listed[0][2] == "31/02/2026"
    assert set(cast.HEADS) <= set(heads)
    rows[3]["Ngày tiếp nhận"], rows[5]["Mã hồ sơ"], rows[7]["Ngày hẹn trả"] = "01/10/2026", "MOI-5", "15/10/2026"
    mended = imported(source, as_csv([rows[3], rows[5], rows[7]]), by)
    assert mended.counts["added"] == 3
    assert Dossier.objects.count() == 29


def test_a_wrong_mapping_writes_nothing_and_names_the_column(source: DossierSource, agency: str, by: Actor) -> None:
    wrong = {"columns": {**cast.COLUMNS, "received_on": "Tên thủ tục"}, "constants": {}}
    file = imported(source, as_csv(rows_of(agency)), by, mapping=wrong)
    assert file.state == FileState.REFUSED
    assert "Tên thủ tục" in str(file.refusal)
    assert Dossier.objects.count() == MonthCount.objects.count() == 0
    importing.start(file=file, mapping=cast.MAPPING, missing=(), by=by)
    work_off()
    file.refresh_from_db()
    assert (file.state, file.counts["added"]) == (FileState.DONE, 30)


@pytest.mark.parametrize(
    ("target", "header"), [("dossier_number", "Mã TTHC"), ("agency", "Mã hồ sơ"), ("due_on", "Số điện thoại")]
)
def test_columns_taken_for_each_other_are_recognised(
    source: DossierSource, agency: str, by: Actor, target: str, header: str
) -> None:
    rows = [line(n, agency, "05/10/2026", "15/10/2026", "14/10/2026") for n in range(300)]
    wrong = {"columns": {**cast.COLUMNS, target: header}, "constants": {}}
    file = imported(source, as_csv(rows), by, mapping=wrong)
    assert (file.state, Dossier.objects.count()) == (FileState.REFUSED, 0)


def test_a_mapping_that_would_move_known_days_of_receipt_is_refused(
    source: DossierSource, agency: str, by: Actor
) -> None:
    imported(source, as_csv(rows_of(agency)), by)
    before = facts(source)
    swapped = {"columns": {**cast.COLUMNS, "received_on": "Ngày hẹn trả", "due_on": "Ngày trả kết quả",
                           "returned_on": "Hình thức nộp"}, "constants": {}}  # fmt: skip
    swapped["columns"].pop("returned_on")
    swapped["columns"].pop("status")
    rows = [{**row, "Ngày trả kết quả": "28/10/2026"} for row in rows_of(agency)]
    file = imported(source, as_csv(rows), by, mapping=swapped, as_of=dt.date(2026, 11, 5))
    assert file.state == FileState.REFUSED
    assert facts(source) == before


def test_columns_of_a_refused_import_are_kept_for_that_file_alone(
    source: DossierSource, agency: str, by: Actor, clerk: Client
) -> None:
    imported(source, as_csv(rows_of(agency)), by)
    wrong = {"columns": {**cast.COLUMNS, "received_on": "Ngày hẹn trả", "due_on": "Ngày tiếp nhận"}, "constants": {}}
    refused = imported(source, as_csv(rows_of(agency, 31)), by, mapping=wrong, as_of=dt.date(2026, 11, 5))
    assert refused.state == FileState.REFUSED
    source.refresh_from_db()
    assert source.mapping == cast.MAPPING
    other = hand_in(source, as_csv(rows_of(agency, 32)), by, as_of=dt.date(2026, 11, 6))
    received, due = cast.HEADS.index("Ngày tiếp nhận"), cast.HEADS.index("Ngày hẹn trả")
    for file, taken in ((refused, ("due_on", "received_on")), (other, ("received_on", "due_on"))):
        form = clerk.get(reverse("dossier_file", args=[file.pk])).context["form"]
        assert (form[f"c{received}"].value(), form[f"c{due}"].value()) == taken, file.as_of


def test_a_cut_file_is_refused_with_its_line(source: DossierSource, agency: str, by: Actor) -> None:
    data = as_csv(rows_of(agency))
    with pytest.raises(ValidationError, match="31"):
        hand_in(source, data[:-60], by)
    assert list(dossier_files.folder().iterdir()) == []


def test_a_cut_workbook_and_a_cut_parquet_file_cannot_be_opened(source: DossierSource, agency: str, by: Actor) -> None:
    import io

    import polars as pl

    table = pl.DataFrame(rows_of(agency))
    for write in (table.write_excel, table.write_parquet):
        out = io.BytesIO()
        write(out)
        with pytest.raises(SipasError):
            hand_in(source, out.getvalue()[: len(out.getvalue()) // 2], by)
    assert list(dossier_files.folder().iterdir()) == []


def test_workbook_and_parquet_give_the_dossiers_of_the_csv(tuyen_quang: Unit, agency: str, by: Actor) -> None:
    import io

    import polars as pl

    table = pl.DataFrame(rows_of(agency))
    found = []
    for number, form in enumerate(("csv", "xlsx", "parquet")):
        source = sources.add(unit=tuyen_quang, name=f"Nguồn {number}", by=by)
        out = io.BytesIO()
        data = as_csv(rows_of(agency))
        if form != "csv":
            (table.write_excel if form == "xlsx" else table.write_parquet)(out)
            data = out.getvalue()
        imported(source, data, by, name=f"tep.{form}")
        columns = ("number", "agency", "received", "due", "finished", "outcome", "channel")
        found.append(list(Dossier.objects.filter(source=source).order_by("number").values_list(*columns)))
    assert len(found[0]) == 30
    assert found[0] == found[1] == found[2]


class Killed(BaseException):
    """The worker dies."""


@pytest.mark.parametrize("at", range(1, 8))
def test_an_import_killed_anywhere_and_begun_again_ends_the_same(
    source: DossierSource, agency: str, by: Actor, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported(source, as_csv(rows_of(agency, 40)), by, as_of=dt.date(2026, 10, 20))
    changed = [line(n, agency, "05/10/2026", "15/10/2026", "13/10/2026") for n in range(20, 70)]
    file = hand_in(source, as_csv(changed), by, as_of=dt.date(2026, 10, 25))
    monkeypatch.setattr("sipas_web.onestop.import_pass.AT_ONCE", 10)
    job = importing.start(file=file, mapping=cast.MAPPING, missing=(), by=by)
    said: list[float] = []

    def progress(share: float, _note: str) -> None:
        said.append(share)
        if len(said) == at:
            raise Killed

    from sipas_web.jobs.registry import Work

    with pytest.raises(Killed):
        tasks.import_dossiers(Work(job.pk, job.arguments, by, 1, progress))
    work_off()
    file.refresh_from_db()
    same_as_before = sum(1 for n in range(20, 40) if f"{12 + n % 6:02d}" == "13")
    assert file.counts["added"] == 30
    assert file.counts["unchanged"] == same_as_before
    assert file.counts["changed"] == 20 - same_as_before
    assert Dossier.objects.count() == 70
    assert sum(MonthCount.objects.values_list("received", flat=True)) == 70
    assert Record.objects.filter(action="onestop.dossiers_imported").count() == 2
    assert SealedPerson.objects.count() == 70


def test_a_file_in_one_piece_or_many_is_the_same(
    tuyen_quang: Unit, agency: str, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sipas.intake import pieces

    rows = rows_of(agency, 60)
    rows[40] = {**rows[40], "Tên thủ tục": '"Cấp đổi\nGiấy, chứng nhận"'}
    rows[50]["Mã hồ sơ"] = rows[2]["Mã hồ sơ"]
    rows[55]["Ngày tiếp nhận"] = "hôm qua"
    seen = []
    for number, size in enumerate((1 << 24, 700)):
        monkeypatch.setattr(
            pieces.read_pieces, "__kwdefaults__", {**(pieces.read_pieces.__kwdefaults__ or {}), "piece_bytes": size}
        )
        source = sources.add(unit=tuyen_quang, name=f"Nguồn {number}", by=by)
        file = imported(source, as_csv(rows), by)
        found = rejected_rows(file)
        assert found is not None
        columns = ("number", "received", "due", "finished", "outcome", "procedure__text")
        dossiers = list(Dossier.objects.filter(source=source).order_by("number").values_list(*columns))
        seen.append((file.counts, dossiers, [row[:4] for row in found[2]]))
    assert seen[0] == seen[1]
    assert seen[0][0]["added"] == 58


def test_names_that_mean_no_unit_are_matched_by_a_person_and_dossiers_and_counts_follow(
    source: DossierSource, agency: str, commune: Unit, by: Actor
) -> None:
    rows = [
        *rows_of(agency, 20),
        *[line(n, "Phòng KT-HT xã nọ", "05/10/2026", "15/10/2026", "14/10/2026") for n in range(50, 60)],
    ]
    imported(source, as_csv(rows), by)
    assert MonthCount.objects.filter(agency=None).values_list("received", flat=True).get() == 10
    name = AgencyName.objects.get(unit=None)
    assert sources_names.match(source=source, choices={name.pk: commune}, by=by) is not None
    work_off()
    assert Dossier.objects.filter(agency=commune).count() == 30
    assert not MonthCount.objects.filter(agency=None).exists()
    again = imported(source, as_csv(rows[::-1]), by, as_of=dt.date(2026, 11, 3))
    assert again.counts["unchanged"] == 30
    assert Dossier.objects.filter(agency=commune).count() == 30


def test_only_who_may_import_there_does(
    source: DossierSource, agency: str, dong_nai: Unit, tuyen_quang: Unit, hire: Callable[..., Person],
    acting: Callable[[Person], Actor],
) -> None:  # fmt: skip
    reader, stranger = acting(hire("ministry", tuyen_quang)), acting(hire("department", dong_nai))
    for someone in (reader, stranger):
        with pytest.raises(PermissionDenied):
            hand_in(source, as_csv(rows_of(agency)), someone)


@pytest.fixture
def clerk(client: Client, hire: Callable[..., Person], tuyen_quang: Unit) -> Client:
    client.force_login(hire("onestop_clerk", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    return client


def test_a_clerk_uploads_looks_at_the_columns_and_imports(clerk: Client, source: DossierSource, agency: str) -> None:
    given = {"file": cast.received(as_csv(rows_of(agency))), "as_of": "01/11/2026"}
    answer = clerk.post(reverse("dossier_source", args=[source.pk]), given)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    page = clerk.get(answer.url).content.decode()  # type: ignore[attr-defined]
    assert "Ngày tiếp nhận" in page
    chosen = {f"c{n}": target for n, target in enumerate(_targets())}
    answer = clerk.post(answer.url, chosen)  # type: ignore[attr-defined]
    assert answer.status_code == 302, answer.content.decode()[:3000]
    work_off()
    assert Job.objects.get(kind="onestop.import").state == "done"
    page = clerk.get(answer.url).content.decode()  # type: ignore[attr-defined]
    assert "30" in page
    for name in ("dossier_figures", "dossier_list", "dossier_sources", "dossier_rules"):
        assert clerk.get(reverse(name)).status_code == 200
    assert clerk.get(reverse("dossier_figures_file", args=["csv"])).status_code == 200
    first = Dossier.objects.order_by("pk").first()
    assert first is not None
    page = clerk.get(reverse("dossier_detail", args=[first.pk])).content.decode()
    assert first.number in page
    assert "Nguyễn Văn" not in page


def _targets() -> list[str]:
    named = {header: target for target, header in {**cast.COLUMNS, **cast.PEOPLE}.items()}
    return [named.get(header, "") for header in cast.HEADS]


def test_an_upload_at_fault_is_said_beside_its_field(clerk: Client, source: DossierSource, agency: str) -> None:
    given = {"file": cast.received(as_csv(rows_of(agency))[:-60]), "as_of": "01/11/2026"}
    page = clerk.post(reverse("dossier_source", args=[source.pk]), given).content.decode()
    assert "errorlist" in page
    assert importing_rows.PERSON not in page
