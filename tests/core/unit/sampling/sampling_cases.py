"""Small frames that the tests of drawing share."""

import random

import polars as pl

from sipas.sampling import Digest, Seed, SeedPart, make_seed

SEED = "5f" * 32
PARTS = (
    SeedPart("witness", "Ông Trần Văn A, Mặt trận Tổ quốc", "hoa phượng nở sớm"),
    SeedPart("public_number", "Xổ số miền Bắc 15/10/2026, giải đặc biệt", "48213", "xoso.com.vn"),
)


def frame(rows: int = 600, *, seed: int = 1) -> pl.DataFrame:
    """A frame with texts that need care: commas, quotation marks, Vietnamese, ids of two lengths."""
    source = random.Random(seed)
    return pl.DataFrame({
        "unit_id": [f"{source.getrandbits(64):016X}"[: 16 if i % 5 else 15] for i in range(rows)],
        "agency": [f'Sở {i % 4}, "một cửa"' for i in range(rows)],
        "commune": [f"C{source.randrange(12):02d}" for i in range(rows)],
        "village": [f"Thôn {source.randrange(4)}" for i in range(rows)],
        "area": [None if i % 50 == 0 else source.randrange(1, 99) for i in range(rows)],
        "size": [900 if i % 199 == 0 else source.randrange(1, 40) for i in range(rows)],
        "prn": [source.getrandbits(53) for _ in range(rows)],
    })


def seed_of(digest: Digest) -> Seed:
    return make_seed(digest.sha256, PARTS, operator="Bà Nguyễn Thị B, Sở Nội vụ")


def one_stage(method: str, *, strata: tuple[str, ...] = ("agency",), n: int = 60) -> dict[str, object]:
    stage: dict[str, object] = {
        "unit": "unit_id",
        "strata": list(strata),
        "size": {"rule": "fixed", "n": n},
        "method": method,
    }
    if method in {"pps_systematic", "pareto"}:
        stage["measure_of_size"] = "size"
    if method.endswith("systematic"):
        stage["order"] = ["area", "commune"]
    return {"stages": [stage]}


THREE_STAGES: dict[str, object] = {
    "stages": [
        {"unit": "commune", "size": {"rule": "fixed", "n": 6}, "method": "pps_systematic"},
        {"unit": "village", "size": {"rule": "fixed", "n": 2}},
        {"unit": "unit_id", "size": {"rule": "fixed", "n": 4}},
    ]
}
