"""A province's own edition: what it takes over, leaves out, rewords and adds.

Works on the raw data of the files, so that the result is checked as a whole like any edition; remembers which
element came from where, so that a fault names the node of the file the author wrote.
"""

from __future__ import annotations

import copy
from typing import Any

import msgspec

from sipas.errors import SipasError
from sipas.instrument.model import Status
from sipas.instrument.raw import Raw, branches, follow, mappings, questions_of, within
from sipas.instrument.structure import Shape
from sipas.instrument.trees import at
from sipas.tables.typed import convert

OPERATIONS = ("carried", "remove", "reword", "add")
OWN = ("name", "title", "source")  # what a derived edition must say of itself
WHOLE = ("scales", "sections", "index")  # changed by operations, never replaced unseen
STRENGTH = ("recalled", "copy", "official")


class Carried(msgspec.Struct, forbid_unknown_fields=True):
    """How everything taken over is marked; a mark only ever becomes weaker."""

    status: Status
    source: str


class AddedQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """A question for a section, after another of its questions; ``into`` puts an item under an index node."""

    section: str
    question: Any
    after: str | None = None
    into: str | None = None


class AddedSection(msgspec.Struct, forbid_unknown_fields=True):
    """A section, after another one or at the end."""

    section: Any
    after: str | None = None


class AddedNode(msgspec.Struct, forbid_unknown_fields=True):
    """A node of the index tree, under another."""

    into: str
    node: Any


class Added(msgspec.Struct, forbid_unknown_fields=True):
    """What is new."""

    scales: tuple[Any, ...] = ()
    sections: tuple[AddedSection, ...] = ()
    questions: tuple[AddedQuestion, ...] = ()
    nodes: tuple[AddedNode, ...] = ()


class Operations(msgspec.Struct, forbid_unknown_fields=True):
    """The part of a derived edition's file that changes the edition it extends."""

    carried: Carried | None = None
    remove: tuple[str, ...] = ()
    reword: tuple[Any, ...] = ()
    add: Added = msgspec.field(default_factory=Added)


