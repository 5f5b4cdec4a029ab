"""A new author's first command: a chapter that keeps every rule, in its place."""

import pytest
import yaml

from tools import book, new_chapter
from tools.chapter_rules import RULES
from tools.execute import is_normalised
from tools.normalise import read

TOC = book.ROOT / "_toc.yml"


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    """A copy of what the command reads and writes."""
    (tmp_path / "book" / "2-lstm").mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text(TOC.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(new_chapter, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_every_rule(rule):
    assert rule(read(new_chapter.TEMPLATE), book.ROOT / "book" / "9-none" / "template.ipynb") == []


@pytest.mark.parametrize("name", ["2-lstm/mingru", "book/2-lstm/mingru.ipynb"])
def test_a_chapter_begins_at_the_end_of_its_part_and_keeps_every_rule(root, name):
    assert new_chapter.begin(name) == "book/2-lstm/mingru.ipynb"
    path = root / "book" / "2-lstm" / "mingru.ipynb"
    assert is_normalised(path)
    assert [problem for rule in RULES for problem in rule(read(path), path)] == []
    assert ":label: ex-mingru-pencil" in path.read_text(encoding="utf-8")

    before, after = (
        yaml.safe_load(p.read_text(encoding="utf-8")) for p in (TOC, root / "_toc.yml")
    )
    for old, new in zip(before["parts"], after["parts"], strict=True):
        added = [entry for entry in new["chapters"] if entry not in old["chapters"]]
        of_the_part = "2-lstm" in str(old["chapters"])
        assert added == [{"file": "book/2-lstm/mingru"}] * of_the_part
        assert new["chapters"][: len(old["chapters"])] == old["chapters"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "name must be PART/CHAPTER"),
        ("mingru", "name must be PART/CHAPTER"),
        ("2-lstm/Min GRU", "name must be PART/CHAPTER"),
        ("../2-lstm/mingru", "name must be PART/CHAPTER"),
        ("7-none/mingru", "name must begin with one of 1-memory, 2-lstm"),
        ("behind/mingru", "name must begin with one of"),
        ("2-lstm/taken", "book/2-lstm/taken.ipynb exists already"),
    ],
)
def test_another_name_is_refused_and_nothing_written(root, capsys, name, message):
    (root / "book" / "2-lstm" / "taken.ipynb").touch()
    assert new_chapter.main([name]) == 1
    assert message in capsys.readouterr().err
    assert (root / "_toc.yml").read_text(encoding="utf-8") == TOC.read_text(encoding="utf-8")
    assert [path.name for path in root.rglob("*.ipynb")] == ["taken.ipynb"]
