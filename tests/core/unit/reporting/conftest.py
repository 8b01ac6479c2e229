from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from reporting_example import example

from sipas.reporting import Document, ReportInputs, build_report, build_workbook, render_docx, render_html, render_pdf


@pytest.fixture(scope="session")
def inputs() -> ReportInputs:
    return example()


@pytest.fixture(scope="session")
def report(inputs: ReportInputs) -> Document:
    return build_report(inputs)


@pytest.fixture(scope="session")
def pdf(report: Document) -> bytes:
    return render_pdf(report)


@pytest.fixture(scope="session")
def word(report: Document) -> bytes:
    return render_docx(report)


@pytest.fixture(scope="session")
def page(report: Document) -> str:
    return render_html(report)


@pytest.fixture(scope="session")
def workbook(inputs: ReportInputs) -> bytes:
    return build_workbook(inputs)
