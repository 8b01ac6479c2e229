"""The open-data folder: what is in it, that small cells are not, and that its certificate finds any change."""

import json
from io import BytesIO

import polars as pl
import pytest
from release_round import DAY, KEY, domains, responses, weights
from results_round import DOMAINS, EDITION, estimates, index

from sipas.cli.sentences import say
from sipas.publication import (
    CERTIFICATE,
    OPEN_ESTIMATES,
    OPEN_INDEX,
    About,
    dictionary,
    open_data,
    plan_suppression,
    release,
    verify_publication,
)

ABOUT = About(
    title="Khảo sát thử năm 2025", publisher="Sở Nội vụ tỉnh Tuyên Quang", published_on=DAY, licence="CC BY 4.0",
    method="Mẫu ngẫu nhiên phân tầng; gộp câu trả lời", simulated=True,
)  # fmt: skip


def make(about: About = ABOUT) -> dict[str, bytes]:
    plan = plan_suppression(estimates(), index(), EDITION, domains=DOMAINS)
    micro = release(responses(), weights(), domains(), EDITION, key=KEY, simulated=about.simulated)
    beside = {"certificate.json": b"{}", "codebook.xml": "<!-- mô phỏng -->".encode()}
    return open_data(estimates(), index(), plan, EDITION, about, release=micro, certificates=beside)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make()


def test_files(files: dict[str, bytes]) -> None:
    assert list(files) == [
        "README.en.md", "README.md", "certificate.json", "codebook.xml", "dictionary.csv", "estimates.csv",
        "estimates.parquet", "index.csv", "index.parquet", "microdata.csv", "microdata.dta", "microdata.parquet",
        "microdata.sav", "nodes.csv", "publication.json", "treatment.csv", "variables.csv",
    ]  # fmt: skip


def test_tables_are_suppressed_and_csv_equals_parquet(files: dict[str, bytes]) -> None:
    for name, promise in (("estimates", OPEN_ESTIMATES), ("index", OPEN_INDEX)):
        table = pl.read_parquet(BytesIO(files[f"{name}.parquet"]))
        promise.check(table.drop("data_status"))
        assert table.filter(pl.col("n") < 10).is_empty()
        assert table["suppressed"].sum() > 0
        again = pl.read_csv(files[f"{name}.csv"], schema_overrides=table.schema)
        texts = [c for c in table.columns if table.schema[c] == pl.String]
        assert again.with_columns(pl.col(texts).fill_null("")).equals(table.with_columns(pl.col(texts).fill_null("")))


def test_every_file_says_that_the_data_are_simulated(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name != "certificate.json":
            assert "mô phỏng".encode() in content, name
    honest = make(About(**{f: getattr(ABOUT, f) for f in ABOUT.__slots__} | {"simulated": False}))
    assert "Số liệu mô phỏng" not in honest["README.md"].decode()
    assert "khảo sát" in honest["index.csv"].decode()


def test_introductions_name_wording_licence_and_method(files: dict[str, bytes]) -> None:
    vietnamese, english = files["README.md"].decode(), files["README.en.md"].decode()
    for text in (vietnamese, english):
        assert "CC BY 4.0" in text
        assert ABOUT.method in text
        assert "`estimates.csv`" in text
        assert ": certificate.json." in text
        assert "- `codebook.xml`" in text
        assert "{" not in text
    assert "câu chữ nhớ lại" in vietnamese
    assert "recalled wording" in english
    assert "01/10/2025" in vietnamese
    assert "Simulated data" in english


def test_dictionary_describes_every_published_column(files: dict[str, bytes]) -> None:
    listed = set(dictionary().select("table", "column").rows())
    for name in ("estimates", "index"):
        table = pl.read_parquet(BytesIO(files[f"{name}.parquet"]))
        assert {(name, column) for column in table.columns} == {key for key in listed if key[0] == name}
    assert dictionary().null_count().sum_horizontal().item() == 0


def test_the_same_input_gives_the_same_bytes(files: dict[str, bytes]) -> None:
    assert make() == files


def test_the_certificate_finds_any_change(files: dict[str, bytes]) -> None:
    certificate = json.loads(files[CERTIFICATE])
    published = {name: content for name, content in files.items() if name != CERTIFICATE}
    assert verify_publication(published, certificate) == ()
    one_byte = published["index.csv"][:-2] + b"X" + published["index.csv"][-1:]
    touched = published | {"index.csv": one_byte, "extra.csv": b""}
    del touched["nodes.csv"]
    faults = verify_publication(touched, certificate)
    assert [(f.code, f.place.file) for f in faults] == [
        ("publication.file_unlisted", "extra.csv"),
        ("publication.file_differs", "index.csv"),
        ("publication.file_missing", "nodes.csv"),
    ]
    assert say(faults[1]).startswith("tệp index.csv: Tệp index.csv khác với chứng nhận")
    assert certificate["simulated"] is True
    assert certificate["date"] == "2025-10-01"
