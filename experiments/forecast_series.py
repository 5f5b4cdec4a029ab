"""Four real series and twenty related ones: a GRU against those that need no network.

Every model is fitted once, on the values before validation; validation chooses and calibrates; the
test forecasts from 10 to 60 origins, each time from all values before the origin. For every origin
the error of the median (MASE), the loss of the quantiles 0.1, 0.5 and 0.9, and the share of values
in the band between the outer two are kept, before and after the band is calibrated.

Each model reads the values (lag 0) or their change since the season before: what has the lower MASE
on validation. For networks two seeds choose, and three more run what they chose.

* "opponents": naive, seasonal naive, autoregression (order by AIC), exponential smoothing (the best
  of twelve on validation: three trends, with and without season, fitted on all training values or
  on the last ten seasons). Their bands come from their errors on validation.
* "gru", "linear": trained on the quantile loss; 32 units, or a linear map of the window. On the
  pages: one for each page ("local") or one for all ("global").
* "windows": what does it gain to shuffle overlapping windows before they are split? "shuffled"
  draws as many windows to train on and to stop by from the whole series, all but those of the test
  themselves; "by time" takes those before the test. Both forecast the same origins of the test.
* "scaled by": all CO2 windows with one mean and one standard deviation, of the training values or
  of all.

32 units and the learning rate 5e-3 were tried once, with one seed, and kept.
"""

from itertools import product

import numpy as np
import torch

from experiments.shared import runner
from src.evaluation.classical import TRENDS, Autoregression, Smoothing, naive, seasonal_naive
from src.evaluation.forecasts import (
    LEVELS,
    inside,
    margins,
    mase,
    mase_scale,
    pinball,
    widen,
    with_residuals,
)
from src.models import initialize_parameters
from src.models.quantile_forecaster import GRUForecaster, LinearForecaster
from src.tasks.series import Series, load_pages, load_series, targets
from src.training.quantiles import Examples, examples, fit_quantiles, forecast_quantiles, join

PACKAGES = ("numpy", "torch", "statsmodels", "autots")  # what the numbers depend on
HIDDEN_SIZE, BATCH_SIZE, LEARNING_RATE = 32, 32, 5e-3
UPDATES = {"sunspots": 300, "El Niño": 400, "CO2": 600, "traffic": 600}
PERIODS = {"sunspots": 11, "El Niño": 12, "CO2": 52, "traffic": 168}
LOCAL_UPDATES, GLOBAL_UPDATES = 300, 1500
SEEDS = range(5)
CHOSEN = {  # the lag with the lower MASE on validation, seeds 0 and 1
    ("sunspots", "linear"): 11,
    ("sunspots", "gru"): 11,
    ("El Niño", "linear"): 0,
    ("El Niño", "gru"): 12,
    ("CO2", "linear"): 0,
    ("CO2", "gru"): 52,
    ("traffic", "linear"): 168,
    ("traffic", "gru"): 168,
    ("pages", "linear"): 0,
    ("pages", "gru"): 0,
}


def cell(series: str, model: str, seed: int = 0, **settings: object) -> dict:
    """The settings of one run."""
    parts = [series, model, *settings.values(), seed]
    name = "-".join(str(part).replace(" ", "-").replace("ñ", "n") for part in parts)
    return {"id": name, "series": series, "model": model, "seed": seed} | settings


def all_cells() -> list[dict]:
    """Opponents; networks on single series and on the pages; leaks."""
    cells = [cell(series, "opponents") for series in [*PERIODS, "pages"]]
    for seed in SEEDS:
        for series, model in product(PERIODS, ("linear", "gru")):
            cells += [cell(series, model, seed, lag=lag) for lag in lags(series, model, seed)]
        for model, fitted in product(("linear", "gru"), ("global", "local")):
            cells += [
                cell("pages", model, seed, lag=lag, fitted=fitted)
                for lag in lags("pages", model, seed)
            ]
    for seed in SEEDS:
        for series, how in product(("sunspots", "El Niño"), ("shuffled", "by time")):
            cells.append(cell(series, "gru", seed, windows=how))
        cells += [cell("CO2", "gru", seed, scaled_by=what) for what in ("all", "train")]
    return cells


