"""Synthetic rounds carried through every step once; each test that changes one works on a copy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sipas import rounds


def simulated(root: Path, edition: str, year: int, previous: str | None = None, load: float = 12.0) -> Path:
    rounds.simulate(root, province="08", year=year, edition=edition, seed=5, mean_load=load, previous=previous)
    text = (root / "round.yaml").read_text(encoding="utf-8")
    (root / "round.yaml").write_text(text.replace("n: 4800", "n: 1900").replace("minimum: 20", "minimum: 8"))
    return root


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of transactions, the later compared with the earlier; gives the folder that holds both."""
    root = tmp_path_factory.mktemp("rounds")
    rounds.run(simulated(root / "r2025", "sipas-2017", 2025), until="disclosure")
    rounds.run(simulated(root / "r2026", "sipas-2017", 2026, "../r2025"))
    return root


@pytest.fixture(scope="session")
def residents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round of residents, commune → village → person."""
    root = simulated(tmp_path_factory.mktemp("residents") / "r2022", "sipas-2022", 2026, load=40)
    rounds.run(root)
    return root


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Callable[[], Path]:
    """Copy both finished rounds; gives the later one."""

    def make() -> Path:
        shutil.copytree(finished, tmp_path / "rounds")
        return tmp_path / "rounds" / "r2026"

    return make
