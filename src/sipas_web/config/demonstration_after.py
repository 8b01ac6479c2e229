"""What follows the index, to try: a letter and its tasks, promises, a target, a plan, feedback.

Simulated throughout, and said so. Everything is done by the acts that people do on screen, in the name of demonstration
accounts; each part is made once.
"""

from __future__ import annotations

from decimal import Decimal

from sipas_web.accounts.demonstration import PROVINCE
from sipas_web.config import demonstration_dossiers
from sipas_web.config.demonstration_field import _actor
from sipas_web.feedback.actions import answering, publishing, sorting
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.codes import code_of
from sipas_web.feedback.queries.feedback import Feedback
from sipas_web.improvement.actions import commitments, difficulties, directives, plans, targets, tasks
from sipas_web.improvement.actions import tasks_carrying as carrying
from sipas_web.improvement.actions import tasks_extending as extending
from sipas_web.improvement.actions.commitments import Promise
from sipas_web.improvement.queries.commitments import Commitment
from sipas_web.improvement.queries.directives.access import Directive
from sipas_web.results.queries import Publication, reading
from sipas_web.shared import working_days
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

REFERENCE = "412/UBND-NC"
LETTER = """ỦY BAN NHÂN DÂN
TỈNH TUYÊN QUANG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: {reference}
Tuyên Quang, ngày {day:%d} tháng {day:%m} năm {day:%Y}
V/v nâng cao mức độ hài lòng của người dân, tổ chức (văn bản mô phỏng)

Kính gửi:
- Sở Nội vụ;
- {commune};
- UBND các xã, phường.

Căn cứ Kế hoạch số 77/KH-BNV ngày 05/01/2026 của Bộ Nội vụ về đo lường sự hài lòng năm 2026,

Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

1. {commune} có trách nhiệm:

a) Niêm yết công khai thủ tục, gửi thư xin lỗi khi hồ sơ trễ hẹn, hoàn thành trước ngày {soon:%d/%m/%Y}.

b) Phấn đấu mức độ hài lòng năm 2026 đạt từ 88% trở lên.

2. Giao Sở Nội vụ chủ trì, phối hợp với Bưu điện tỉnh theo dõi, đôn đốc; báo cáo trước ngày {late:%d/%m/%Y}./.

Nơi nhận:
- Như trên;
- Lưu: VT, NC.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Văn Mô Phỏng
"""
FEEDBACK = (  # text, topic, how far it is brought
    ("Tôi nộp hồ sơ đất đai đã quá hẹn hai tuần mà chưa được trả kết quả (mô phỏng).", "delay", "published"),
    ("Bộ phận Một cửa thiếu ghế ngồi chờ vào đầu buổi sáng (mô phỏng).", "premises", "answered"),
    ("Đề nghị niêm yết rõ lệ phí đăng ký hộ kinh doanh (mô phỏng).", "fee", "routed"),
    ("Công chức hướng dẫn chưa rõ, tôi phải đi lại ba lần (mô phỏng).", "attitude", "received"),
)
ANSWER = (
    "Qua kiểm tra, hồ sơ chậm do luân chuyển nội bộ. Cơ quan xin lỗi ông/bà; kết quả đã được trả. (Trả lời mô phỏng)"
)
PROMISES = (
    Promise("100% hồ sơ trễ hẹn có thư xin lỗi", "Tỷ lệ hồ sơ trễ hẹn có thư xin lỗi gửi trước ngày hẹn"),
    Promise("Bổ sung ghế ngồi và bảng niêm yết tại Bộ phận Một cửa", "Biên bản rà soát cơ sở vật chất"),
)


def make() -> None:
    """Make every part that is not there yet."""
    province = units.by_code(PROVINCE, units.today())
    assert province is not None, "the register is loaded before"
    commune = units.first_commune(province, units.today()) or province
    if not Directive.objects.filter(reference=REFERENCE).exists():
        _letter(province, commune)
        _tasks(province, commune)
        _promises(province, commune)
    if not Feedback.objects.exists():
        _feedback(commune)
    demonstration_dossiers.make(province, commune)
    _plan()