def lags(series: str, model: str, seed: int) -> tuple[int, ...]:
    """Both readings for the seeds that choose, the chosen one for the others."""
    both = (0, PERIODS.get(series, 7))
    return both if seed < 2 else (CHOSEN[series, model],)


CELLS = all_cells()
QUICK = cell("sunspots", "linear", 0, lag=0, updates=60)


def run(cell: dict) -> dict:
    """One model on one series or on all pages."""
    torch.set_num_threads(1)
    if cell["series"] == "pages":
        return run_pages(cell)
    series = load_series(cell["series"])
    if cell["model"] == "opponents":
        return opponents(series)
    return run_network(series, cell)


def run_network(series: Series, cell: dict) -> dict:
    """Train on one series; judge on its validation and test."""
    lag = cell.get("lag", 0)
    scaled_by = None
    if "scaled_by" in cell:
        known = series.values if cell["scaled_by"] == "all" else train_values(series)
        scaled_by = (known.mean(), known.std())
    train, *judged = cut(series, lag, scaled_by)
    stop_by = judged[0]
    if cell.get("windows") == "shuffled":
        train, stop_by = shuffled(series, np.random.default_rng([cell["seed"], 3]))
    updates = cell.get("updates", UPDATES[series.name])
    model = trained(cell, series, train, stop_by, updates)
    quantiles = [forecast_quantiles(model, part) for part in judged]
    kept = {"weights": sum(p.numel() for p in model.parameters())} | judge(series, *quantiles)
    return kept | ({"shown": shown(quantiles[1])} if cell["seed"] == 0 else {})


def run_pages(cell: dict) -> dict:
    """One network for all pages or one for each, or the opponents of each; judged page by page."""
    pages = load_pages()
    if cell["model"] == "opponents":
        judged = [opponents(page) for page in pages]
        return {name: gathered([j[name] for j in judged]) for name in judged[0]}
    parts = [cut(page, cell["lag"]) for page in pages]
    if cell["fitted"] == "global":
        train, validation = (join([part[i] for part in parts]) for i in (0, 1))
        one = trained(cell, pages[0], train, validation, GLOBAL_UPDATES)
        models = [one] * len(pages)
    else:
        models = [
            trained(cell, page, *part[:2], LOCAL_UPDATES)
            for page, part in zip(pages, parts, strict=True)
        ]
    judged = [
        judge(page, *(forecast_quantiles(model, examples) for examples in part[1:]))
        for page, part, model in zip(pages, parts, models, strict=True)
    ]
    return gathered(judged)


def opponents(series: Series) -> dict:
    """Naive, seasonal naive, autoregression and smoothing, each with a band from validation."""
    values, train, m = series.values, train_values(series), series.period
    both = series.validation_origins, series.test_origins

    def seasons(origins: np.ndarray) -> np.ndarray:
        return seasonal_naive(values, origins, series.horizon, m)

    found: dict[str, dict] = {
        "naive": {"": [naive(values, origins, series.horizon) for origins in both]},
        "seasonal naive": {"": [seasons(origins) for origins in both]},
    }
    change = values[m:] - values[:-m]  # place t of the values is place t - m here
    plain = Autoregression.fit(train, series.window)
    changes = Autoregression.fit(change[: len(train) - m], series.window)
    found["autoregression"] = {
        f"values, order {plain.order}": [
            plain.forecast(values, origins, series.horizon) for origins in both
        ],
        f"changes, order {changes.order}": [
            seasons(origins) + changes.forecast(change, origins - m, series.horizon)
            for origins in both
        ],
    }
    found["smoothing"] = {}
    for trend, season, start in product(TRENDS, (False, True), (0, len(train) - 10 * m)):
        fitted = Smoothing.fit(train[start:], m, trend, season)
        since = "all values" if start == 0 else "the last ten seasons"
        name = f"trend {trend}, {'season' if season else 'no season'}, fitted on {since}"
        found["smoothing"][name] = [
            fitted.forecast(values[start:], origins - start, series.horizon) for origins in both
        ]
    result = {}
    for name, kinds in found.items():
        truth = targets(values, both[0], series.horizon)
        kind = min(kinds, key=lambda kind: np.abs(kinds[kind][0] - truth).mean())
        residuals = truth - kinds[kind][0]
        quantiles = [with_residuals(forecasts, residuals, LEVELS) for forecasts in kinds[kind]]
        result[name] = {"kind": kind} | judge(series, *quantiles) | {"shown": shown(quantiles[1])}
    return result


