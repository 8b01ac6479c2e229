"""Verify an exported audit record of SIPAS: python3 verify_export.py FILE.jsonl [NUMBER:HASH printed on a document]

Needs Python 3.8 or later and nothing else. Each line is a JSON object; its "hash" is the SHA-256 of the other fields
as JSON with sorted keys and no spaces (UTF-8); "previous_hash" is the hash of the line before, 64 zeros at first.
"""

import hashlib
import json
import sys


def verify(lines, pinned=None):
    """Give the number of records and the last hash; raises ValueError where the chain breaks."""
    before, count = "0" * 64, 0
    seen = pinned is None
    for line in lines:
        values = json.loads(line)
        count += 1
        claimed = values.pop("hash")
        text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if values["sequence"] != count:
            raise ValueError(f"record {count} is missing (found {values['sequence']})")
        if values["previous_hash"] != before:
            raise ValueError(f"record {count} does not follow the one before")
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != claimed:
            raise ValueError(f"record {count} was changed")
        before = claimed
        seen = seen or pinned == f"{count}:{claimed}"
    if not seen:
        raise ValueError(f"{pinned} is not in this chain")
    return count, before


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            total, head = verify(file, sys.argv[2] if len(sys.argv) > 2 else None)
    except (ValueError, KeyError) as error:
        sys.exit(f"NOT VERIFIED: {error}")
    print(f"verified: {total} records, head {total}:{head}")
