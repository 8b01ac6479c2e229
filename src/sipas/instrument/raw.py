"""Finding one's way in the raw data of an edition file, whose shape is not yet checked."""

from __future__ import annotations

import re

Raw = dict[str, object]


def mappings(raw: object) -> list[Raw]:
    """Give the mappings of a list.

    Parameters
    ----------
    raw : object
        A list, or anything else.

    Returns
    -------
    list of dict
        Empty where ``raw`` is no list.
    """
    return [value for value in raw if isinstance(value, dict)] if isinstance(raw, list) else []


def questions_of(data: Raw) -> list[Raw]:
    """Give every raw question.

    Parameters
    ----------
    data : dict
        Raw edition.

    Returns
    -------
    list of dict
        In the order of the form.
    """
    return [question for part in mappings(data.get("sections")) for question in mappings(part.get("questions"))]


def branches(root: object) -> list[Raw]:
    """Give every raw node of the index tree, leaves too.

    Parameters
    ----------
    root : object
        The raw root.

    Returns
    -------
    list of dict
        Parents before children.
    """
    found = mappings([root])
    for node in found:  # grows while it is walked: breadth first
        found += mappings(node.get("children"))
    return found


def within(data: Raw, kind: str, name: object) -> Raw | None:
    """Find a raw element by its name.

    Parameters
    ----------
    data : dict
        Raw edition.
    kind : str
        question, section or node.
    name : object
        Its name; for a leaf also the name of its question.

    Returns
    -------
    dict or None
        The first of that name.
    """
    places = {
        "question": questions_of(data),
        "section": mappings(data.get("sections")),
        "node": branches(data.get("index")),
    }
    named = (element for element in places[kind] if element.get("name", element.get("question")) == name)
    return next(named, None)


def follow(data: object, path: str) -> object:
    """Follow a path.

    Parameters
    ----------
    data : object
        Raw data.
    path : str
        As ``sections[2].questions[0]``.

    Returns
    -------
    object
        What stands there; None where the path leads nowhere.
    """
    here = data
    for name, place in re.findall(r"([^.\[\]]+)|\[(\d+)\]", path):
        if name:
            here = here.get(name) if isinstance(here, dict) else None
        else:
            here = here[int(place)] if isinstance(here, list) and int(place) < len(here) else None
    return here


def fill_leaves(data: Raw) -> None:
    """Give leaves written as ``{question: name}`` their name, title, status and source from the question.

    Parameters
    ----------
    data : dict
        Raw edition; changed in place. What is not there stays missing for the checks to find.
    """
    # Names may be anything in an unchecked file, a list too: repr is always a key.
    questions = {repr(question["name"]): question for question in questions_of(data) if "name" in question}
    for node in branches(data.get("index")):
        question = questions.get(repr(node.get("question")))
        if question is None:
            continue
        node.setdefault("level", "item")
        for field, origin in LEAF_FIELDS.items():
            if origin in question:
                node.setdefault(field, question[origin])


LEAF_FIELDS = {"name": "name", "title": "text", "title_en": "text_en", "status": "status", "source": "source"}
