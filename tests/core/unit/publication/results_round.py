"""Results of a made-up round as the estimation hands them over: agencies, levels, every item and node."""

import polars as pl

from sipas.instrument import load
from sipas.tables import ESTIMATES, INDEX

EDITION = load("sipas-2017")
SIZES = {
    "Sở Tư pháp": 40,
    "Sở Xây dựng": 35,
    "UBND xã Đông": 4,
    "UBND xã Tây": 22,
    "UBND xã Nam": 60,
    "UBND xã Bắc": 31,
}
LEVELS = {name: "province" if name.startswith("Sở") else "commune" for name in SIZES}
DOMAINS = pl.DataFrame({"agency": list(SIZES), "agency_level": list(LEVELS.values())})
SHARE = {name: 0.70 + 0.04 * place for place, name in enumerate(SIZES)}


def cells(sizes: dict[str, int], rest: int = 0) -> list[tuple[str, str, int, float]]:
    """Sizes per domain; ``rest`` cases of the province's level are of no named agency."""
    levels = sorted(set(LEVELS.values()))
    made = [("all", "", rest + sum(sizes.values()), 0.8)]
    for level in levels:
        named = sum(n for agency, n in sizes.items() if LEVELS[agency] == level)
        made.append(("agency_level", level, named + (rest if level == "province" else 0), 0.8))
    return made + [("agency", name, n, SHARE[name]) for name, n in sizes.items()]


def estimates(
    sizes: dict[str, int] = SIZES, few: dict[tuple[str, str], int] | None = None, rest: int = 0
) -> pl.DataFrame:
    rows = []
    for kind, domain, n, share in cells(sizes, rest):
        for question in EDITION.items():
            size = (few or {}).get((domain, question.name), n)
            rows.append([kind, domain, question.name, "top_box", None, size, 50.0 * size, share,
                         0.03, share - 0.06, share + 0.06, float(n - 1), 1.1, 0])  # fmt: skip
        for category, part in ((1, 0.02), (2, 0.98)):
            rows.append([kind, domain, "extra_money", "share", category, n, 50.0 * n, part,
                         0.01, 0.0, 1.0, float(n - 1), 1.0, 0])  # fmt: skip
    return pl.DataFrame(rows, schema=ESTIMATES.empty().schema, orient="row")


def index(sizes: dict[str, int] = SIZES, few: dict[tuple[str, str], int] | None = None, rest: int = 0) -> pl.DataFrame:
    rows = []
    ranks = {name: place + 1 for place, name in enumerate(sorted(SHARE, key=lambda name: -SHARE[name]))}
    for kind, domain, n, share in cells(sizes, rest):
        for node, parent in EDITION.nodes():
            size = (few or {}).get((domain, node.question or ""), n)
            ranked = kind == "agency"
            rows.append({
                "domain_kind": kind, "domain": domain, "node": node.name, "parent": parent, "level": node.level,
                "rule": node.rule or "top_box", "n": size, "answers": answers(node, domain, n, few),
                "percent": 100 * share, "se": 3.0, "low": 100 * share - 6, "high": 100 * share + 6, "df": n - 1.0,
                "rank": ranks[domain] if ranked else None, "ranked": 6 if ranked else None,
                "rank_low": max(1, ranks[domain] - 1) if ranked else None,
                "rank_high": min(6, ranks[domain] + 1) if ranked else None,
                "previous": 70.0, "change": 100 * share - 70, "change_se": 4.0, "change_low": -1.0,
                "change_high": 9.0, "previous_rank": 7 - ranks[domain] if ranked else None,
            })  # fmt: skip
    return pl.DataFrame(rows, schema=INDEX.empty().schema)


def answers(node, domain: str, n: int, few: dict[tuple[str, str], int] | None) -> int:
    if node.question:
        return (few or {}).get((domain, node.question), n)
    return sum(answers(child, domain, n, few) for child in node.children)
