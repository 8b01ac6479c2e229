"""Lists of a round: handed in, looked at, imported, rejected rows mended; nothing bad gets in, nothing is lost."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.web import cast
from tests.web.lists import GOOD, HEAD, bomb, csv, row, xlsx

from sipas import rounds as library
from sipas.intake.legacy import encode
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs.models import Job
from sipas_web.jobs.registry import Work, handler_of
from sipas_web.jobs.worker import work_off
from sipas_web.rounds import frame_files
from sipas_web.rounds.folders import folder_of, settings_of
from sipas_web.rounds.models import Draw, FrameList, Round, State
from sipas_web.rounds.pages import frame as pages
from sipas_web.rounds.queries import frame as reads
from sipas_web.shared.uploads import shown_name
from sipas_web.units.models import Unit

pytestmark = [pytest.mark.django_db]
Hire = Callable[..., Person]


@pytest.fixture
def round_(tuyen_quang: Unit, by: Actor, settings: Any, tmp_path: Path) -> Round:
    settings.ROUNDS_FOLDER = tmp_path
    return cast.new_round(tuyen_quang, by)


@pytest.fixture
def clerk(client: Client, hire: Hire, tuyen_quang: Unit, monkeypatch: Any) -> Client:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", tuyen_quang, name="Lê Thị Sổ"))
    return client


@pytest.fixture(autouse=True)
def _on_commit(django_capture_on_commit_callbacks: Any, monkeypatch: Any) -> None:
    """Tests run inside a transaction: what follows a commit is done at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_: act())


def send(client: Client, round_: Round, *files: tuple[str, bytes], follow: bool = True, **data: str) -> str:
    lists = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post(reverse("round_frame_upload", args=[round_.pk]), {"lists": lists, **data}, follow=follow)
    assert answer.status_code == 200
    return str(answer.content.decode())


def import_now(client: Client, round_: Round) -> Job:
    client.post(reverse("round_frame_import", args=[round_.pk]))
    work_off()
    job = reads.last_import(round_)
    assert job is not None
    return job


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_from_lists_to_the_frame(clerk: Client, round_: Round) -> None:
    shown = send(clerk, round_, ("so-noi-vu.csv", GOOD))
    assert "Nguyễn Văn A" in shown  # straight to the columns, with samples
    job = import_now(clerk, round_)
    assert job.state == "done", job.error
    assert job.result["counts"]["frame"] == 30
    assert job.result["frame_sha256"] == library.frame_hash(folder_of(round_))
    assert reads.is_current(round_, reads.last_done(round_))
    assert job.result["frame_sha256"] in page(clerk, "round_frame", round_.pk)
    assert "Sở Nội vụ" in page(clerk, "round_frame_report", round_.pk)
    journal = (folder_of(round_) / "journal.jsonl").read_text()
    assert "Lê Thị Sổ" in journal
    acts = list(Record.objects.filter(action__startswith="rounds.").values_list("action", flat=True))
    assert acts == ["rounds.list_added", "rounds.frame_import_asked", "rounds.frame_imported"]


def test_a_second_attempt_repeats_nothing(clerk: Client, round_: Round, by: Actor) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    job = import_now(clerk, round_)
    before = (folder_of(round_) / "journal.jsonl").read_bytes()
    work = Work(job.pk, job.arguments, by, 2, lambda share, note: None)
    assert handler_of(job.kind)(work) == job.result
    assert (folder_of(round_) / "journal.jsonl").read_bytes() == before
    assert Record.objects.filter(action="rounds.frame_imported").count() == 1


def test_who_asks_again_after_the_end_makes_nothing_twice(clerk: Client, round_: Round) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    job, again = import_now(clerk, round_), import_now(clerk, round_)
    assert job.pk != again.pk
    assert job.result == again.result
    made = Record.objects.filter(action="rounds.frame_imported")
    assert made.count() == 1
    assert Record.objects.filter(action="rounds.frame_import_asked").count() == 2
    send(clerk, round_, ("b.csv", csv(row(77))))
    import_now(clerk, round_)
    assert made.count() == 2


