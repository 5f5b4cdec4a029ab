"""The code of the text is the code of the library: what a chapter derives stands in `src`."""

import ast
import inspect
import textwrap

import pytest

from src.equations import LSTM
from src.models import AlignedSeq2Seq
from tools.book import ROOT
from tools.normalise import read

# The chapter, the function in it, the method of the library, and the line where both begin.
DERIVED = [
    ("2-lstm/train-by-hand", "step_backward", LSTM.step_backward, "i, f, C_tilde, o, C, _ = step"),
]


# Chapters that show a class whole, in a folded cell, without its docstrings.
WHOLE = [("5-seq2seq/pronounce-words", AlignedSeq2Seq)]


def from_line(function: ast.FunctionDef, first: str) -> list[str]:
    """The statements of a function from the given one on, without comments and layout."""
    lines = [ast.unparse(statement) for statement in function.body]
    return lines[lines.index(ast.unparse(ast.parse(first))) :]


@pytest.mark.parametrize(("chapter", "name", "method", "first"), DERIVED)
def test_the_chapter_shows_the_code_of_the_library(chapter, name, method, first):
    notebook = read(ROOT / "book" / f"{chapter}.ipynb")
    (shown,) = (
        statement
        for cell in notebook.cells
        if cell.cell_type == "code"
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.FunctionDef) and statement.name == name
    )
    (stored,) = ast.parse(textwrap.dedent(inspect.getsource(method))).body
    assert from_line(shown, first) == from_line(stored, first)


def without_docstrings(definition: ast.ClassDef) -> str:
    """The code of a class, without what it says about itself."""
    for node in [definition, *definition.body]:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.unparse(definition)


@pytest.mark.parametrize(("chapter", "shown_class"), WHOLE)
def test_the_chapter_shows_the_whole_class(chapter, shown_class):
    notebook = read(ROOT / "book" / f"{chapter}.ipynb")
    (shown,) = (
        statement
        for cell in notebook.cells
        if cell.cell_type == "code"
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.ClassDef) and statement.name == shown_class.__name__
    )
    (stored,) = ast.parse(inspect.getsource(shown_class)).body
    assert isinstance(stored, ast.ClassDef)
    assert without_docstrings(shown) == without_docstrings(stored)
