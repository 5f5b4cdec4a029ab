"""A page for each student and set: the points of each test, a sentence where one was lost."""

from html import escape

from coursework import text
from coursework.gradebook import Grade
from coursework.manual import EXTRA, Score

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
        color: #1a1a1a; background: #fff; }}
h2 {{ font-size: 1.15rem; margin: 2rem 0 .5rem; display: flex; justify-content: space-between; }}
li {{ margin: .35rem 0; }}
.lost {{ border-left: 4px solid #b35900; padding-left: .6rem; list-style: none; }}
.hand {{ border-left: 4px solid #00687a; padding-left: .6rem; }}
pre {{ overflow-x: auto; background: #f4f4f4; padding: .7rem; font-size: .85rem; }}
</style>
<h1>{title}</h1>
<p>{student}: <strong>{points:g} of {of:g} points</strong></p>
<p>Graded from {file}{when}.</p>
{body}
</html>
"""


def page(grade: Grade) -> str:
    """The feedback as HTML; all that the student wrote is text in it, never markup.

    Args:
        grade: with the result that the grader stored.
    """
    result = grade.result or {}
    body = [f'<p class="lost">{escape(note)}</p>' for note in grade.notes]
    for part in result["parts"]:
        got, of = grade.parts[part["id"]]
        title = escape(part["title"] or part["id"])
        body.append(f"<h2><span>{title}</span> <span>{got:g} / {of:g}</span></h2>")
        if part["id"] in grade.by_hand:
            body.append(_by_hand("for this part", grade.by_hand[part["id"]]))
        if "rubric" in part:
            body += _rubric(part, grade.by_hand)
        else:
            body.append(_list(part["lines"]))
    if EXTRA in grade.by_hand:
        body.append(_by_hand("on top of the parts", grade.by_hand[EXTRA]))
    if result["code"]:
        body.append("<h2>Your code, as it was run</h2>")
    body += [
        f"<p>{escape(cell['label'])}</p>\n<pre>{escape(cell['source'])}</pre>"
        for cell in result["code"]
    ]
    return PAGE.format(
        title=escape(f"Problem set {grade.set.removeprefix('ps')}"),
        student=escape(grade.student),
        points=grade.points,
        of=grade.of,
        file=escape(text.quoted(result["file"])),
        when=f", handed in on {escape(grade.submitted)}" if grade.submitted else "",
        body="\n".join(body),
    )


def _by_hand(what: str, score: Score) -> str:
    reason = f": {escape(score.reason)}" if score.reason else "."
    return f'<p class="hand">Your teacher gave {score.points:g} points {what}{reason}</p>'


def _rubric(part: dict, by_hand: dict[str, Score]) -> list[str]:
    """The answer that a person marks, and its criteria."""
    lines = []
    for name, of, what in part["rubric"]:
        given = by_hand.get(name)
        points = f"{given.points:g} / {of:g}" if given else f"of {of:g}, by hand"
        reason = f"<br>{escape(given.reason)}" if given and given.reason else ""
        lines.append(f"<li>{escape(what)}: {points}{reason}</li>")
    answer = escape(part["answer"] or "You wrote nothing here.")
    return [f"<pre>{answer}</pre>", "\n".join(["<ul>", *lines, "</ul>"])]


def _list(lines: list[dict]) -> str:
    return "\n".join(["<ul>", *map(_line, lines), "</ul>"])


def _line(line: dict) -> str:
    score, what = f"{line['points']:g} / {line['of']:g}", escape(line["what"])
    if not line["sentence"]:
        return f"<li>{what}: {score}</li>"
    return f'<li class="lost">{what}: {score}<br>{escape(line["sentence"])}</li>'
