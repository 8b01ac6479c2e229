"""A round from lists to report, on real units and a shipped edition."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pypdfium2
import pytest
from docx import Document

from sipas import rounds
from sipas.errors import SipasError
from sipas.intake.vietnamese import format_number
from sipas.rounds.folder import file_hash
from sipas.rounds.journal import START, line_hash
from sipas.tables import ESTIMATES, INDEX


def test_every_step_is_done(finished: Path) -> None:
    assert {s.state for s in rounds.status(finished / "r2026")} == {"up_to_date"}


def test_verification_says_yes(finished: Path) -> None:
    assert rounds.verify(finished / "r2026") == []
    assert rounds.verify_sample(finished / "r2026") == []


def test_a_second_run_does_nothing(copy: Callable[[], Path]) -> None:
    root = copy()
    before = (root / "journal.jsonl").read_bytes()
    rounds.run(root)
    assert (root / "journal.jsonl").read_bytes() == before


def test_the_index_holds_the_truth_and_its_own_promise(finished: Path) -> None:
    root = finished / "r2026"
    index = INDEX.check(pl.read_parquet(root / "index.parquet"))
    truth = json.loads((root / "truth.json").read_bytes())["index"]
    whole = index.filter(pl.col("domain_kind") == "all")
    inside = [low <= truth[node] <= high for node, low, high in whole.select("node", "low", "high").iter_rows()]
    # 28 nodes of one sample hang together; that fewer than half hold the truth has a chance under 1 in 1000.
    assert sum(inside) > len(inside) / 2


def test_estimates_and_index_agree_on_items(finished: Path) -> None:
    root = finished / "r2026"
    estimates = ESTIMATES.check(pl.read_parquet(root / "estimates.parquet")).filter(pl.col("statistic") == "top_box")
    index = pl.read_parquet(root / "index.parquet").filter(pl.col("level") == "item")
    both = index.join(
        estimates, left_on=["domain_kind", "domain", "node"], right_on=["domain_kind", "domain", "variable"]
    )
    assert both.height == index.height
    assert (both["percent"] - 100 * both["estimate"]).abs().max() < 1e-9
    assert both["n"].equals(both["n_right"])


def test_change_and_ranks_have_something_to_say(finished: Path) -> None:
    index = pl.read_parquet(finished / "r2026" / "index.parquet")
    agencies = index.filter((pl.col("domain_kind") == "agency") & (pl.col("level") == "index"))
    ranked = agencies.filter(pl.col("rank").is_not_null())
    assert ranked.height > 1
    assert (ranked["rank_low"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_high"]).all()
    whole = index.filter((pl.col("domain_kind") == "all") & (pl.col("level") == "index")).row(0, named=True)
    assert whole["change"] == pytest.approx(whole["percent"] - whole["previous"])
    assert whole["change_se"] > whole["se"]


def report_texts(root: Path) -> dict[str, str]:
    pdf = pypdfium2.PdfDocument(root / "report" / "bao-cao.pdf")
    pages = [page.get_textpage().get_text_range() for page in pdf]
    word = Document(str(root / "report" / "bao-cao.docx"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return {
        "pdf": " ".join(pages),
        "docx": " ".join([p.text for p in word.paragraphs] + cells),
        "html": (root / "report" / "bao-cao.html").read_text(encoding="utf-8"),
    }


def test_the_report_says_what_the_tables_say(finished: Path) -> None:
    root = finished / "r2026"
    index = pl.read_parquet(root / "disclosed" / "index.parquet").filter(pl.col("domain_kind") == "all")
    for form, text in report_texts(root).items():
        flat = re.sub(r"\s+", " ", text)
        for percent, low, high in index.select("percent", "low", "high").iter_rows():
            assert format_number(percent, 2) in flat, (form, percent)
            assert f"{format_number(low, 2)}–{format_number(high, 2)}" in flat.replace(" ", ""), (form, low, high)


def test_simulated_data_and_recalled_wording_are_said(finished: Path) -> None:
    for form, text in report_texts(finished / "r2026").items():
        flat = re.sub(r"\s+", " ", text).lower()
        assert "mô phỏng" in flat, form
        assert "trí nhớ" in flat or "nhớ lại" in flat, form
    assert "mô phỏng" in (finished / "r2026" / "open-data" / "README.md").read_text(encoding="utf-8")


def test_no_identity_is_outside_the_private_files(finished: Path) -> None:
    root = finished / "r2026"
    listed = pl.read_csv(root / "input" / "frame" / "cap-xa.csv", skip_rows=2)
    known = [text.encode() for column in ("Mã hồ sơ", "Tên người nộp hồ sơ") for text in listed[column].head(150)]
    private = ("input/frame", "rejected", "contacts.enc")
    for path in root.rglob("*"):
        if path.is_file() and not path.relative_to(root).as_posix().startswith(private):
            content = path.read_bytes()
            assert not any(text in content for text in known), path


@pytest.mark.parametrize("name", ["frame.parquet", "sample.parquet", "estimates.parquet"])
@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_one_changed_byte_is_found_and_named(copy: Callable[[], Path], name: str, at: float) -> None:
    root = copy()
    content = bytearray((root / name).read_bytes())
    content[int(len(content) * at)] ^= 1
    (root / name).write_bytes(bytes(content))
    findings = rounds.verify(root)
    assert any(found.code == "verify.file_changed" and found.place.file == name for found in findings)
    with pytest.raises(SipasError, match=r"round\.file_changed"):
        rounds.run(root)
    if name != "estimates.parquet":
        assert rounds.verify_sample(root) != []


def test_a_swapped_unit_in_the_sample_is_named(copy: Callable[[], Path]) -> None:
    root = copy()
    sample = pl.read_parquet(root / "sample.parquet")
    role = pl.when(pl.col("case_id") == sample["case_id"][7]).then(pl.lit("reserve")).otherwise("role").alias("role")
    sample.with_columns(role).write_parquet(root / "sample.parquet")
    places = [difference.place for difference in rounds.verify_sample(root)]
    assert any(place.row is not None for place in places)


def reseal(root: Path, name: str) -> None:
    """Write the journal anew, as someone who owns the folder could, so that every hash agrees."""
    previous, lines = START, []
    for raw in (root / "journal.jsonl").read_bytes().splitlines():
        line = json.loads(raw)
        for part in ("outputs", "inputs"):
            if name in line.get(part, {}):
                line[part][name] = file_hash(root / name)
        line["previous"] = previous
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode()
        previous = line_hash(text)
        lines.append(text)
    (root / "journal.jsonl").write_bytes(b"\n".join(lines) + b"\n")


def test_recomputing_finds_a_forged_estimate_whose_hashes_agree(copy: Callable[[], Path]) -> None:
    root = copy()
    table = pl.read_parquet(root / "estimates.parquet")
    table.with_columns(pl.col("estimate") + 0.01).write_parquet(root / "estimates.parquet", compression="zstd")
    reseal(root, "estimates.parquet")
    assert rounds.verify(root) == []
    findings = rounds.verify(root, recompute=True)
    assert next(f.place.file for f in findings if f.code == "verify.recomputed_differs") == "estimates.parquet"


def test_recomputing_a_sound_round_says_yes(finished: Path) -> None:
    assert rounds.verify(finished / "r2026", recompute=True) == []


def test_after_contacts_are_dropped_everything_still_verifies(copy: Callable[[], Path]) -> None:
    root = copy()
    removed = rounds.drop_contacts(root)
    assert {"contacts.enc", "secret.key"} <= set(removed)
    assert not [path for name in ("frame", "visits", "responses") for path in (root / "input" / name).iterdir()]
    assert rounds.verify(root) == []
    assert rounds.verify_sample(root) == []
    states = {s.step: s.state for s in rounds.run(root)}
    assert states["frame"] == "frozen"
    assert states["responses"] == "frozen"
    assert set(states.values()) <= {"frozen", "up_to_date"}
    with pytest.raises(SipasError, match=r"round\.contacts_dropped"):
        rounds.add_files(root, "frame", [root / "round.yaml"])
    assert rounds.verify(root, recompute=True) == []


def test_a_changed_decision_runs_what_depends_on_it(copy: Callable[[], Path]) -> None:
    root = copy()
    settings = (root / "round.yaml").read_text(encoding="utf-8")
    (root / "round.yaml").write_text(settings.replace("threshold: 85.0", "threshold: 99.0"), encoding="utf-8")
    assert [s.step for s in rounds.status(root) if s.state == "out_of_date"] == ["report"]


def test_a_round_of_residents_runs_through_every_step(residents: Path) -> None:
    assert {s.state for s in rounds.status(residents)} == {"up_to_date"}
    assert rounds.verify(residents) == []
    sample = pl.read_parquet(residents / "sample.parquet")
    assert {"stage_2_id", "stage_3_id"} <= set(sample.columns)
    index = pl.read_parquet(residents / "index.parquet").filter(pl.col("domain_kind") == "all")
    assert index["se"].null_count() == 0
    field = json.loads((residents / "fieldwork.json").read_bytes())
    assert [f for f in field["replacement_findings"] if f["code"] == "quality.replaced_out_of_order"] == []


def test_the_same_lists_and_keys_give_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    again = tmp_path / "r2025"
    again.mkdir()
    for name in ("round.yaml", "secret.key"):
        shutil.copyfile(finished / "r2025" / name, again / name)
    shutil.copyfile(finished / "department.key", tmp_path / "department.key")
    shutil.copytree(finished / "r2025" / "input" / "frame", again / "input" / "frame")
    rounds.run(again, until="disclosure")
    for path in (finished / "r2025").rglob("*"):
        name = path.relative_to(finished / "r2025")
        if path.is_file() and path.name not in {"journal.jsonl", ".lock"}:
            assert (again / name).read_bytes() == path.read_bytes(), name