def judge(series: Series, validation: np.ndarray, test: np.ndarray) -> dict:
    """What is kept of quantile forecasts of validation and test, a number for each origin."""
    scale = mase_scale(train_values(series), series.period)
    truth = [
        targets(series.values, origins, series.horizon)
        for origins in (series.validation_origins, series.test_origins)
    ]
    band = test[..., [0, 2]]
    moved = test.copy()
    moved[..., [0, 2]] = widen(band, margins(truth[0], validation[..., [0, 2]], 0.8))
    return {
        "validation": {
            "mase": round(float(mase(truth[0], validation[..., 1], scale).mean()), 4),
            "pinball": round(float(pinball(truth[0], validation, LEVELS).mean()) / scale, 4),
        },
        "mase": rounded(mase(truth[1], test[..., 1], scale)),
        "pinball": rounded(pinball(truth[1], test, LEVELS).mean(1) / scale),
        "pinball_calibrated": rounded(pinball(truth[1], moved, LEVELS).mean(1) / scale),
        "coverage": rounded(inside(truth[1], band).mean(1)),
        "coverage_calibrated": rounded(inside(truth[1], moved[..., [0, 2]]).mean(1)),
    }


def gathered(judged: list[dict]) -> dict:
    """Of all pages: MASE of every page and origin, everything else averaged over the pages."""
    names = [name for name in judged[0] if name not in ("validation", "mase", "kind", "shown")]
    return {
        "validation": {
            name: round(float(np.mean([j["validation"][name] for j in judged])), 4)
            for name in judged[0]["validation"]
        },
        "mase": np.round([j["mase"] for j in judged], 3).tolist(),
    } | {name: rounded(np.mean([j[name] for j in judged], axis=0)) for name in names}


def trained(
    cell: dict, series: Series, train: Examples, validation: Examples, updates: int
) -> torch.nn.Module:
    """A forecaster of the kind that the cell names, trained from its seed."""
    if cell["model"] == "gru":
        model = GRUForecaster(HIDDEN_SIZE, series.horizon, len(LEVELS))
    else:
        model = LinearForecaster(series.window, series.horizon, len(LEVELS))
    initialize_parameters(model, np.random.default_rng([cell["seed"], 1]))
    fit_quantiles(
        model,
        train,
        validation,
        updates=updates,
        batch_size=BATCH_SIZE,
        rng=np.random.default_rng([cell["seed"], 2]),
        learning_rate=LEARNING_RATE,
        validate_every=max(updates // 20, 1),
    )
    return model


def cut(series: Series, lag: int, scaled_by: tuple[float, float] | None = None) -> list[Examples]:
    """Windows of training, validation and test."""
    return [
        examples(series.values, origins, series.window, series.horizon, lag, scaled_by)
        for origins in (series.train_origins, series.validation_origins, series.test_origins)
    ]


def shuffled(series: Series, rng: np.random.Generator) -> list[Examples]:
    """As many windows to train and to validate on as by time, from anywhere but the test's own."""
    last = len(series.values) - series.horizon
    anywhere = np.arange(series.window + series.period, last + 1)
    mixed = rng.permutation(np.setdiff1d(anywhere, series.test_origins))
    first, second = len(series.train_origins), len(series.validation_origins)
    return [
        examples(series.values, origins, series.window, series.horizon)
        for origins in (mixed[:first], mixed[first : first + second])
    ]


def train_values(series: Series) -> np.ndarray:
    """The values before validation."""
    return series.values[: series.first_validation]


def shown(quantiles: np.ndarray) -> list:
    """The quantiles of the first, the middle and the last origin, for figures."""
    return rounded(quantiles[[0, len(quantiles) // 2, -1]])


def rounded(numbers: np.ndarray) -> list:
    """Four digits after the point are enough for a table."""
    return np.round(numbers, 4).tolist()


if __name__ == "__main__":
    runner.main("forecast_series", CELLS, run, QUICK, packages=PACKAGES)
