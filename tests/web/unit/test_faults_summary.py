"""A long form that is refused says at its head which fields to look at, and leads to each."""

from __future__ import annotations

import re

from django import forms


class Long(forms.Form):
    name = forms.CharField(label="Tên <đợt>")
    year = forms.IntegerField(label="Năm", min_value=2012)
    way = forms.ChoiceField(label="Cách", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    note = forms.CharField(label="Ghi chú", required=False)
    is_open = forms.BooleanField(label="Mở", required=False)


class Short(forms.Form):
    name = forms.CharField(label="Tên")


def test_each_field_at_fault_is_named_once_and_led_to() -> None:
    page = str(Long({"year": "2010"}))
    head = page[: page.index("</ul></div>")]
    assert "autofocus" in head
    assert 'role="alert"' in head
    led = re.findall(r'<a href="#([^"]+)">([^<]*)</a>', head)
    assert led == [("id_name", "Tên &lt;đợt&gt;"), ("id_year", "Năm"), ("id_way", "Cách")]
    assert [place for place, _label in led if f'id="{place}"' not in page] == []


def test_what_is_wrong_with_the_whole_form_stands_there_too() -> None:
    form = Long({"name": "x", "year": "2026", "way": "a"})
    assert form.is_valid()
    assert "alert" not in str(form)
    form.add_error(None, "Hai ngày không khớp nhau.")
    page = str(form)
    assert page.count("Hai ngày không khớp nhau.") == 1
    assert "<a href" not in page


def test_a_short_form_needs_no_summary() -> None:
    assert "<a href" not in str(Short({}))
