"""A design as plain choices: from the form to the library's data and back, where the form can say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sipas.errors import SipasError
from sipas.sampling import Design, parse_design

Choices = dict[str, Any]
Data = dict[str, Any]
CROSS = " × "
# Estimates that the library fills in by itself; written only where they differ.
USUAL: Data = {"variance": "ultimate_clusters", "finite_population": True, "lonely": "centered", "calibrated": True}
BLANK: Choices = {
    "who": "direct",
    "communes": None,
    "commune_method": "pps_systematic",
    "villages": None,
    "persons": None,
    "strata": [],
    "size": "fixed",
    "n": None,
    "error": None,
    "margin": None,
    "class_column": "",
    "class_sizes": {},
    "table": {},
    "per": "",
    "allocation": "proportional",
    "exponent": 0.5,
    "minimum": 2,
    "deviations": {},
    "domain_column": "",
    "domain_minimum": None,
    "method": "srs",
    "order": [],
    "reserve": 1.0,
}


def settings_from(choices: Choices, share: float, response: float) -> Data:
    """Give ``design`` and ``estimates`` as they stand in the round's settings."""
    stages = _staged(choices) if choices["who"] == "staged" else [_direct(choices, share, response)]
    design = {"stages": stages, "reserve": float(choices["reserve"])}
    estimates: Data = {
        "domains": [name.split(CROSS) for name in choices["domains"]],
        "rank_by": choices["rank_by"].split(CROSS),
        "least_to_rank": choices["least_to_rank"],
    }
    estimates |= {name: choices[name] for name, usual in USUAL.items() if choices[name] != usual}
    return {"design": design, "estimates": estimates}


def _direct(choices: Choices, share: float, response: float) -> Data:
    stage: Data = {"unit": "unit_id"} | ({"strata": list(choices["strata"])} if choices["strata"] else {})
    if choices["size"] == "table":
        return stage | {"allocation": {"rule": "table", "sizes": choices["table"]}} | _selection(choices)
    stage["size"] = _size(choices, share, response)
    if choices["allocation"] != "proportional" or choices["minimum"] != BLANK["minimum"]:
        stage["allocation"] = _allocation(choices)
    if choices["domain_column"]:
        stage["minimum_per_domain"] = {"per": [choices["domain_column"]], "n": choices["domain_minimum"]}
    return stage | _selection(choices)


def _size(choices: Choices, share: float, response: float) -> Data:
    rule = choices["size"]
    per = {"per": [choices["per"]]} if choices["per"] else {}
    given: Data = {
        "fixed": {"n": choices["n"]},
        "yamane": {"error": _part(choices["error"])},
        "precision": {"margin": _part(choices["margin"]), "proportion": share, "response": response},
        "by_class": {"column": choices["class_column"], "sizes": choices["class_sizes"]},
        "all": {},
    }[rule]
    return {"rule": rule, **given, **per}


def _allocation(choices: Choices) -> Data:
    rule = choices["allocation"]
    more: Data = {"power": {"exponent": choices["exponent"]}, "neyman": {"deviations": choices["deviations"]}}
    return {"rule": rule, "minimum": choices["minimum"], **more.get(rule, {})}


def _selection(choices: Choices) -> Data:
    if choices["method"] == "srs":
        return {}
    order = {"order": list(choices["order"])} if choices["order"] and choices["method"] == "systematic" else {}
    return {"method": choices["method"], **order}


def _staged(choices: Choices) -> list[Data]:
    first: Data = {"unit": "commune"} | ({"strata": list(choices["strata"])} if choices["strata"] else {})
    first["size"] = {"rule": "fixed", "n": choices["communes"]}
    if choices["commune_method"] != "srs":
        first["method"] = choices["commune_method"]
    villages = {"unit": "village", "size": {"rule": "fixed", "n": choices["villages"]}}
    return [first, villages, {"unit": "unit_id", "size": {"rule": "fixed", "n": choices["persons"]}}]


def _part(percent: float | None) -> float | None:
    return None if percent is None else round(percent / 100, 10)


def choices_from(settings: Mapping[str, Any], share: float, response: float) -> Choices | None:
    """Give the choices that make these settings; None where the form cannot say them. Raises SipasError."""
    design = parse_design(settings["design"])
    found = _choices(design, settings.get("estimates") or {})
    if found is None:
        return None
    rule = design.stages[0].size
    share, response = getattr(rule, "proportion", share), getattr(rule, "response", response)
    try:
        again = parse_design(settings_from(found, share, response)["design"])
    except SipasError:
        return None
    return found if again == design else None


def _choices(design: Design, estimates: Mapping[str, Any]) -> Choices | None:
    data: Data = msgspec.to_builtins(design)
    stages = data["stages"]
    found = BLANK | {"reserve": data.get("reserve", 1.0)} | estimate_choices(estimates)
    first = stages[0]
    found["strata"] = first.get("strata", [])
    if len(stages) == 3 and [s["unit"] for s in stages] == ["commune", "village", "unit_id"]:
        sizes = [s.get("size", {}).get("n") for s in stages]
        found |= dict(zip(("communes", "villages", "persons"), sizes, strict=True))
        return found | {"who": "staged", "commune_method": first.get("method", "srs")}
    return found | _direct_choices(first) if len(stages) == 1 else None


def estimate_choices(estimates: Mapping[str, Any]) -> Choices:
    """Give the choices of what is estimated."""
    return {
        "domains": [CROSS.join(columns) for columns in estimates.get("domains", [["agency"]])],
        "rank_by": CROSS.join(estimates.get("rank_by", ["agency"])),
        "least_to_rank": estimates.get("least_to_rank", 30),
        **{name: estimates.get(name, usual) for name, usual in USUAL.items()},
    }


def _direct_choices(stage: Data) -> Choices:
    size, allocation = stage.get("size") or {}, stage.get("allocation") or {"rule": "proportional"}
    domain = stage.get("minimum_per_domain") or {}
    found: Choices = {
        "method": stage.get("method", "srs"),
        "order": stage.get("order", []),
        "domain_column": (domain.get("per") or [""])[0],
        "domain_minimum": domain.get("n"),
    }
    if allocation["rule"] == "table":
        return found | {"size": "table", "table": allocation["sizes"]}
    return found | {
        "size": size["rule"],
        "n": size.get("n"),
        "error": _percent(size.get("error")),
        "margin": _percent(size.get("margin")),
        "class_column": size.get("column", ""),
        "class_sizes": size.get("sizes", {}),
        "per": (size.get("per") or [""])[0],
        "allocation": allocation["rule"],
        "exponent": allocation.get("exponent", 0.5),
        "minimum": allocation.get("minimum", 2),
        "deviations": allocation.get("deviations", {}),
    }


def _percent(part: float | None) -> float | None:
    return None if part is None else round(part * 100, 8)
