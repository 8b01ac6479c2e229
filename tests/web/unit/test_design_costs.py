"""What a design costs: quantities times prices, each with its source."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from tests.web import cast

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.rounds import design_costs
from sipas_web.rounds.actions import design as actions
from sipas_web.rounds.models import Round
from sipas_web.rounds.pages.design import saved_figures
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]


@pytest.fixture(autouse=True)
def _second_factor_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def framed(tuyen_quang: Unit, by: Actor) -> Round:
    return cast.framed(cast.new_round(tuyen_quang, by))


def prices() -> dict[str, dict[str, Any]]:
    return {
        "printing": {"amount": "1500", "times": "1.1", "source": "Báo giá 12/BG-IN", "dated": "2026-10-01"},
        "keying": {"amount": "2000", "times": "2", "source": "Hợp đồng 05", "dated": "2026-10-02"},
        "days": {"amount": "200000", "times": "30", "source": "Nghị quyết của tỉnh", "dated": "2026-01-05"},
    }


def test_costs_by_hand(framed: Round, by: Actor) -> None:
    """120 official forms, 113,52 expected back, counted as 114: 132 · 1.500 + 228 · 2.000 + 30 · 200.000 đồng."""
    actions.save_prices(round_id=framed.pk, prices=prices(), by=by)
    framed.refresh_from_db()
    figures = saved_figures(framed)
    assert figures is not None
    made = design_costs.estimate(design_costs.prices_of(framed.planning), figures)
    assert made.total == 198_000 + 456_000 + 6_000_000
    assert [line.quantity for line in made.lines if line.price.amount] == [132, 228, 30], "forms are whole numbers"
    assert not made.is_complete  # carrying is counted and has no price
    assert sum(u.total for u in made.units) == pytest.approx(198_000 + 454_080, abs=len(made.units) * 2)
    book = openpyxl.load_workbook(io.BytesIO(design_costs.workbook(made, framed.title, ["x"])))
    assert [cell.value for cell in list(book.worksheets[0].rows)[-1]][7] == made.total
    assert book.worksheets[1].max_row == 9


def test_a_price_needs_its_source_and_day(client: Client, hire: Hire, framed: Round) -> None:
    client.force_login(hire("department", framed.unit))
    url = reverse("round_costs_save", args=[framed.pk])
    unpriced = client.get(reverse("round_costs", args=[framed.pk])).content.decode()
    assert re.search(r"<tfoot>.*?<td class=\"figure\">–</td>", unpriced), "nothing is priced: no total of 0"
    page = client.post(url, {"printing_amount": "1.500"}).content.decode()
    assert "id_printing_source_error" in page
    assert "id_printing_dated_error" in page
    sent = {"printing_amount": "1.500", "printing_source": "Báo giá", "printing_dated": "1/10/2026"}
    assert client.post(url, sent).status_code == 302
    framed.refresh_from_db()
    assert framed.planning["prices"]["printing"]["amount"] == "1500"
    page = client.get(reverse("round_costs", args=[framed.pk])).content.decode()
    assert "180.000" in page
    assert "01/10/2026" in page or "1/10/2026" in page
    book = client.get(reverse("round_costs_file", args=[framed.pk]))
    assert book.content[:2] == b"PK"


def test_one_bad_price_does_not_lose_the_good_ones(client: Client, hire: Hire, framed: Round, by: Actor) -> None:
    """The good ones are saved, the bad one keeps what was saved before and is marked."""
    kept = {"keying": {"amount": "2000", "times": "2", "source": "Hợp đồng 05", "dated": "2026-10-02"}}
    actions.save_prices(round_id=framed.pk, prices=kept, by=by)
    client.force_login(hire("department", framed.unit))
    sent = {
        "printing_amount": "1.500", "printing_source": "Báo giá", "printing_dated": "1/10/2026",
        "keying_amount": "hai nghìn", "keying_source": "Hợp đồng 06", "keying_dated": "1/10/2026",
    }  # fmt: skip
    page = client.post(reverse("round_costs_save", args=[framed.pk]), sent).content.decode()
    assert "id_keying_amount_error" in page
    framed.refresh_from_db()
    prices = framed.planning["prices"]
    assert prices["printing"]["amount"] == "1500"
    assert prices["keying"] == kept["keying"]
