"""Dossiers of the one-stop desks: transactions and deadlines, apologies, facilities, online services."""
