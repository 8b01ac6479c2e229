"""Feedback of citizens: receive, classify, route, clock, answer, publish, ask again."""
