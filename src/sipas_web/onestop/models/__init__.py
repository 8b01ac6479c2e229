"""Tables: transactions and deadlines, apologies, facilities, online services."""
