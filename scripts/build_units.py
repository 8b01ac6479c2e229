"""Make the register of administrative units from the MIT package vietnamadminunits and the listed corrections.

Run: ``python scripts/build_units.py [FOLDER]`` with the dependency group ``build`` installed. Writes
``units.parquet`` and ``lineage.parquet`` into the folder, else beside ``corrections.yaml``; prints what was
corrected. Same input, same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from sipas.geography.names import name_key, spelling_key
from sipas.geography.register import LINEAGE_SCHEMA
from sipas.tables import UNITS

DATA = Path(__file__).parents[1] / "src" / "sipas" / "geography" / "data"
ONE_DAY = dt.timedelta(days=1)
LEVELS = ("province", "district", "commune")
Row = dict[str, Any]


class Build:
    """The rows of both tables while they are made."""

    def __init__(self) -> None:
        self.fix: Row = yaml.safe_load((DATA / "corrections.yaml").read_text(encoding="utf-8"))
        self.units: list[Row] = []
        self.lineage: list[Row] = []
        self.notes: list[str] = []

    def add(self, level: str, code: str, full_name: str, **rest: Any) -> None:
        """Add a unit; its kind stands before its name."""
        kind = next(k for k in self.fix["kinds"] if full_name.lower().startswith(f"{k} "))
        written, name = full_name[: len(kind)], full_name[len(kind) + 1 :]
        if written != kind.capitalize():
            self.notes.append(f"kind of {full_name} ({code}) is {kind}")
        assert unicodedata.is_normalized("NFC", name), name
        row = dict.fromkeys(c.name for c in UNITS.columns) | {
            "code": code, "level": level, "kind": kind, "name": name, "unit_class": self.fix["classes"].get(code),
        }  # fmt: skip
        self.units.append(row | rest)

    def state(self, code: str, day: dt.date) -> Row:
        """Give the unit that bears a code on a day."""
        return next(
            u for u in self.units
            if u["code"] == code and u["valid_from"] <= day and (u["valid_to"] is None or day <= u["valid_to"])
        )  # fmt: skip

    def link(self, old: Row, new: Row, extent: str, act: str | None) -> None:
        """Add a step of the lineage."""
        self.lineage.append({
            "code": old["code"], "valid_from": old["valid_from"],
            "successor_code": new["code"], "successor_valid_from": new["valid_from"],
            "extent": extent, "share": 1.0 if extent == "whole" else None, "on": new["valid_from"], "legal_act": act,
        })  # fmt: skip

    def restate(self, unit: Row, day: dt.date, **changes: Any) -> Row:
        """End a unit's state the day before and open the next."""
        after = unit | {"valid_from": day} | changes
        unit["valid_to"] = day - ONE_DAY
        self.units.append(after)
        self.link(unit, after, "whole", changes["legal_act"])
        return after


def read_package() -> tuple[list[Row], list[Row], Row]:
    folder = files("vietnamadminunits") / "data"
    with sqlite3.connect(str(folder / "dataset.db")) as database:
        database.row_factory = sqlite3.Row
        old = [dict(r) for r in database.execute("select * from admin_units_legacy")]
        new = [dict(r) for r in database.execute("select * from admin_units")]
    return old, new, json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))


def add_provinces(build: Build, old: list[Row], new: list[Row]) -> None:
    fix = build.fix
    merged = {code for codes in fix["mergers"].values() for code in codes}
    for code, name in sorted({(r["provinceCode"], r["province"]) for r in old}):
        end = fix["register_day"] if code in merged else None
        build.add("province", code, name, valid_from=fix["first_day"], valid_to=end)
    huế = next(r for r in fix["restated"] if "before" in r)
    unit = build.state(huế["code"], fix["first_day"])
    name = unit["name"]
    unit |= huế["before"]
    build.restate(unit, huế["day"], kind=huế["kind"], name=name, legal_act=huế["act"])
    for code, name in sorted({(r["provinceCode"], r["province"]) for r in new}):
        if code not in fix["mergers"]:
            continue
        build.add("province", code, name, valid_from=fix["merger_day"], legal_act=fix["merger_act"])
        for before in fix["mergers"][code]:
            build.link(build.state(before, fix["register_day"]), build.units[-1], "whole", fix["merger_act"])
    for change in fix["restated"]:
        if "before" not in change:
            unit = build.state(change["code"], change["day"])
            build.restate(unit, change["day"], kind=change["kind"], legal_act=change["act"])
        build.notes.append(f"{unit['name']}: {change['kind']} from {change['day']} ({change['act']})")


def add_old(build: Build, old: list[Row]) -> None:
    fix = build.fix
    until = {"valid_from": fix["first_day"], "valid_to": fix["register_day"]}
    for code, name, above in sorted({(r["districtCode"], r["district"], r["provinceCode"]) for r in old}):
        parent = build.state(above, fix["register_day"])
        build.add("district", code, name, parent_code=above, parent_valid_from=parent["valid_from"], **until)
    renamed = {r["code"]: r for r in fix["names"] if r["old"]}
    for row in sorted(old, key=lambda r: r["wardCode"] or ""):
        if row["wardCode"] is None:
            assert row["districtCode"] in fix["districts_without_communes"], row
            build.notes.append(f"no commune in {row['district']}: nameless row left out")
            continue
        above = row["districtCode"]
        build.add(
            "commune", row["wardCode"], row["ward"], parent_code=above, parent_valid_from=fix["first_day"], **until
        )
        if change := renamed.get(row["wardCode"]):
            assert build.units[-1]["name"] == change["from"], change
            build.units[-1]["name"] = change["to"]
            build.notes.append(f"{change['from']} ({change['code']}) is {change['to']}")


