"""What a certificate tells of the draws before it."""

import json

from sampling_cases import frame, one_stage, seed_of

from sipas.sampling import (
    EarlierDraw,
    Refusal,
    build_certificate,
    certificate_json,
    draw,
    parse_design,
    read_certificate,
    table_digest,
    verify,
)

EARLIER = (
    EarlierDraw(1, "drawn", "2026-11-01", "", texts_known=True),
    EarlierDraw(2, "abandoned", "2026-11-03", "một người từ chối", refused=(Refusal("Ông A, Mặt trận", "bận"),)),
)


def test_reason_and_history_stand_on_the_certificate_and_it_still_verifies() -> None:
    table = frame()
    digest = table_digest(table)
    seed = seed_of(digest)
    drawn = draw(table, parse_design(one_stage("srs")), seed.sha256)
    said = {"frame": digest, "seed": seed, "program_version": "test", "redraws": 1}
    made = certificate_json(build_certificate(drawn, reason="thiếu danh sách", history=EARLIER, **said))
    read = read_certificate(made)
    told = json.loads(made)["draws"]
    assert told["reason"] == "thiếu danh sách"
    assert [one["outcome"] for one in told["history"]] == ["drawn", "abandoned"]
    assert told["history"][1]["refused"] == [{"name": "Ông A, Mặt trận", "reason": "bận"}]
    assert any("1 buổi bốc mẫu bị hủy, trong đó 0 buổi" in line for line in read["recommendations"])
    assert verify(table, drawn.sample, read) == []
    without = json.loads(certificate_json(build_certificate(drawn, **said)))
    assert without["draws"] == {"trials": 0, "redraws": 1}, "a certificate without a history stays as it was"
