"""The XPath of the field form decides as the edition says.

The expressions in the XForm that pyxform makes are evaluated by libxml2 on generated answers and compared with a
plain reading of the edition in Python.
"""

import copy
import io
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pyxform.xls2xform import convert

from sipas.instrument import Answered, Edition, Node, Option, Question, Section, Validity, xlsform
from sipas.instrument.model import Scale

XF = "{http://www.w3.org/2002/xforms}"
MARK = {"status": "copy", "source": "s"}


def question(name: str, kind: str, **fields: object) -> Question:
    return Question(name=name, kind=kind, role="fact", text=name, short_label=name, **MARK, **fields)


OPTIONS = tuple(Option(value=v, label=f"L{v}", exclusive=v == 9, specify=v == 8) for v in (1, 2, 8, 9))
LEVELS = tuple(Option(value=v, label=str(v)) for v in range(1, 6))
EDITION = Edition(
    name="thu", year=2026, title="T", population="transactions", series="s", method="m", minimum_cell=1, **MARK,
    scales=(Scale(name="nam", options=LEVELS, top_box=(4, 5), **MARK),),
    sections=(Section(name="a", title="A", questions=(
        question("one", "single", options=tuple(Option(value=v, label=str(v)) for v in (1, 2, 3))),
        question("many", "multiple", options=OPTIONS, most=2),
        question("number", "integer", low=2, high=7),
        question("rated", "scale", scale="nam"),
        question("after_one", "text", relevant=(Answered(question="one", values=(1, 3)),)),
        question("after_many", "text", relevant=(Answered(question="many", values=(2, 9)),)),
        question("after_both", "text", asked_of=("organisation",), relevant=(
            Answered(question="many", values=(1,)), Answered(question="rated", values=(1, 2)))),
    )),),
    index=Node(name="index", level="index", title="I", rule="pooled_answers", **MARK),
    validity=Validity(least_items_share=0.5, **MARK),
)  # fmt: skip
ANSWERS = st.fixed_dictionaries({
    "respondent_kind": st.sampled_from(["person", "organisation"]),
    "one": st.sampled_from(["", "1", "2", "3"]),
    "many": st.sets(st.sampled_from(["1", "2", "8", "9"])).map(lambda ticks: " ".join(sorted(ticks))),
    "number": st.integers(-3, 12).map(str),
    "rated": st.sampled_from(["", "1", "2", "3", "4", "5"]),
})  # fmt: skip


@cache
def form() -> tuple[dict[str, dict[str, str]], etree._Element]:
    made = convert(io.BytesIO(xlsform(EDITION)), validate=False, file_type=".xlsx")
    root = etree.fromstring(made.xform.encode())
    binds = {bind.get("nodeset"): dict(bind.attrib) for bind in root.iter(f"{XF}bind")}
    return binds, plain(next(root.iter(f"{XF}instance"))[0])


def plain(node: etree._Element) -> etree._Element:
    """Copy the instance without namespaces, so that the form's paths find its nodes."""
    bare = etree.Element(etree.QName(node).localname)
    bare.extend(plain(child) for child in node)
    return bare


def text_of(value: object) -> str:
    return "".join(node.text or "" for node in value) if isinstance(value, list) else str(value)


FUNCTIONS = {
    (None, "selected"): lambda _, ticks, value: value in text_of(ticks).split(),
    (None, "count-selected"): lambda _, ticks: float(len(text_of(ticks).split())),
}


def decides(answers: dict[str, str], name: str, what: str) -> bool:
    binds, instance = form()
    path = next(path for path in binds if path.rsplit("/", 1)[1] == name)
    expression = binds[path].get(what)
    if expression is None:
        return True
    root = copy.deepcopy(instance)
    for node in root.iter():
        if node.tag in answers:
            node.text = answers[node.tag]
    (here,) = etree.ElementTree(root).xpath(path)
    return bool(here.xpath(f"boolean({expression})", extensions=FUNCTIONS))


def asked(edition: Edition, name: str, answers: dict[str, str]) -> bool:
    one = edition.question(name)
    if answers["respondent_kind"] not in one.asked_of:
        return False
    for condition in one.relevant:
        if not {str(v) for v in condition.values} & set(answers[condition.question].split()):
            return False
    return True


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS)
def test_routing(answers) -> None:
    for one in EDITION.questions():
        assert decides(answers, one.name, "relevant") == asked(EDITION, one.name, answers)
    assert decides(answers, "many_other", "relevant") == ("8" in answers["many"].split())


@settings(max_examples=200, deadline=None)
@given(answers=ANSWERS)
def test_limits(answers) -> None:
    ticks = answers["many"].split()
    assert decides(answers, "many", "constraint") == (len(ticks) <= 2 and not ("9" in ticks and len(ticks) > 1))
    assert decides(answers, "number", "constraint") == (2 <= int(answers["number"]) <= 7)
    assert decides(answers, "one", "constraint")
