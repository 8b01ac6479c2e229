"""Files of letters to text."""
from pathlib import Path
from sipas.letters.model import Letter
from sipas.letters.reading import read_letter
def read_document(path: Path) -> str:
    return path.read_text(encoding="utf-8")
def read_file(path: Path) -> Letter:
    return read_letter(read_document(path))
