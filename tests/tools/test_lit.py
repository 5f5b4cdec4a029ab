"""Drawings with one part lit: each copy shows its step, and the book's copies are up to date."""

import pytest

from tools.lit import copies, drawings, lit, main, steps

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg">
  <title>A cell</title>
  <rect/>
  <g class="keep write"><path/></g>
  <g class="write" fill="none">
    <g class="inner"><text>+</text></g>
  </g>
</svg>
"""


def test_steps_are_the_classes_of_the_groups_below_the_root():
    assert steps(DRAWING) == ["keep", "write"]
    assert steps("<svg><title>None</title></svg>") == []


def test_a_copy_is_the_drawing_with_the_other_groups_faint():
    copy = lit(DRAWING, "write")
    assert "svg > g { opacity: 0.25 } svg > g.write { opacity: 1 }" in copy
    assert "<title>A cell: write</title>" in copy
    assert copy[copy.index("  <rect/>") :] == DRAWING[DRAWING.index("  <rect/>") :]


def test_a_step_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no step 'erase'"):
        lit(DRAWING, "erase")
    with pytest.raises(ValueError, match="no title"):
        lit(DRAWING.replace("title>", "desc>"), "keep")


def test_each_step_has_a_file_and_a_copy_has_none(tmp_path):
    file = tmp_path / "cell.svg"
    file.write_text(DRAWING)
    assert main([str(file)]) == 0
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["cell-keep.svg", "cell-write.svg", "cell.svg"]
    assert copies(tmp_path / "cell-keep.svg") == {}


def test_an_old_copy_is_found(tmp_path, capsys):
    file = tmp_path / "cell.svg"
    file.write_text(DRAWING)
    main([str(file)])
    file.write_text(DRAWING.replace("+", "×"))
    assert main([str(file), "--check"]) == 1
    assert "cell-write.svg" in capsys.readouterr().err


def test_the_copies_in_the_book_are_what_their_drawings_give():
    assert any(map(copies, drawings()))
    assert main(["--check"]) == 0