def _letter(province: Unit, commune: Unit) -> None:
    by, today = _actor("tracker"), units.today()
    if units.by_code("SNV-08", today) is None:
        first = province.valid_from
        unit_actions.add(
            kind="agency", code="SNV-08", name="Sở Nội vụ", parent=province, valid_from=first, by=_actor("department")
        )
    text = LETTER.format(
        reference=REFERENCE, day=working_days.before(today, 20), soon=working_days.after(today, 3),
        late=working_days.after(today, 15), commune=f"UBND {commune.full_name}",
    )  # fmt: skip
    made = directives.take_in(unit=province, text=text, by=by, is_simulated=True)
    directives.keep(directive_id=made.pk, by=by)


def _tasks(province: Unit, commune: Unit) -> None:
    """Tasks in each of the four states, one with a longer deadline, one with a difficulty."""
    by, owner, today = _actor("tracker"), _actor("agency"), units.today()

    def give(title: str, begun: int, last: int) -> int:
        given = working_days.before(today, begun)
        due = working_days.before(today, -last) if last < 0 else working_days.after(today, last)
        title = f"{title} (mô phỏng)"
        return tasks.give(unit=commune, giver=province, title=title, given=given, due=due, by=by).pk

    early = give("Tập huấn công chức Bộ phận Một cửa", 30, -2)
    carrying.complete(task_id=early, text="Đã tập huấn 12 người.", by=owner)
    late = give("Rà soát thời gian giải quyết thủ tục đất đai", 40, -10)
    carrying.complete(task_id=late, text="Đã trình phương án.", by=owner)
    overdue = give("Lắp bảng niêm yết thủ tục", 35, -6)
    difficulties.raise_difficulty(task_id=overdue, text="Chưa có kinh phí mua bảng.", by=owner)
    longer = give("Công khai số điện thoại đường dây nóng", 20, 2)
    carrying.report_progress(task_id=longer, percent=60, text="Đã in, chờ lắp.", by=owner)
    asked = extending.ask_extension(
        task_id=longer, wanted=working_days.after(today, 10), reason="Chờ nhà in giao hàng", by=owner
    )
    extending.decide_extension(extension_id=asked.pk, granted=asked.wanted, by=by)


def _promises(province: Unit, commune: Unit) -> None:
    by, today = _actor("tracker"), units.today()
    commitments.ask(units=[commune], to_unit=province, year=today.year, by=by)
    row = Commitment.objects.get(unit=commune, year=today.year)
    commitments.put_items(commitment_id=row.pk, items=PROMISES, by=by)
    signed = working_days.before(today, 60)
    head = _actor("head")
    commitments.sign(commitment_id=row.pk, signed=signed, position="Chủ tịch UBND", document="01/BCK-UBND", by=head)
    first = row.items.order_by("number").first()
    if first is not None:
        commitments.report(item_id=first.pk, result="8 trên 9 hồ sơ trễ hẹn có thư.", evidence="Sổ xin lỗi", by=head)
        commitments.review(item_id=first.pk, verdict="partly", reason="Một hồ sơ chưa có thư.", by=by)
    targets.set_target(
        unit=province, year=today.year, threshold=Decimal(85), by=by, issuer=province,
        source=f"Công văn {REFERENCE} (mô phỏng)",
    )  # fmt: skip


def _feedback(commune: Unit) -> None:
    for number, (text, topic, until) in enumerate(FEEDBACK):
        made = receive(code=code_of(f"mô phỏng {number}"), place=commune, channel="web", text=text, by=CITIZEN)
        _bring(made.pk, commune, topic, until)


def _bring(feedback_id: int, commune: Unit, topic: str, until: str) -> None:
    desk, agency, head = _actor("feedback-desk"), _actor("agency"), _actor("head")
    if until == "received":
        return
    sorting.classify(feedback_id=feedback_id, kind="behaviour", topic=topic, by=desk)
    sorting.route(feedback_id=feedback_id, unit=commune, by=desk)
    if until == "routed":
        return
    answering.submit(feedback_id=feedback_id, text=ANSWER, by=agency)
    answering.accept(feedback_id=feedback_id, by=head)
    if until == "published":
        made = Feedback.objects.get(pk=feedback_id)
        publishing.publish(feedback_id=feedback_id, question=made.text, answer=ANSWER, is_rest_checked=True, by=head)


def _plan() -> None:
    """Draft a plan from the newest published round; a second time it is there already."""
    by = _actor("tracker")
    newest = Publication.objects.order_by("-round__year", "-pk").first()
    opened = None if newest is None else reading.opened(by, newest.round.pk)
    if opened is not None:
        plans.draft(opened=opened, domain="", by=by)
