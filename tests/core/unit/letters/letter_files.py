"""Files of sample letters in the forms an office has them: DOCX with its two-column head, PDF."""

from pathlib import Path

import docx
import typst

SAMPLES = Path(__file__).parents[2] / "reference" / "letters" / "tuning"

LEFT = ("UBND TỈNH ĐÔNG CHÂU", "SỞ NỘI VỤ", "Số: 118/SNV-CCHC", "V/v khắc phục các tiêu chí", "đạt thấp năm 2022")
RIGHT = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Đông Châu, ngày 06 tháng 3 năm 2023")
GROUND = "Thực hiện Công văn số 27/UBND-NC ngày 17/02/2023 của UBND tỉnh, Sở Nội vụ đề nghị:"
TASKS = (
    "Bảo đảm 100% hồ sơ trễ hạn có thư xin lỗi, hoàn thành trước ngày 25/3/2023.",
    "Giao Văn phòng Sở theo dõi, đôn đốc, báo cáo UBND tỉnh (qua Sở Nội vụ)./.",
)
END_LEFT = ("Nơi nhận:", "- Như trên;", "- Lưu: VT, CCHC.")
END_RIGHT = ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "", "Trịnh Hoài Lâm")


def write_docx(path: Path, *, automatic: bool) -> Path:
    """Write the letter as offices do: tables for head and end; numbers typed, or counted by Word."""
    document = docx.Document()
    _columns(document, LEFT, RIGHT)
    document.add_paragraph("Kính gửi: Các sở, ban, ngành thuộc tỉnh")
    document.add_paragraph(GROUND)
    for number, task in enumerate(TASKS, start=1):
        if automatic:
            document.add_paragraph(task, style="List Number")
        else:
            document.add_paragraph(f"{number}. {task}")
    _columns(document, END_LEFT, END_RIGHT)
    document.save(str(path))
    return path


def _columns(document: "docx.document.Document", left: tuple[str, ...], right: tuple[str, ...]) -> None:
    row = document.add_table(rows=1, cols=2).rows[0]
    for cell, lines in zip(row.cells, (left, right), strict=True):
        cell.text = lines[0]
        for line in lines[1:]:
            cell.add_paragraph(line)


def write_pdf(path: Path) -> Path:
    """Set the letter in PDF, two columns at its head and end."""
    typst.compile(_typst().encode(), output=str(path))
    return path


def _typst() -> str:
    def column(lines: tuple[str, ...]) -> str:
        return "[" + " \\\n".join(line.replace("/", "\\/").replace("-", "\\-") or "~" for line in lines) + "]"

    def escaped(line: str) -> str:
        return line.replace("/", "\\/").replace("-", "\\-")

    tasks = "\n\n".join(f"{n}\\. {escaped(task)}" for n, task in enumerate(TASKS, start=1))
    return f"""
#set page(paper: "a4", margin: 2.5cm)
#set text(font: "Libertinus Serif", size: 12pt, lang: "vi")
#set par(justify: true, spacing: 1.6em)
#grid(columns: (1fr, 1.3fr), align: center, {column(LEFT)}, {column(RIGHT)})

Kính gửi: Các sở, ban, ngành thuộc tỉnh

{escaped(GROUND)}

{tasks}

#grid(columns: (1fr, 1fr), align: (left, center), {column(END_LEFT)}, {column(END_RIGHT)})
"""


def blank_pdf(path: Path) -> Path:
    """Write a page that holds a drawing and no text, as a scan does."""
    typst.compile(b"#rect(width: 5cm, height: 5cm)", output=str(path))
    return path
