"""The rule of a draw in words, for the certificate.

A certificate is a Vietnamese record that people sign, not a message of the program; its text is part of what is
kept and so stands with the rule it describes.
"""

from __future__ import annotations

from sipas.sampling.design import Design, Stage

SEED = (
    "Hạt giống là SHA-256 của: mã nhận dạng biểu mẫu, mã băm của khung mẫu, rồi loại, tên và nội dung của từng "
    "phần công khai, theo thứ tự; mỗi trường viết dạng <số byte>:<nội dung>, chữ theo chuẩn Unicode NFC. Người thực "
    "hiện bốc mẫu không đóng góp phần nào."
)
NUMBER = (
    "Mỗi đơn vị có một số ngẫu nhiên: 53 bit đầu của SHA-256 trên (khóa, mã đơn vị từ giai đoạn đầu đến giai đoạn "
    "này); khóa là 32 chữ số thập lục phân đầu của SHA-256 trên (hạt giống, 'unit', số thứ tự giai đoạn)."
)
PERMANENT = (
    "Số ngẫu nhiên của mỗi đơn vị là (số ngẫu nhiên thường trực trong khung mẫu − điểm xuất phát) theo mô-đun 2^53."
)
STAGE = "Giai đoạn {at}: chọn {unit} trong từng tầng ({strata}). {method}"
METHODS = {
    "srs": "Ngẫu nhiên đơn giản: lấy các đơn vị có số ngẫu nhiên nhỏ nhất; bằng nhau thì theo mã đơn vị.",
    "systematic": (
        "Hệ thống: sắp danh sách theo ({order}, mã đơn vị), khoảng cách k = N/n, điểm đầu là số ngẫu nhiên của danh "
        "sách chia 2^53 nhân k, sau đó cứ mỗi k lấy một đơn vị."
    ),
    "pps_systematic": (
        "Hệ thống với xác suất tỷ lệ với quy mô ({size}): cộng dồn quy mô theo danh sách sắp theo ({order}, mã đơn "
        "vị), bước nhảy là tổng quy mô chia n; đơn vị có xác suất từ 1 trở lên được chọn chắc chắn trước."
    ),
    "pareto": (
        "Pareto với xác suất π tỷ lệ với quy mô ({size}): lấy các đơn vị có q = u(1−π)/(π(1−u)) nhỏ nhất, u là số "
        "ngẫu nhiên chia 2^53; đơn vị có xác suất từ 1 trở lên được chọn chắc chắn trước."
    ),
}
RESERVES = (
    "Mẫu dự phòng được bốc cùng lúc, tỷ lệ {ratio} đơn vị cho mỗi đơn vị chính thức, trong cùng danh sách của giai "
    "đoạn cuối và dùng theo đúng thứ tự: {order}."
)
RESERVE_BY_RANK = "là các đơn vị xếp ngay sau mẫu chính thức"
RESERVE_BY_STEP = "bốc hệ thống trong các đơn vị còn lại với điểm đầu riêng, rồi xếp theo số ngẫu nhiên của đơn vị"
KEEP = "Lưu khung mẫu, mẫu và biên bản bốc mẫu này; bất kỳ ai cũng có thể bốc lại bằng lệnh sipas sample verify."
SEVERAL = (
    "Đã có {trials} lần bốc thử và {redraws} lần bốc lại trước lần này; biên bản bốc mẫu cần nêu lý do của từng lần "
    "bốc lại."
)
ABANDONED = (
    "Trước lần này có {count} buổi bốc mẫu bị hủy, trong đó {known} buổi bị hủy khi nội dung của người chứng kiến đã "
    "được công khai; từng buổi và lý do nêu trong biên bản."
)
SHORT = "Giai đoạn {at}{where}: quy tắc cần {wanted} nhưng chỉ có {population} đơn vị, đã lấy tất cả."
FEW_RESERVES = "{count} danh sách không đủ đơn vị để có mẫu dự phòng theo tỷ lệ đã định."
EMPTY = "{count} tầng không có đơn vị nào được chọn; kết quả không đại diện cho các tầng này."
LONELY = "{count} tầng của giai đoạn đầu chỉ có một đơn vị được chọn từ nhiều đơn vị; nên gộp tầng khi tính sai số."
BY_KEY = (
    "Thứ tự bốc dựa vào số ngẫu nhiên thường trực do khóa của sở tạo ra, không dựa vào hạt giống công khai; cần "
    "biên bản chứng nhận khóa được lập trước khi có khung mẫu."
)


def rule_in_words(design: Design, *, permanent: bool) -> list[str]:
    """Say how the sample was drawn.

    Parameters
    ----------
    design : Design
        The design.
    permanent : bool
        Whether permanent random numbers were used.

    Returns
    -------
    list of str
        Vietnamese sentences.
    """
    stages = [_stage(at, stage) for at, stage in enumerate(design.stages, start=1)]
    by_step = design.stages[-1].method in {"systematic", "pps_systematic"}
    order = RESERVE_BY_STEP if by_step else RESERVE_BY_RANK
    ratio = f"{design.reserve:g}".replace(".", ",")
    return [SEED, PERMANENT if permanent else NUMBER, *stages, RESERVES.format(ratio=ratio, order=order)]


def _stage(at: int, stage: Stage) -> str:
    method = METHODS[stage.method].format(order=", ".join(stage.order) or "không có cột", size=stage.measure_of_size)
    return STAGE.format(at=at, unit=stage.unit, strata=", ".join(stage.strata) or "một tầng chung", method=method)
