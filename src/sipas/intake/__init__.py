"""Office files in, clean tables out: every import of both halves comes through here."""
