"""A frame does not depend on the order of the rows or lists, and no row is lost."""

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.intake import OfficeTable, guess_mapping
from sipas.sampling.frame import FrameImport, KeyMaterial, Rules, Window, committed, import_frame

COLUMNS = ["Họ và tên", "SĐT", "Mã hồ sơ", "Lĩnh vực", "Cơ quan", "Ngày trả kết quả", "Trạng thái"]
KEYS = KeyMaterial(b"r" * 32, b"d" * 32)
WINDOW = Window(dt.date(2026, 1, 1), dt.date(2026, 9, 30))

rows = st.tuples(
    st.sampled_from(["Nguyễn Thị Hường", "Vũ Văn Ước", "Công ty Bình Minh", None]),
    st.sampled_from(["0912345678", "0987654321", None]),
    st.sampled_from(["H1", "H2", "H3", None]),
    st.sampled_from(["Hộ tịch", "Đất đai", None]),
    st.sampled_from(["UBND xã Tân Long", "Sở Xây dựng", "Đâu đó"]),
    st.sampled_from(["03/04/2026", "04/05/2026", "31/04/2026", "01/01/2025", None]),
    st.sampled_from(["Đã trả", "Đang xử lý", None]),
)
lists = st.lists(rows, min_size=1, max_size=25)


def imported(*tables: list[tuple[str | None, ...]], most: int | None = None) -> FrameImport:
    made = [
        OfficeTable(
            pl.DataFrame(cells, schema=dict.fromkeys(COLUMNS, pl.String), orient="row"),
            pl.Series("row", range(2, len(cells) + 2), dtype=pl.Int64),
            f"{number}.csv",
            mapping=guess_mapping(COLUMNS, "transactions"),
        )
        for number, cells in enumerate(tables)
    ]
    rules = Rules(most_per_person=most)
    return import_frame(made, population="transactions", window=WINDOW, province="08", keys=KEYS, rules=rules)


@settings(max_examples=40, deadline=None)
@given(lists, st.sampled_from([None, 1, 2]))
def test_no_row_is_lost_and_none_counted_twice(cells: list[tuple[str | None, ...]], most: int | None) -> None:
    result = imported(cells, most=most)
    assert result.report.rows_read == len(cells) == result.frame.height + result.rejected.height
    assert int(result.report.rules["rows"].sum()) == result.rejected.height
    assert result.report.rows_kept == result.frame.height
    assert set(result.rejected["row"]) <= set(range(2, len(cells) + 2))
    assert result.rejected["row"].n_unique() == result.rejected.height


@settings(max_examples=40, deadline=None)
@given(lists.flatmap(lambda cells: st.tuples(st.just(cells), st.permutations(cells), st.integers(0, len(cells)))))
def test_order_of_rows_and_lists_does_not_matter(
    case: tuple[list[tuple[str | None, ...]], list[tuple[str | None, ...]], int],
) -> None:
    cells, shuffled, cut = case
    first = imported(cells)
    second = imported(*[part for part in (shuffled[:cut], shuffled[cut:]) if part])
    # which of two rows of one dossier stays goes by the order of the lists; how many stay does not
    assert first.frame.height == second.frame.height
    assert first.report.rules.equals(second.report.rules)
    assert first.report.people == second.report.people


@settings(max_examples=20, deadline=None)
@given(lists, st.sampled_from([None, 1]))
def test_same_lists_give_the_same_frame_and_hold_their_commitments(
    cells: list[tuple[str | None, ...]], most: int | None
) -> None:
    first, second = imported(cells, most=most), imported(cells, most=most)
    assert first.frame.equals(second.frame)
    assert first.contacts.equals(second.contacts)
    assert first.rejected.equals(second.rejected)
    assert committed(first.frame, first.contacts)["holds"].all()
    assert first.frame["unit_id"].equals(first.contacts["unit_id"])
    assert first.frame["unit_id"].is_sorted()
    assert first.frame["unit_id"].n_unique() == first.frame.height
    if most == 1:
        assert first.frame["prn"].n_unique() == first.frame.height
