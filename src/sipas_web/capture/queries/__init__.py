"""Reads of answers."""

from sipas_web.capture.queries.answers import beside_count, counts_by_reason, others_table, responses_table

__all__ = ["beside_count", "counts_by_reason", "others_table", "responses_table"]
