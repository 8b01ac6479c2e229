"""The certificate of publication: which bytes were published, by which program, on which day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version
from typing import Any

from sipas.errors import Place, SipasError

FORM = "sipas-publication-1"


def publication_certificate(
    files: Mapping[str, bytes], *, made_on: date, edition: str, minimum: int, simulated: bool
) -> dict[str, Any]:
    """Make the certificate of published files.

    Parameters
    ----------
    files : mapping of str to bytes
        Name (with ``/`` between folders) to content.
    made_on : datetime.date
        Day of publication.
    edition : str
        Name of the edition.
    minimum : int
        Least number of answers behind a shown cell.
    simulated : bool
        Whether the data are simulated.

    Returns
    -------
    dict
        ``form``, ``program``, ``version``, ``date``, ``edition``, ``minimum_cell``, ``simulated``,
        ``data_status``, ``files`` (name, bytes, sha256; by name) and ``sha256`` over the lines
        ``<sha256>  <name>`` + LF of all files.
    """
    listed = [
        {"name": name, "bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
    ]
    lines = "".join(f"{entry['sha256']}  {entry['name']}\n" for entry in listed)
    return {
        "form": FORM,
        "program": "sipas",
        "version": version("sipas"),
        "date": made_on.isoformat(),
        "edition": edition,
        "minimum_cell": minimum,
        "simulated": simulated,
        "data_status": "mô phỏng" if simulated else "khảo sát",
        "files": listed,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def certificate_bytes(certificate: Mapping[str, Any]) -> bytes:
    """Write a certificate as JSON.

    Parameters
    ----------
    certificate : mapping
        As from `publication_certificate`.

    Returns
    -------
    bytes
        UTF-8, two spaces, keys as given, LF at the end.
    """
    return (json.dumps(certificate, ensure_ascii=False, indent=2) + "\n").encode()


def verify_publication(files: Mapping[str, bytes], certificate: Mapping[str, Any]) -> tuple[SipasError, ...]:
    """Compare files with their certificate.

    Parameters
    ----------
    files : mapping of str to bytes
        What lies there, without the certificate itself.
    certificate : mapping
        As from `publication_certificate`.

    Returns
    -------
    tuple of SipasError
        One per fault, not raised: ``publication.file_missing``, ``publication.file_differs``,
        ``publication.file_unlisted``; empty: all is as published.
    """
    listed = {entry["name"]: entry["sha256"] for entry in certificate["files"]}
    faults = []
    for name in sorted(listed.keys() | files.keys()):
        place = Place(file=name)
        if name not in files:
            faults.append(SipasError("publication.file_missing", expected=name, place=place))
        elif name not in listed:
            faults.append(SipasError("publication.file_unlisted", got=name, place=place))
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]:
            faults.append(SipasError("publication.file_differs", expected=listed[name], got=name, place=place))
    return tuple(faults)
