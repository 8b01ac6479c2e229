"""Tables: receive, classify, route, clock, answer, publish, ask again."""