def test_columns_are_corrected_by_hand(clerk: Client, round_: Round) -> None:
    odd = csv(*(row(n) for n in range(5)), head="Số,Chỗ làm,Mảng,Ai,Ở đâu,Gọi,Xong,Thế nào")
    shown = send(clerk, round_, ("la.csv", odd))
    list_ = FrameList.objects.get()
    assert list_.missing == ["name", "agency", "finished_on"]
    assert "Họ và tên" in shown or "Không tìm thấy" in shown
    assert import_now_refused(clerk, round_)
    url = reverse("round_frame_list", args=[list_.pk])
    wrong = clerk.post(url, {"c1": "agency", "c3": "name", "c4": "name"})
    assert wrong.status_code == 200
    assert "c4" in wrong.context["form"].errors
    assert wrong.context["form"].non_field_errors()
    clerk.post(url, {"c1": "agency", "c3": "name", "c5": "phone", "c6": "finished_on"})
    list_.refresh_from_db()
    assert list_.missing == []
    assert list_.mapping["columns"]["name"] == "Ai"
    assert import_now(clerk, round_).result["counts"]["frame"] == 5
    assert library.frame_is_current(folder_of(round_), settings_of(Round.objects.get(pk=round_.pk)))
    clerk.post(url, {"c1": "agency", "c3": "name", "c4": "address", "c6": "finished_on"})
    assert not reads.is_current(round_, reads.last_done(round_))
    assert not library.frame_is_current(folder_of(round_), settings_of(Round.objects.get(pk=round_.pk)))
    clerk.post(url, {"guess": "1"})
    list_.refresh_from_db()
    assert list_.mapping is None
    assert list_.missing == ["name", "agency", "finished_on"]
    round_.refresh_from_db()
    assert "mapping" not in round_.settings["frame"]


def import_now_refused(clerk: Client, round_: Round) -> bool:
    answer = clerk.post(reverse("round_frame_import", args=[round_.pk]), follow=True)
    return Job.objects.count() == 0 and 'class="alert error"' in answer.content.decode()


def test_each_list_has_its_own_columns(clerk: Client, round_: Round) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    send(clerk, round_, ("b.csv", csv("Trần Thị Bê,0911111111,20/04/2026", head="Ai,Gọi,Xong")))
    second = FrameList.objects.get(name="b.csv")
    data = {"c0": "name", "c1": "phone", "c2": "finished_on", "all-agency": "Sở Tư pháp"}
    clerk.post(reverse("round_frame_list", args=[second.pk]), data)
    assert import_now(clerk, round_).result["counts"]["frame"] == 31
    assert ("Sở Tư pháp", 1) in library.frame_counts(folder_of(round_), "agency")


def test_old_text_is_shown_as_it_is_and_as_read(clerk: Client, round_: Round) -> None:
    lines = [row(n, name=encode(f"Nguyễn Thị Hường {n}", "tcvn3")) for n in range(20)]
    heads = [[encode(h, "tcvn3") for h in HEAD.split(",")], *([*line.split(",")] for line in lines)]
    shown = send(clerk, round_, ("cu.xlsx", xlsx(heads)))
    assert "TCVN3" in shown
    assert "Nguyễn Thị Hường 0" in shown
    assert encode("Nguyễn Thị Hường 0", "tcvn3") in shown


