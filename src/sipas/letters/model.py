"""What the reading of a letter holds: every value with its place in the text and a confidence."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

DutyKind = Literal["lead", "coordinate", "monitor", "focal", "assigned"]
Relation = Literal["ge", "gt", "le", "lt", "eq"]
DeadlineKind = Literal["exact", "relative", "periodic"]


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A value that stands somewhere in the text.

    Parameters
    ----------
    start, end : int
        Offsets into ``Letter.text``: what the value was read from is ``text[start:end]``.
    line : int
        Line of ``start``, from 1.
    confidence : float
        0 to 1, a grade and not a probability: 0.95 stands where the form wants it and reads well; 0.8 after mending
        slips of a scan, or found by its words alone; 0.6 inferred from another place; 0.4 a guess.
    """

    start: int
    end: int
    line: int
    confidence: float


class Found(Placed, frozen=True, kw_only=True):
    """A text.

    Parameters
    ----------
    value : str
        On one line, slips of the scan mended where the form says how.
    """

    value: str


class FoundDate(Placed, frozen=True, kw_only=True):
    """A day.

    Parameters
    ----------
    value : datetime.date
        The day.
    """

    value: dt.date


class Citation(Placed, frozen=True, kw_only=True):
    """A document that the letter cites.

    Parameters
    ----------
    role : {'ground', 'body'}
        Among the grounds (căn cứ, thực hiện …) or inside the provisions.
    kind : str
        Code of the kind (``kinds.yaml``).
    reference : str or None
        Number and symbol, ``61/2018/NĐ-CP``; None for a law that is cited by name and day.
    number, symbol : str or None
        The two halves of the reference.
    year : int or None
        Year between them, where it stands.
    date : datetime.date or None
        Day of the document.
    issuer : str or None
        Issuing body as the letter names it, its head's title left off.
    title : str or None
        Name of a law, or what the document is about, as far as the letter says.
    """

    role: Literal["ground", "body"]
    kind: str
    reference: str | None
    number: str | None
    symbol: str | None
    year: int | None
    date: dt.date | None
    issuer: str | None
    title: str | None


class Task(Placed, frozen=True, kw_only=True):
    """A provision: điều, khoản, điểm, or an order outside the numbering.

    Parameters
    ----------
    path : str
        ``1.a``, ``II.1``, ``Đ2.1``; ``¶1`` for an order without a number.
    level : str
        ``part``, ``roman``, ``article``, ``clause``, ``decimal``, ``point`` or ``paragraph``.
    parent : str or None
        Path of the provision above.
    text : str
        Its own text, without the provisions below it.
    bodies : tuple of Found
        The bodies that its own text names.
    """

    path: str
    level: str
    parent: str | None
    text: str
    bodies: tuple[Found, ...] = ()


class Threshold(Placed, frozen=True, kw_only=True):
    """A figure that something reaches or must reach.

    Parameters
    ----------
    task : str or None
        Path of the task; None before the first.
    relation : {'ge', 'gt', 'le', 'lt', 'eq'}
        At least, above, at most, below, exactly (or no word that says).
    value : float
        In ``unit``.
    unit : {'%', 'điểm', 'bậc'}
        Percent, points, places in a ranking.
    indicator : str or None
        What is measured (``vocabulary.yaml``), as far as the sentence says.
    year : int or None
        Year the sentence names.
    """

    task: str | None
    relation: Relation
    value: float
    unit: str
    indicator: str | None
    year: int | None


class Deadline(Placed, frozen=True, kw_only=True):
    """Until when.

    Parameters
    ----------
    task : str or None
        Path of the task.
    kind : {'exact', 'relative', 'periodic'}
        A day, month, quarter or year; a span after something; again and again.
    until : str or None
        For exact: ``2023-03-25``, ``2023-04``, ``2023-Q2`` or ``2023``.
    amount : int or None
        For relative: the count.
    unit : str or None
        For relative: ``hour``, ``day``, ``working_day``, ``week`` or ``month``.
    period : str or None
        For periodic: ``day``, ``week``, ``month``, ``quarter``, ``half_year``, ``nine_months``, ``year`` or
        ``unstated``.
    day : int or None
        For periodic: day of the month, where it stands.
    """

    task: str | None
    kind: DeadlineKind
    until: str | None = None
    amount: int | None = None
    unit: str | None = None
    period: str | None = None
    day: int | None = None


class Duty(Placed, frozen=True, kw_only=True):
    """What a unit has to do with a task.

    Parameters
    ----------
    task : str or None
        Path of the task.
    kind : {'lead', 'coordinate', 'monitor', 'focal', 'assigned'}
        Chủ trì; phối hợp; theo dõi, giám sát, đôn đốc; đầu mối; giao without one of these.
    unit : str
        As the letter names it, its head's title left off.
    """

    task: str | None
    kind: DutyKind
    unit: str


class Report(Placed, frozen=True, kw_only=True):
    """A reporting channel.

    Parameters
    ----------
    task : str or None
        Path of the task.
    to : str
        Who gets it.
    through : str or None
        The unit that passes it on.
    """

    task: str | None
    to: str
    through: str | None


class Signer(Placed, frozen=True, kw_only=True):
    """Ô số 7a to 7c of the form.

    Parameters
    ----------
    name : str or None
        The person.
    position : str or None
        Their own position.
    capacity : tuple of str
        ``TM``, ``KT``, ``TL``, ``TUQ``, ``Q`` in the order of the letter.
    signs_for : str or None
        Body or position after TM., KT., TL., TUQ. (the last of KT. and TL. before TM.).
    """

    name: str | None
    position: str | None
    capacity: tuple[str, ...] = ()
    signs_for: str | None = None


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """The structure of an official letter.

    Parameters
    ----------
    text : str
        NFC; all offsets count in it.
    form : {'ND30', 'TT01', 'unknown'}
        Form by the letter's date: NĐ 30/2020 is in force from 5/3/2020.
    is_retelling : bool
        News about a letter, not the letter.
    kind, parent, issuer, number, symbol, place, date, urgency, subject : Found or FoundDate or None
        Ô số 2 to 5b and 10b of the form.
    addressees, recipients : tuple of Found
        Ô số 9a, 9b.
    citations, tasks, thresholds, deadlines, duties, reports : tuple
        Ô số 6, in order of the text.
    signer : Signer or None
        Ô số 7a to 7c.
    missing : tuple of str
        Names of the fields above that a letter of this kind has and that were not found.
    """

    text: str
    form: Literal["ND30", "TT01", "unknown"]
    is_retelling: bool
    kind: Found | None = None
    parent: Found | None = None
    issuer: Found | None = None
    number: Found | None = None
    symbol: Found | None = None
    place: Found | None = None
    date: FoundDate | None = None
    urgency: Found | None = None
    subject: Found | None = None
    addressees: tuple[Found, ...] = ()
    citations: tuple[Citation, ...] = ()
    tasks: tuple[Task, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    duties: tuple[Duty, ...] = ()
    reports: tuple[Report, ...] = ()
    recipients: tuple[Found, ...] = ()
    signer: Signer | None = None
    missing: tuple[str, ...] = ()

    @property
    def grounds(self) -> tuple[Citation, ...]:
        """The documents cited as grounds (căn cứ)."""
        return tuple(c for c in self.citations if c.role == "ground")