def add_new(build: Build, new: list[Row]) -> None:
    fix = build.fix
    for row in sorted(new, key=lambda r: r["wardCode"]):
        above = row["provinceCode"]
        act = f"Nghị quyết {fix['commune_acts'][above]}/NQ-UBTVQH15"
        parent = build.state(above, fix["merger_day"])["valid_from"]
        start = {"valid_from": fix["merger_day"], "legal_act": act}
        build.add("commune", row["wardCode"], row["ward"], parent_code=above, parent_valid_from=parent, **start)


def raise_wards(build: Build) -> None:
    for change in build.fix["raised_to_wards"]:
        found = [
            u for u in build.units
            if u["name"] in change["names"] and u["kind"] == "xã" and u["parent_code"] == change["province"]
            and u["valid_from"] == build.fix["merger_day"]
        ]  # fmt: skip
        assert len(found) == len(change["names"]), change
        for unit in found:
            after = build.restate(
                unit, change["day"], kind="phường", legal_act=change["act"], parent_valid_from=change["day"]
            )
            build.notes.append(f"{unit['name']} ({unit['code']}): phường from {after['valid_from']} ({change['act']})")


def package_pairs(old: list[Row], new: list[Row], converter: Row) -> dict[str, list[str]]:
    """Give old code (of a district where it had no communes) → new codes, as the package has it."""
    old_codes = {
        f"{r['provinceKey']}_{r['districtKey']}_{r['wardKey'] or ''}": r["wardCode"] or r["districtCode"] for r in old
    }
    new_codes = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in new}
    pairs: dict[str, list[str]] = defaultdict(list)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, befores in wards.items():
            for before in befores:
                pairs[old_codes[before]].append(new_codes[province, ward])
    for province, wards in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for before, parts in wards.items():
            pairs[old_codes[before]] += [new_codes[province, part["newWardKey"]] for part in parts]
    return pairs


def correct_pairs(build: Build, pairs: dict[str, list[str]]) -> None:
    for wrong in build.fix["false_successors"]:
        pairs[wrong["old"]].remove(wrong["new"])
        build.notes.append(f"not a successor: {wrong['names']} ({wrong['why']})")
    for more in build.fix["missing_successors"]:
        pairs[more["old"]].append(more["new"])
        build.notes.append(f"successor added: {more['names']} ({more['why']})")
    for doubt in build.fix["open"]:
        assert (doubt["new"] in pairs[doubt["old"]]) is doubt["kept"], doubt
    assert all(pairs.values())


def link_communes(build: Build, pairs: dict[str, list[str]]) -> None:
    old = {u["code"]: u for u in build.units if u["valid_to"] == build.fix["register_day"]}
    new = {u["code"]: u for u in build.units if u["level"] == "commune" and u["valid_from"] == build.fix["merger_day"]}
    by_district: dict[str, set[str]] = defaultdict(set)
    for code, nexts in sorted(pairs.items()):
        unit = old[code]
        by_district[code if unit["level"] == "district" else unit["parent_code"]] |= set(nexts)
        if unit["level"] == "commune":
            for after in sorted(nexts):
                build.link(unit, new[after], "whole" if len(nexts) == 1 else "part", new[after]["legal_act"])
    for code, afters in sorted(by_district.items()):
        for after in sorted(afters):
            build.link(old[code], new[after], "whole" if len(afters) == 1 else "part", new[after]["legal_act"])


def add_regions(build: Build) -> None:
    """Give a province the region of its first day, a lower unit that of its province."""
    schemes = yaml.safe_load((DATA / "regions.yaml").read_text(encoding="utf-8"))
    for unit in build.units:
        scheme = next(s for s in reversed(schemes) if s["from"] <= unit["valid_from"])
        top = unit
        while top["parent_code"] is not None:
            top = build.state(top["parent_code"], unit["valid_to"] or unit["valid_from"])
        unit["region"] = next(name for name, codes in scheme["regions"].items() if top["code"] in codes)


def write(build: Build, folder: Path) -> None:
    schema = {c.name: c.dtype for c in UNITS.columns}
    units = pl.DataFrame(build.units, schema=schema, orient="row")
    units = UNITS.check(units).sort(
        pl.col("level").replace_strict({name: i for i, name in enumerate(LEVELS)}), "code", "valid_from"
    )
    keys = units["name"].to_list()
    units = units.with_columns(
        name_key=pl.Series([name_key(n) for n in keys]), spelling_key=pl.Series([spelling_key(n) for n in keys])
    )
    units.write_parquet(folder / "units.parquet", compression="zstd", compression_level=19)
    lineage = pl.DataFrame(build.lineage, schema=LINEAGE_SCHEMA, orient="row").sort(
        "on", "code", "successor_code", "extent"
    )
    lineage.write_parquet(folder / "lineage.parquet", compression="zstd", compression_level=19)
    print(units.group_by("level").len().sort("level"), lineage.group_by("extent").len().sort("extent"))


def main() -> int:
    build = Build()
    old, new, converter = read_package()
    add_provinces(build, old, new)
    add_old(build, old)
    add_new(build, new)
    pairs = package_pairs(old, new, converter)
    correct_pairs(build, pairs)
    link_communes(build, pairs)
    raise_wards(build)
    add_regions(build)
    write(build, Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
    print("\n".join(build.notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
