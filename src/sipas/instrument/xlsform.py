"""An edition as an XLSForm: the workbook that pyxform turns into an ODK form.

Form of the sheets: https://xlsform.org/en/ (survey, choices, settings).
"""

from __future__ import annotations

import datetime
import hashlib
import io
from collections.abc import Iterator

import msgspec
import xlsxwriter

from sipas.instrument.edition import Edition
from sipas.instrument.model import Answered, Option, Question, Section
from sipas.instrument.wording import Language, notice, word

NAMES: dict[Language, str] = {"vi": "Tiếng Việt (vi)", "en": "English (en)"}
LANGUAGES: tuple[Language, ...] = ("vi", "en")
KIND_LIST = "respondent_kind"
# Crockford's base 32, as on every form: sipas.tables.doors, table sample.
CASE_ID = "regex(., '^[0-9A-HJKMNP-TV-Z]{10}$')"
# Property of the workbook; a fixed day keeps the bytes the same.
CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
Row = dict[str, str]


def xlsform(edition: Edition) -> bytes:
    """Make the XLSForm of an edition.

    Every question that is not personal, in Vietnamese and English (Vietnamese where there is no gloss), with the
    case code in front, routing, limits, exclusive answers, "ghi rõ" texts and the notice on recalled wording.
    Answers are named by their stored values; the form's version is the year and a hash of the content.

    Parameters
    ----------
    edition : Edition
        An edition.

    Returns
    -------
    bytes
        An XLSX workbook; the same edition gives the same bytes.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"title": edition.name, "created": CREATED})
        for name, rows in sheets(edition).items():
            sheet = workbook.add_worksheet(name)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            for place, column in enumerate(columns):
                sheet.write_string(0, place, column)
                for line, row in enumerate(rows, start=1):
                    if column in row:
                        sheet.write_string(line, place, row[column])
    return target.getvalue()


def sheets(edition: Edition) -> dict[str, list[Row]]:
    """Make the rows of the three sheets.

    Parameters
    ----------
    edition : Edition
        An edition.

    Returns
    -------
    dict of str to list of dict
        ``survey``, ``choices`` and ``settings``: one mapping of column to text per row.
    """
    return {
        "survey": list(_survey(edition)),
        "choices": list(_choices(edition)),
        "settings": [_settings(edition)],
    }


def _settings(edition: Edition) -> Row:
    content = hashlib.sha256(msgspec.json.encode(edition)).hexdigest()[:8]
    about = notice(edition)
    title = edition.title if about is None else f"{edition.title} ({about.short_vi})"
    return {
        "form_title": title,
        "form_id": edition.name.replace("-", "_"),
        "version": f"{edition.year}-{content}",
        "default_language": NAMES["vi"],
        "instance_name": "concat(${case_id}, ' ', '" + edition.name + "')",
    }


def _survey(edition: Edition) -> Iterator[Row]:
    yield {"type": "start", "name": "start"}
    yield {"type": "end", "name": "end"}
    yield from _opening(edition)
    case = {"type": "text", "name": "case_id", "required": "yes", "constraint": CASE_ID}
    case |= _said("label", "case_id") | _said("hint", "case_id_hint")
    yield case | _said("constraint_message", "case_id_wrong") | _said("required_message", "required")
    if _mixed(edition):
        kind = {"type": f"select_one {KIND_LIST}", "name": "respondent_kind", "required": "yes"}
        yield kind | _said("label", "respondent_kind") | _said("required_message", "required")
    for section in edition.sections:
        yield from _section(edition, section)


def _opening(edition: Edition) -> Iterator[Row]:
    if edition.introduction is not None:
        english = edition.introduction_en or edition.introduction
        yield {"type": "note", "name": "section_introduction"} | _both("label", edition.introduction, english)
    about = notice(edition)
    if about is not None:
        yield {"type": "note", "name": "section_notice"} | _both("label", about.vi, about.en)


def _section(edition: Edition, section: Section) -> Iterator[Row]:
    questions = [question for question in section.questions if not question.personal]
    if not questions:
        return
    head = {"type": "begin_group", "name": f"section_{section.name}", "appearance": "field-list"}
    yield head | _both("label", section.title, section.title_en or section.title)
    if section.note is not None:
        yield {"type": "note", "name": f"section_{section.name}_note"} | _both("label", section.note, section.note)
    for question in questions:
        yield _question(edition, question)
        yield from _specify(edition, question)
    yield {"type": "end_group"}


def _question(edition: Edition, question: Question) -> Row:
    row = {"type": _type(question), "name": question.name}
    row |= _both("label", question.text, question.text_en or question.text)
    if question.required:
        row |= {"required": "yes"} | _said("required_message", "required")
    relevant = _relevant(edition, question)
    if relevant:
        row["relevant"] = relevant
    return row | _constraint(question)


def _type(question: Question) -> str:
    if question.kind == "scale":
        return f"select_one scale_{question.scale}"
    lists = {"single": f"select_one options_{question.name}", "multiple": f"select_multiple options_{question.name}"}
    return lists.get(question.kind, question.kind)


def _mixed(edition: Edition) -> bool:
    return any(len(question.asked_of) == 1 for question in edition.questions() if not question.personal)


def _relevant(edition: Edition, question: Question) -> str:
    parts = [_condition(edition, condition) for condition in question.relevant]
    if len(question.asked_of) == 1:
        parts.append(f"${{respondent_kind}} = '{question.asked_of[0]}'")
    return " and ".join(parts)


def _condition(edition: Edition, condition: Answered) -> str:
    asked = edition.question(condition.question)
    tests = [_answered(asked, value) for value in condition.values]
    return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"


def _answered(question: Question, value: int) -> str:
    here = f"${{{question.name}}}"
    return f"selected({here}, '{value}')" if question.kind == "multiple" else f"{here} = '{value}'"


def _specify(edition: Edition, question: Question) -> Iterator[Row]:
    for option in edition.options(question.name):
        if option.specify:
            row = {"type": "text", "name": f"{question.name}_other", "required": "yes"}
            row["relevant"] = _answered(question, option.value)
            vi = word("specify", "vi", label=question.text)
            en = word("specify", "en", label=question.text_en or question.text)
            yield row | _both("label", vi, en) | _said("required_message", "required")


def _constraint(question: Question) -> Row:
    tests: list[str] = []
    said: dict[Language, list[str]] = {"vi": [], "en": []}
    if question.kind == "integer" and (question.low, question.high) != (None, None):
        tests += [f". >= {question.low}"] * (question.low is not None)
        tests += [f". <= {question.high}"] * (question.high is not None)
        for language in LANGUAGES:
            said[language].append(word("range", language, limits=_limits(question, language)))
    if question.most is not None:
        tests.append(f"count-selected(.) <= {question.most}")
        for language in LANGUAGES:
            said[language].append(word("most", language, most=question.most))
    alone = [option for option in question.options if option.exclusive and question.kind == "multiple"]
    if alone:
        tests += [f"not(selected(., '{option.value}') and count-selected(.) > 1)" for option in alone]
        said["vi"].append(word("exclusive", "vi", labels=_labels(alone, "vi")))
        said["en"].append(word("exclusive", "en", labels=_labels(alone, "en")))
    if not tests:
        return {}
    return {"constraint": " and ".join(tests)} | _both("constraint_message", " ".join(said["vi"]), " ".join(said["en"]))


def _limits(question: Question, language: Language) -> str:
    parts = [] if question.low is None else [word("from", language, low=question.low)]
    return " ".join([*parts, *([] if question.high is None else [word("to", language, high=question.high)])])


def _labels(options: list[Option], language: Language) -> str:
    return ", ".join(option.label if language == "vi" else option.label_en or option.label for option in options)


def _choices(edition: Edition) -> Iterator[Row]:
    asked = [question for question in edition.questions() if not question.personal]
    used = {question.scale for question in asked}
    if _mixed(edition):
        for kind in ("person", "organisation"):
            yield {"list_name": KIND_LIST, "name": kind} | _said("label", kind)
    for scale in edition.scales:
        if scale.name in used:
            yield from (_choice(f"scale_{scale.name}", option) for option in scale.options)
    for question in asked:
        yield from (_choice(f"options_{question.name}", option) for option in question.options)


def _choice(listed: str, option: Option) -> Row:
    return {"list_name": listed, "name": str(option.value)} | _both(
        "label", option.label, option.label_en or option.label
    )


def _said(column: str, name: str) -> Row:
    return _both(column, word(name, "vi"), word(name, "en"))


def _both(column: str, vi: str, en: str) -> Row:
    # "${" would be read as a reference to a question.
    return {
        f"{column}::{NAMES[language]}": text.replace("${", "$ {")
        for language, text in zip(LANGUAGES, (vi, en), strict=True)
    }
