"""The menu: what fits stands beside each other, the rest is folded; nothing is missing."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.web.asking import Hire

from sipas_web.shared.menu import BAR, Shown, in_bar
from sipas_web.units.models import Unit


def shown(*labels: str, count: int = 0) -> list[Shown]:
    return [Shown(f"/{n}/", label, "", is_here=False, count=count) for n, label in enumerate(labels)]


def test_as_many_entries_stand_beside_each_other_as_fit() -> None:
    assert in_bar([]) == 0
    assert in_bar(shown("Đơn vị", "Kết quả")) == 2
    wide = shown(*["Chỉ tiêu, cam kết"] * 9)
    assert in_bar(wide) == BAR // 21
    assert in_bar(shown(*["Chỉ tiêu, cam kết"] * 9, count=3)) < in_bar(wide)


@pytest.mark.django_db
def test_every_entry_stands_once_in_the_wide_menu(client: Client, hire: Hire, tuyen_quang: Unit) -> None:
    client.force_login(hire("agency", tuyen_quang))
    page = client.get("/").content.decode()
    wide = page.split('class="top-wide"')[1].split('class="top-narrow"')[0].split('class="account"')[0]
    narrow = page.split('class="top-narrow"')[1].split('class="account"')[0]
    links = re.findall(r'<li><a href="([^"]+)"', wide)
    assert links == re.findall(r'<li><a href="([^"]+)"', narrow)
    assert 'class="more"' in wide
    assert len(links) == len(set(links)) > 6
