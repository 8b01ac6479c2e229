"""Steps are run when out of date, survive a stop at any write, and refuse files that are not the journal's."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from sipas.errors import SipasError
from sipas.rounds import folder as folder_module
from sipas.rounds.folder import Folder
from sipas.rounds.journal import Journal
from sipas.rounds.runner import Context, Outcome, Step, carry_out, mismatches, recover, refuse_foreign_files, standing
from sipas.rounds.settings import load_round

SETTINGS = """
name: thu
title: Đợt thử
year: 2026
edition: sipas-2017
province: "08"
window: {from: 2026-01-01, to: 2026-09-30}
documents: {date: 2026-11-20, place: Tuyên Quang, department: SỞ NỘI VỤ, parent: UBND TỈNH}
design: {}
"""


def doubled(context: Context) -> Outcome:
    text = context.folder.path("input/a.txt").read_bytes()
    return Outcome({"out/b.txt": text * 2, "c.txt": text.upper()}, {"names.enc": b"secret"}, {"bytes": len(text)})


def hashed(context: Context) -> Outcome:
    return Outcome({"d.txt": hashlib.sha256(context.folder.path("c.txt").read_bytes()).hexdigest().encode()})


STEPS = (
    Step("double", lambda _: ["input/a.txt"], lambda r: r.year, doubled, owned=("out",)),
    Step("hash", lambda _: ["c.txt"], lambda r: r.title, hashed),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "a.txt").write_text("chữ", encoding="utf-8")
    (tmp_path / "round.yaml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def opened(root: Path) -> Context:
    journal = Journal(root / "journal.jsonl", actor="thử", program="sipas 0", repair=True)
    return Context(Folder(root), load_round(root), journal, lambda share, note: None)


def run_all(root: Path) -> list[str]:
    context = opened(root)
    recover(context)
    refuse_foreign_files(context.folder, context.journal)
    ran = [step.name for step in STEPS if standing(context, step).state == "out_of_date" and carry_out(context, step)]
    assert context.journal.lines[-1]["event"] == "done"
    return ran


def results(root: Path) -> dict[str, bytes]:
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted(root.rglob("*"))
        if p.is_file() and p.name not in {"journal.jsonl", ".lock"}
    }


def events(root: Path) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in (root / "journal.jsonl").read_bytes().splitlines()]
    return [{k: v for k, v in line.items() if k not in {"time", "previous"}} for line in lines]


def test_only_what_is_out_of_date_runs(root: Path) -> None:
    assert run_all(root) == ["double", "hash"]
    assert run_all(root) == []
    (root / "input" / "a.txt").write_text("khác", encoding="utf-8")
    assert run_all(root) == ["double", "hash"]


def test_a_changed_setting_runs_its_steps_only(root: Path) -> None:
    run_all(root)
    (root / "round.yaml").write_text(SETTINGS.replace("Đợt thử", "Đợt khác"), encoding="utf-8")
    assert run_all(root) == ["hash"]


class Stopped(BaseException):
    """The program is killed."""


@pytest.mark.parametrize("after", range(12))
def test_a_stop_at_any_write_changes_nothing_in_the_end(
    root: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    whole = tmp_path_factory.mktemp("whole")
    for name, content in results(root).items():
        (whole / name).parent.mkdir(parents=True, exist_ok=True)
        (whole / name).write_bytes(content)
    run_all(whole)
    calls = iter(range(10**6))
    real_replace, real_fsync = os.replace, os.fsync

    def stop(real):  # type: ignore[no-untyped-def]
        def guarded(*args):  # type: ignore[no-untyped-def]
            if next(calls) == after:
                raise Stopped
            return real(*args)

        return guarded

    with monkeypatch.context() as patch:
        patch.setattr(folder_module.os, "replace", stop(real_replace))
        patch.setattr(folder_module.os, "fsync", stop(real_fsync))
        with pytest.raises(Stopped):
            run_all(root)
    run_all(root)
    assert results(root) == results(whole)
    assert events(root) == events(whole)


def test_a_cut_last_line_is_forgotten(root: Path) -> None:
    run_all(root)
    path = root / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    run_all(root)
    assert [e["event"] for e in events(root)] == ["prepared", "done", "prepared", "done"]


def test_a_reader_leaves_a_cut_line_as_it_is(root: Path) -> None:
    run_all(root)
    path = root / "journal.jsonl"
    cut = path.read_bytes()[:-20]
    path.write_bytes(cut)
    assert len(Journal(path, actor="đọc", program="sipas 0").lines) == 3
    assert path.read_bytes() == cut


def test_results_without_their_journal_are_refused(root: Path) -> None:
    run_all(root)
    (root / "table.parquet").write_bytes(b"x")
    with pytest.raises(SipasError, match=r"round\.file_unjournalled"):
        run_all(root)


def test_a_changed_result_is_refused_and_named(root: Path) -> None:
    run_all(root)
    (root / "c.txt").write_bytes(b"x")
    context = opened(root)
    assert [name for name, _, _ in mismatches(context.folder, context.journal)] == ["c.txt"]
    with pytest.raises(SipasError, match=r"round\.file_changed") as caught:
        run_all(root)
    assert caught.value.place.file == "c.txt"


@pytest.mark.parametrize("line", [1, 2, 3])
def test_a_changed_journal_line_is_found(root: Path, line: int) -> None:
    run_all(root)
    lines = (root / "journal.jsonl").read_bytes().splitlines()
    lines[line - 1] = lines[line - 1].replace(b'"actor":"th', b'"actor":"Th')
    (root / "journal.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(SipasError, match=r"round\.journal_chain_broken") as caught:
        opened(root)
    assert caught.value.place.row == line + 1


def test_dropped_loose_files_freeze_their_step(root: Path) -> None:
    run_all(root)
    context = opened(root)
    (root / "names.enc").unlink()
    context.journal.append("contacts_dropped", dropped=["names.enc"])
    assert standing(opened(root), STEPS[0]).state == "frozen"
    assert mismatches(Folder(root), opened(root).journal) == []


def test_settings_at_fault_name_the_node(root: Path) -> None:
    (root / "round.yaml").write_text(SETTINGS.replace("year: 2026", "year: hai"), encoding="utf-8")
    with pytest.raises(SipasError, match=r"round\.setting") as caught:
        load_round(root)
    assert caught.value.place.node == "year"


def test_two_programs_cannot_hold_a_round(root: Path) -> None:
    with Folder(root).locked(), pytest.raises(SipasError, match=r"round\.locked"), Folder(root).locked():
        pass
