"""What holds identities: the list for the field, and the rows that were not taken. Never in the chain."""

from __future__ import annotations

import io
import os
from pathlib import Path

import polars as pl
import xlsxwriter

from sipas.errors import SipasError
from sipas.rounds.folder import Folder
from sipas.rounds.keys import round_secret
from sipas.rounds.operations import held
from sipas.rounds.settings import load_round
from sipas.rounds.tables_io import read_table
from sipas.sampling.frame import open_sealed
from sipas.sampling.reserve_lists import reserve_list
from sipas.tables import SAMPLE

REJECTED = "rejected"
LIST_COLUMNS = ("list", "role", "order", "case_id", "name", "address", "phone", "email", "dossier_number")


def field_list(root: Path) -> pl.DataFrame:
    """Open the contacts of the sample for those who carry the forms; journalled.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    polars.DataFrame
        ``LIST_COLUMNS``, by reserve list, official cases first, in the order of use.

    Raises
    ------
    SipasError
        ``round.step_not_done`` before the draw; ``round.contacts_dropped`` afterwards; ``round.no_secret``.
    """
    with held(root) as context:
        sample = read_table(context.folder, SAMPLE)
        sealed = context.folder.path("contacts.enc")
        if not sealed.exists():
            raise SipasError("round.contacts_dropped", got="contacts")
        contacts = open_sealed(sealed.read_bytes(), round_secret(context.folder))
        listed = sample.with_columns(reserve_list(sample)).join(contacts, on="unit_id", how="left")
        context.journal.append("contacts_opened", cases=listed.height)
    return listed.sort("list", "role", "order").select(LIST_COLUMNS)


def rejected_rows(root: Path) -> dict[str, pl.DataFrame]:
    """Read the rows and cells that imports did not take.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    dict of str to polars.DataFrame
        By name of the import; only those with rows.
    """
    folder = Folder(root)
    tables = {Path(name).stem: pl.read_parquet(folder.path(name)) for name in folder.matching(f"{REJECTED}/*.parquet")}
    return {name: table for name, table in tables.items() if table.height}


def put_rejected(root: Path, name: str, table: pl.DataFrame) -> str:
    """Write a table of rejected rows for a clerk.

    Parameters
    ----------
    root : Path
        The round's folder.
    name : str
        Name of the import.
    table : polars.DataFrame
        Headers and sentences in the clerk's language.

    Returns
    -------
    str
        Name inside the round; dropped with the contacts.
    """
    target = f"{REJECTED}/{name}.xlsx"
    Folder(root).replace(target, sheet(root, name, table))
    return target


def put_field_list(root: Path, target: Path, table: pl.DataFrame) -> None:
    """Write the list for the field, readable by its owner only.

    Parameters
    ----------
    root : Path
        The round's folder.
    target : Path
        An XLSX file, better outside the round.
    table : polars.DataFrame
        From ``field_list``, with headers in the reader's language.
    """
    content = sheet(root, "field", table)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def sheet(root: Path, name: str, table: pl.DataFrame) -> bytes:
    """Make a workbook of one sheet in which every cell is text or a number, never a formula.

    Parameters
    ----------
    root : Path
        The round, whose document date the file carries.
    name : str
        Name of the sheet.
    table : polars.DataFrame
        Rows.

    Returns
    -------
    bytes
        XLSX, the same for the same rows.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": load_round(root).documents.date})
    page = book.add_worksheet(name[:31])
    page.write_row(0, 0, table.columns, book.add_format({"bold": True, "text_wrap": True, "border": 1}))
    for number, row in enumerate(table.iter_rows(), start=1):
        for column, value in enumerate(row):
            if isinstance(value, int | float):
                page.write_number(number, column, value)
            elif value is not None:
                page.write_string(number, column, str(value))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, table.height, table.width - 1)
    page.set_column(0, table.width - 1, 20)
    book.close()
    return out.getvalue()
