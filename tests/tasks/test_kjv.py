"""The King James Bible: cleaned, split by chapters, encoded and back."""

import numpy as np
import pytest

from src.tasks import kjv


@pytest.fixture(scope="module")
def text():
    return kjv.load_text()


def test_a_verse_is_a_line_and_a_chapter_ends_with_an_empty_one():
    first = kjv.load_chapters()[0]
    lines = first.text.split("\n")
    assert first.name == "Genesis 1"
    assert lines[0] == "In the beginning God created the heaven and the earth."
    assert len(lines) == 31 + 2
    assert lines[-2:] == ["", ""]


def test_the_chapters_are_all_there_once():
    chapters = kjv.load_chapters()
    assert len(chapters) == len({chapter.name for chapter in chapters}) == 1189


def test_nothing_is_left_to_clean(text):
    for part in text:
        assert "  " not in part
        assert "[" not in part
        assert " \n" not in part
        assert part.isascii()
        assert part.endswith("\n\n")
    assert sum(part.count("\n\n\n") for part in text) == 1  # 3 John 15 is empty


def test_every_chapter_is_in_one_part_and_the_parts_have_their_sizes(text):
    chapters = [chapter.text for chapter in kjv.load_chapters()]
    assert sum(map(len, text)) == sum(map(len, chapters))
    assert chapters[9] in text.validation
    assert chapters[9] not in text.train
    assert chapters[19] in text.test
    assert chapters[19] not in text.train
    assert [len(part) for part in text] == [3739609, 196949, 202080]


def test_the_training_text_has_every_character_of_the_others(text):
    characters = kjv.alphabet(text.train)
    assert len(characters) == 63
    assert characters[0] == "\n"
    assert set(text.validation + text.test) <= set(characters)


def test_encoding_goes_there_and_back():
    ids = kjv.to_ids("abba c", " abc")
    assert ids.tolist() == [1, 2, 2, 1, 0, 3]
    assert ids.dtype == np.int64
    assert kjv.to_text(ids, " abc") == "abba c"


def test_an_unknown_character_is_named():
    with pytest.raises(ValueError, match="'é' is not in the alphabet"):
        kjv.to_ids("café", "acf")
