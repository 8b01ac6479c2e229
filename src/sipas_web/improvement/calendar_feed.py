"""What waits for a person as a calendar (RFC 5545), one all-day event at each deadline, with a reminder by the rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Alarm, Calendar, Event

PRODUCT = "-//SIPAS//cho-toi//VI"
KIND = "text/calendar; charset=utf-8"
REFRESH = "PT6H"
MORNING = dt.timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event."""

    key: str
    title: str
    unit: str
    due: dt.date
    url: str  # absolute
    remind: dt.date  # on its morning


def calendar(name: str, entries: Iterable[Entry], now: dt.datetime) -> bytes:
    """Write the calendar."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("x-published-ttl", REFRESH)
    for entry in entries:
        made.add_component(_event(entry, now))
    return bytes(made.to_ical())


def _event(entry: Entry, now: dt.datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@sipas")
    event.add("dtstamp", now)
    event.add("dtstart", entry.due)
    event.add("dtend", entry.due + dt.timedelta(days=1))
    event.add("summary", entry.title)
    event.add("description", entry.unit)
    event.add("url", entry.url)
    event.add("transp", "TRANSPARENT")
    event.add_component(_alarm(entry))
    return event


def _alarm(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", entry.remind - entry.due + MORNING)
    return alarm