class Derivation:
    """Applies a derived file to the edition it extends.

    Parameters
    ----------
    base : dict
        Raw data of the extended edition, itself complete.
    own : dict
        Raw data of the derived file.
    """

    def __init__(self, base: Raw, own: Raw) -> None:
        self.data: Raw = copy.deepcopy(base)
        self.own = own
        self.faults: list[SipasError] = []
        self.origins: dict[int, str] = {}  # id of a raw element -> its path in the derived file

    def apply(self) -> Raw:
        """Carry out the derivation.

        Returns
        -------
        dict
            Raw data of the whole derived edition; what could not be done stands in ``faults``.
        """
        shape = Shape(Operations)
        given = {name: self.own[name] for name in OPERATIONS if name in self.own}
        operations = convert(shape.mend(given), Operations, strict=True)
        self.faults += shape.faults
        if operations.carried is not None:
            _mark(self.data, operations.carried)
        for place, name in enumerate(operations.remove):
            self._remove(name, f"remove[{place}]")
        for place, change in enumerate(operations.reword):
            self._reword(change, f"reword[{place}]")
        self._add(operations.add)
        self._head()
        return self.data

    def _head(self) -> None:
        for name in OWN:
            if name not in self.own:
                self._fault("", SipasError("instrument.field_missing", expected=name))
        for name in WHOLE:
            if name in self.own:
                self._fault(name, SipasError("instrument.derive_whole", expected=list(OPERATIONS), got=name))
        taken = {*OPERATIONS, *WHOLE}
        self.data |= {name: value for name, value in self.own.items() if name not in taken}

    def _fault(self, path: str, error: SipasError) -> None:
        self.faults.append(at(path, error))

    def _remove(self, name: str, path: str) -> None:
        questions = {name}
        sections = mappings(self.data.get("sections"))
        kept = [part for part in sections if part.get("name") != name]
        for part in sections:
            if part.get("name") == name:
                questions |= {str(question.get("name")) for question in mappings(part.get("questions"))}
        self.data["sections"] = kept
        found = len(kept) < len(sections)
        for part in kept:
            old = mappings(part.get("questions"))
            part["questions"] = [question for question in old if question.get("name") != name]
            found |= len(mappings(part["questions"])) < len(old)
        for node in branches(self.data.get("index")):
            old = mappings(node.get("children"))
            new = [n for n in old if n.get("name") != name and n.get("question") not in questions]
            if len(new) < len(old):
                node["children"], found = new, True
        if not found:
            self._fault(path, SipasError("instrument.derive_unknown", "remove", got=name))

    def _reword(self, change: object, path: str) -> None:
        kinds = [k for k in ("question", "section", "node") if isinstance(change, dict) and k in change]
        if not isinstance(change, dict) or len(kinds) != 1:
            expected = ["question", "section", "node"]
            self._fault(path, SipasError("instrument.derive_reword", expected=expected))
            return
        target = within(self.data, kinds[0], change[kinds[0]])
        if target is None:
            wrong = SipasError("instrument.derive_unknown", kinds[0], got=change[kinds[0]])
            self._fault(f"{path}.{kinds[0]}", wrong)
            return
        for field in ("status", "source"):
            if kinds[0] != "section" and field not in change:
                self._fault(path, SipasError("instrument.derive_status", expected=field, got=change[kinds[0]]))
        target |= {name: value for name, value in change.items() if name != kinds[0]}
        self.origins[id(target)] = path
        if kinds[0] == "question":
            self._refill(target)

    def _refill(self, question: Raw) -> None:
        """Give the leaf of a reworded question its new wording."""
        for node in branches(self.data.get("index")):
            if node.get("question") == question.get("name"):
                for field in ("title", "title_en", "status", "source"):
                    node.pop(field, None)

    def _add(self, added: Added) -> None:
        for place, scale in enumerate(added.scales):
            self._insert(self.data, "scales", scale, None, f"add.scales[{place}]")
        for place, part in enumerate(added.sections):
            path = f"add.sections[{place}]"
            self._insert(self.data, "sections", part.section, part.after, path, "section")
        for place, new in enumerate(added.nodes):
            self._child(new.into, new.node, f"add.nodes[{place}].into", f"add.nodes[{place}].node")
        for place, entry in enumerate(added.questions):
            path = f"add.questions[{place}]"
            section = within(self.data, "section", entry.section)
            if section is None:
                wrong = SipasError("instrument.derive_unknown", "section", got=entry.section)
                self._fault(f"{path}.section", wrong)
                continue
            self._insert(section, "questions", entry.question, entry.after, path, "question")
            if entry.into is not None and isinstance(entry.question, dict):
                self._child(entry.into, {"question": entry.question.get("name")}, f"{path}.into")

    def _insert(self, home: Raw, field: str, new: object, after: str | None, path: str, inner: str = "") -> None:
        held = home.get(field)
        present = list(held) if isinstance(held, list) else []
        place = len(present)
        if after is not None:
            names = [entry.get("name") if isinstance(entry, dict) else None for entry in present]
            if after not in names:
                self._fault(f"{path}.after", SipasError("instrument.derive_unknown", "after", got=after))
            else:
                place = names.index(after) + 1
        present.insert(place, new)
        home[field] = present
        if isinstance(new, dict):
            self.origins[id(new)] = f"{path}.{inner}" if inner else path

    def _child(self, into: str, node: object, path: str, origin: str | None = None) -> None:
        parent = within(self.data, "node", into)
        if parent is None or "question" in parent:
            self._fault(path, SipasError("instrument.derive_unknown", "into", got=into))
            return
        self._insert(parent, "children", node, None, origin or path)

    def written(self, path: str) -> str | None:
        """Translate a path of the derived edition to the path in the derived file.

        Parameters
        ----------
        path : str
            As ``sections[7].questions[6].scale``.

        Returns
        -------
        str or None
            As ``add.questions[0].question.scale``; None where the node was taken over from the base.
        """
        above = path
        while above:
            element = follow(self.data, above)
            if id(element) in self.origins:
                return self.origins[id(element)] + path[len(above) :]
            above = above[: max(above.rfind("."), above.rfind("["), 0)]
        top = path.split(".")[0].split("[")[0]
        return path if top in self.own else None


def _mark(data: Raw, carried: Carried) -> None:
    """Mark everything taken over as ``carried`` says, where that is weaker."""
    marked: list[Raw] = [data, *mappings(data.get("scales")), *questions_of(data), *branches(data.get("index"))]
    marked += mappings([data.get("validity")])
    marked += [option for element in list(marked) for option in mappings(element.get("options"))]
    for element in marked:
        for status, source in (("status", "source"), ("rule_status", "rule_source")):
            old = element.get(status)
            if old in STRENGTH and STRENGTH.index(carried.status) < STRENGTH.index(str(old)):
                element[status] = carried.status
                before = element.get(source)
                element[source] = carried.source if before is None else f"{carried.source} · {before}"
