"""The example of the how-to is a good edition and does what the page says."""

import re
from pathlib import Path

from sipas.instrument import check, comparable_items, load

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "tao-phieu-rieng.md"


def test_the_example_is_good(written) -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL).group(1)
    path = written(example, name="tinh.yaml")
    assert check(path) == []
    edition = load(path)
    assert edition.name == "tuyen-quang-2026"
    assert len(edition.items()) == 23
    assert "online_easy" in {node.question for node in edition.index.children[0].children}
    assert len(comparable_items(load("sipas-2017"), edition)) == 21