REFUSED = {
    "empty.csv": (b"", "trống"),
    "photo.xlsx": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 50, "Không nhận ra bảng tính"),
    "letter.xlsx": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "Không nhận ra bảng tính"),
    "web.xls": ("\ufeff\r\n <html><table><tr><td>Họ và tên</td></tr></table>".encode(), "Không nhận ra bảng tính"),
    "program.csv": (b"MZ\x90\x00\x03\x00\x00\x00" * 600, "Không nhận ra bảng tính"),
    "words.csv": ("Kính gửi đồng chí,\nxin chào\n" * 3).encode() and (b"1,2\n3,4\n", "dòng tiêu đề"),
    "broken.xlsx": (b"PK\x03\x04" + b"nothing" * 100, "Bảng tính bị hỏng"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_named_and_kept_out(name: str, clerk: Client, round_: Round) -> None:
    content, said = REFUSED[name]
    shown = (
        send(clerk, round_, (name, content), ("good.csv", GOOD)) if content else send(clerk, round_, (name, content))
    )
    assert said in shown
    assert "Traceback" not in shown
    assert [list_.name for list_ in FrameList.objects.all()] == (["good.csv"] if content else [])
    kept = list((folder_of(round_) / "input/frame").iterdir()) if content else []
    assert [path.name for path in kept] == (["0001-good.csv"] if content else [])


def test_a_bomb_and_a_doctype_are_refused(clerk: Client, round_: Round) -> None:
    shown = send(clerk, round_, ("bom.xlsx", bomb(b" " * 300_000_000)))
    assert "phá hoại" in shown
    shown = send(clerk, round_, ("doctype.xlsx", bomb(b"", doctype=True)))
    assert "DOCTYPE" in shown
    assert not FrameList.objects.exists()


def test_the_same_content_is_refused_under_any_name(clerk: Client, round_: Round) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    assert "a.csv" in send(clerk, round_, ("b.csv", GOOD))
    assert FrameList.objects.count() == 1
    assert len(list((folder_of(round_) / "input/frame").iterdir())) == 1


def test_too_many_rows_are_counted_before_anything_is_read(clerk: Client, round_: Round, settings: Any) -> None:
    settings.LIST_MOST_ROWS = 40
    shown = send(clerk, round_, ("big.csv", csv(*(row(n) for n in range(60)))))
    assert "61" in shown
    assert "40" in shown
    send(clerk, round_, ("a.csv", GOOD))
    shown = send(clerk, round_, ("b.csv", csv(*(row(n) for n in range(50, 80)))))
    assert "62" in shown
    assert [list_.name for list_ in FrameList.objects.all()] == ["a.csv"]


def test_a_file_beyond_the_limit_is_answered_by_a_page(clerk: Client, round_: Round, settings: Any) -> None:
    settings.UPLOAD_MOST_BYTES = 2 * 1024 * 1024
    shown = send(clerk, round_, ("nang.csv", b"x" * 3_000_000))
    assert "2 MiB" in shown
    assert "nang.csv" in shown
    assert not FrameList.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "..\\..\\x.csv", "a" * 400 + ".csv", "bẫy\u202evsc.exe\x07.csv", "/", "..", "x.csv%00"],
)
def test_a_name_is_never_a_path(name: str, clerk: Client, round_: Round) -> None:
    """The body is written by hand: the test client would tidy the name."""
    head = f'--B\r\nContent-Disposition: form-data; name="lists"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = head.encode() + GOOD + b"\r\n--B--\r\n"
    url = reverse("round_frame_upload", args=[round_.pk])
    clerk.post(url, body, content_type="multipart/form-data; boundary=B")
    if name in {"/", ".."}:  # no name at all: no file
        assert not FrameList.objects.exists()
        return
    list_ = FrameList.objects.get()
    assert frame_files.path_of(list_).parent == folder_of(round_) / "input/frame"
    assert [p.name for p in frame_files.path_of(list_).parent.iterdir()] == [Path(list_.stored).name]
    assert frame_files.OURS.match(Path(list_.stored).name)
    assert len(list_.name) <= 150
    assert list_.name.isprintable()
    assert not set(list_.name) & set("/\\")


def test_names_of_files() -> None:
    assert shown_name("C:\\Danh sách\\Sở Nội vụ.xlsx") == "Sở Nội vụ.xlsx"
    assert shown_name("x" * 300 + ".xlsx").endswith("….xlsx")
    assert shown_name("\u202e\x00..") == "?"


