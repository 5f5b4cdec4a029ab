"""The problem sets: made into releases for students, and graded in a sandbox."""
