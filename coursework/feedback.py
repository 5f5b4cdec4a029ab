"""A page for each student and set: the points of each test, a sentence where one was lost."""

from html import escape

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
pre {{ overflow-x: auto; background: #f4f4f4; padding: .7rem; font-size: .85rem; }}
</style>
<h1>{title}</h1>
<p>{student}: <strong>{points:g} of {of:g} points</strong></p>
{body}
</html>
"""


def page(result):
    """The feedback as HTML; whatever the student wrote is text in it, never markup.

    Args:
        result: what `grading.grade_all` yields.
    """
    body = [f'<p class="lost">{escape(note)}</p>' for note in result["notes"]]
    for part in result["parts"]:
        score = f"{part['points']:g} / {part['of']:g}"
        body.append(f"<h2><span>{escape(part['title'])}</span> <span>{score}</span></h2>\n<ul>")
        body += [_line(line) for line in part["lines"]]
        body.append("</ul>")
    if result["code"]:
        body.append("<h2>Your code, as it was run</h2>")
    body += [
        f"<p>{escape(cell['label'])}</p>\n<pre>{escape(cell['source'])}</pre>"
        for cell in result["code"]
    ]
    return PAGE.format(
        title=escape(f"Problem set {result['set'].removeprefix('ps')}"),
        student=escape(result["student"]),
        points=result["points"],
        of=result["of"],
        body="\n".join(body),
    )


def _line(line):
    score, what = f"{line['points']:g} / {line['of']:g}", escape(line["what"])
    if not line["sentence"]:
        return f"<li>{what}: {score}</li>"
    return f'<li class="lost">{what}: {score}<br>{escape(line["sentence"])}</li>'
