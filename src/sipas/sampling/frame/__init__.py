"""From lists of offices to a frame without identities, and the contacts under lock."""

from sipas.sampling.frame.contacts import open_sealed, seal
from sipas.sampling.frame.gaps import totals_from
from sipas.sampling.frame.importing import REQUIRED, import_frame
from sipas.sampling.frame.keys import KeyMaterial, commitments, committed
from sipas.sampling.frame.outcome import Finding, FrameImport, FrameReport, Rules, Window

__all__ = [
    "REQUIRED",
    "Finding",
    "FrameImport",
    "FrameReport",
    "KeyMaterial",
    "Rules",
    "Window",
    "commitments",
    "committed",
    "import_frame",
    "open_sealed",
    "seal",
    "totals_from",
]