def test_bad_cells_name_their_reason_and_good_rows_stay(clerk: Client, round_: Round) -> None:
    lines = [row(n) for n in range(10)]
    lines += [row(90, day="02/31/2026"), row(91, day="hôm qua"), row(92, name=""), row(93, agency="Chỗ Nào Đó")]
    lines += [row(94, name="Nguye\u0302\u0303n Thi\u0323 Ti\u0301nh"), row(95, name="=1+1", phone="=CMD()")]
    send(clerk, round_, ("a.csv", csv(*lines)))
    job = import_now(clerk, round_)
    assert job.result["counts"]["frame"] == 12
    assert job.result["rejected"] == 4
    reasons = {code for code, _, _ in pages.reasons_of(round_)}
    assert reasons == {"intake.date_impossible", "intake.date_unreadable", "frame.no_name", "frame.agency_unknown"}
    shown = page(clerk, "round_frame_rejected", round_.pk)
    assert "a.csv" in shown
    assert "02/31/2026" in shown
    assert "Chỗ Nào Đó" in shown
    one = page(clerk, "round_frame_rejected", round_.pk, reason="frame.no_name")
    assert "Chỗ Nào Đó" not in one
    assert Record.objects.filter(action="rounds.rejected_opened").count() == 2


def test_rejected_rows_are_mended_and_handed_in_again(clerk: Client, round_: Round) -> None:
    odd = "Số,Chỗ làm,Mảng,Ai,Ở đâu,Gọi,Xong,Thế nào"
    lines = [row(1), row(2, day="31/02/2026", address="=HYPERLINK(1)"), row(3, name="")]
    send(clerk, round_, ("la.csv", csv(*lines, head=odd)))
    columns = {
        "c0": "dossier_number",
        "c1": "agency",
        "c3": "name",
        "c4": "address",
        "c5": "phone",
        "c6": "finished_on",
    }
    clerk.post(reverse("round_frame_list", args=[FrameList.objects.get().pk]), columns)
    assert import_now(clerk, round_).result["counts"]["frame"] == 1
    answer = clerk.get(reverse("round_frame_rejected_xlsx", args=[round_.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    assert heads[:4] == ["Lý do không nhận", "Tên danh sách gốc", "Trang tính gốc", "Dòng gốc"]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line if cell.value is not None} == {"s"}
    assert sheet.max_row == 3
    day, name = heads.index("Ngày trả kết quả") + 1, heads.index("Họ và tên") + 1
    assert sheet.cell(2, day).value == "31/02/2026"
    sheet.cell(2, day).value, sheet.cell(3, name).value = "28/02/2026", "Lý Thị Bổ Sung"
    out = io.BytesIO()
    book.save(out)
    send(clerk, round_, ("da-sua.xlsx", out.getvalue()))
    assert FrameList.objects.get(name="da-sua.xlsx").missing == []
    assert import_now(clerk, round_).result["counts"]["frame"] == 3
    assert json.loads(Record.objects.get(action="rounds.rejected_downloaded").details) == {"reason": "", "rows": 2}


def test_totals_show_what_lacks(clerk: Client, round_: Round) -> None:
    url = reverse("round_frame_totals", args=[round_.pk])
    bad = clerk.post(url, {"totals": SimpleUploadedFile("mc.csv", b"Co quan,Thang,Tong so\nSo Noi vu,muoi ba,5\n")})
    assert "mc.csv" in bad.content.decode()
    good = "Cơ quan,Tháng,Tổng số\nSở Nội vụ,03/2026,50\n".encode()
    clerk.post(url, {"totals": SimpleUploadedFile("mc.csv", good)})
    assert "mc.csv" in page(clerk, "round_frame", round_.pk)
    send(clerk, round_, ("a.csv", GOOD))
    assert import_now(clerk, round_).state == "done"
    report = pages.report_of(round_)
    assert report is not None
    assert [(gap["agency"], gap["gap"]) for gap in report.gaps] == [("Sở Nội vụ", 20)]
    assert "Sở Nội vụ" in page(clerk, "round_frame_report", round_.pk)
    clerk.post(url, {"remove": "1"})
    round_.refresh_from_db()
    assert "totals" not in round_.settings["frame"]
    assert list((folder_of(round_) / "input").glob("totals-*")) == []


def test_a_list_changed_behind_the_programs_back_is_not_imported(clerk: Client, round_: Round) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    path = frame_files.path_of(FrameList.objects.get())
    path.write_bytes(GOOD + b"\n")
    job = import_now(clerk, round_)
    assert job.state == "failed"
    assert job.error["code"] == "round.list_changed"
    assert "a.csv" in page(clerk, "round_frame", round_.pk)
    assert not (folder_of(round_) / "frame.parquet").exists()


def test_a_crash_between_database_and_disk_is_settled(clerk: Client, round_: Round) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    path = frame_files.path_of(FrameList.objects.get())
    path.rename(path.with_name(f".new-{path.name}"))  # stopped before the list was put in its place
    path.with_name("0007-xoa.csv").write_bytes(csv(row(500)))  # stopped before a removed list was destroyed
    path.with_name(".new-0008-chua.csv").write_bytes(csv(row(501)))  # stopped before it was written down
    assert import_now(clerk, round_).result["counts"]["frame"] == 30
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("how", ["drawn", "open draw"])
def test_the_frame_is_fixed_from_the_draw_on(how: str, clerk: Client, round_: Round, by: Actor) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    list_ = FrameList.objects.get()
    if how == "drawn":
        Round.objects.filter(pk=round_.pk).update(state=State.DRAWN)
    else:
        Draw.objects.create(round=round_, number=1, code="x", frame_sha256="", design_sha256="", opened_by=by.name)
    send(clerk, round_, ("b.csv", csv(row(77))))
    clerk.post(reverse("round_frame_remove", args=[list_.pk]))
    clerk.post(reverse("round_frame_list", args=[list_.pk]), {"c0": "name", "c1": "agency", "c2": "finished_on"})
    clerk.post(reverse("round_frame_import", args=[round_.pk]))
    list_.refresh_from_db()
    assert list_.mapping is None
    assert FrameList.objects.count() == 1
    assert Job.objects.count() == 0
    assert [p.name for p in (folder_of(round_) / "input/frame").iterdir()] == ["0001-a.csv"]


def test_lists_stay_while_they_are_imported(clerk: Client, round_: Round) -> None:
    send(clerk, round_, ("a.csv", GOOD))
    clerk.post(reverse("round_frame_import", args=[round_.pk]))
    clerk.post(reverse("round_frame_remove", args=[FrameList.objects.get().pk]))
    send(clerk, round_, ("b.csv", csv(row(77))))
    assert [list_.name for list_ in FrameList.objects.all()] == ["a.csv"]
    work_off()
    clerk.post(reverse("round_frame_remove", args=[FrameList.objects.get().pk]))
    assert not FrameList.objects.exists()
    assert list((folder_of(round_) / "input/frame").iterdir()) == []


def test_another_province_and_other_roles_see_nothing(
    client: Client, hire: Hire, round_: Round, dong_nai: Unit, tuyen_quang: Unit, clerk: Client, monkeypatch: Any
) -> None:
    send(clerk, round_, ("a.csv", csv(row(1), row(2, name=""))))
    list_ = FrameList.objects.get()
    import_now(clerk, round_)
    names = ("round_frame", "round_frame_report", "round_frame_rejected", "round_frame_rejected_xlsx")
    foreign = Client()
    foreign.force_login(hire("department", dong_nai))
    urls = [reverse(name, args=[round_.pk]) for name in names] + [reverse("round_frame_list", args=[list_.pk])]
    assert [foreign.get(url).status_code for url in urls] == [404] * 5
    supervisor = Client()
    supervisor.force_login(hire("supervisor", tuyen_quang))
    assert [supervisor.get(url).status_code for url in urls] == [200, 200, 403, 403, 403]
    assert "Tải lên" not in supervisor.get(urls[0]).content.decode()


def test_few_queries(clerk: Client, round_: Round, django_assert_max_num_queries: Any) -> None:
    send(clerk, round_, *((f"{n}.csv", csv(row(n))) for n in range(8)))
    import_now(clerk, round_)
    with django_assert_max_num_queries(40):
        page(clerk, "round_frame", round_.pk)
