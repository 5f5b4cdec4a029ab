"""Tasks: generators from the papers' definitions, and real data that comes inside packages."""
