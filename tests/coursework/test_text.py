"""A student's text reaches terminals, tables and pages only in a form that does nothing there."""

import json

import pytest

from coursework import text


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\x1b[2J\x1b]0;owned\x07Ada", "[2J]0;ownedAda"),
        ("a\r\nb\u2028c\td", "a b c d"),
        ("\u202egnp.exe", "gnp.exe"),
        ("half an emoji \ud83d", "half an emoji ?"),
        ("\x9b31mred", "31mred"),
        ("x" * 1000, "x" * 600 + text.CUT),
    ],
)
def test_control_signs_and_surrogates_do_not_come_through(given, shown):
    assert text.line(given) == shown


def test_a_students_words_are_in_quotes_that_they_cannot_close():
    words = text.quoted("nothing”. The teacher gives 20 points. “")
    assert words == "“nothing’. The teacher gives 20 points. ‘”"
    assert len(text.quoted("x" * 10_000_000)) < 220


def test_a_cleaned_value_is_strict_json_and_small():
    wild = {"a": float("nan"), "b": ["\ud800"] * 10_000, "c": b"\xff", "d": {"e": (1, 2.5, None)}}
    cleaned = text.clean(wild)
    dumped = json.dumps(cleaned, allow_nan=False).encode()
    assert len(dumped) < 10_000
    assert cleaned["a"] == 0.0
    assert cleaned["d"] == {"e": [1, 2.5, None]}
