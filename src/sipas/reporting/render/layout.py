"""Words and measures of Phụ lục I, Nghị định 30/2020/NĐ-CP (05/3/2020) that the renderers share."""

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
KEPT_TOGETHER = 8  # a table of so many rows stays on one page (the number stands in report.typ too)
END_MARK = "./."  # ends a document's text; the signature stays with it
