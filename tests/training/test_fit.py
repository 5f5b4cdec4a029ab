import numpy as np
import pytest
import torch
from torch import nn

from src.training import fit, warm_up_then_decay


def squared_error(model, batch):
    x, y = batch
    return (model(x) - y).square().mean()


def line_batches(seed, noise=0.0):
    """Batches of y = 2x - 1."""
    rng = np.random.default_rng(seed)
    while True:
        x = torch.tensor(rng.normal(size=(16, 1)), dtype=torch.float32)
        yield x, 2 * x - 1 + noise * torch.tensor(rng.normal(size=(16, 1)), dtype=torch.float32)


def new_line():
    model = nn.Linear(1, 1)
    nn.init.constant_(model.weight, 0.3)
    nn.init.constant_(model.bias, -0.2)
    return model


def minus_error(model):
    return -squared_error(model, next(line_batches(99))).item()


def fit_line(model, batches=None, score=minus_error, **settings):
    settings = {"updates": 300, "learning_rate": 0.1, "validate_every": 50} | settings
    return fit(
        model,
        squared_error,
        line_batches(0) if batches is None else batches,
        score,
        rng=np.random.default_rng(0),
        **settings,
    )


def test_it_learns_and_reports_what_happened():
    model = new_line()
    history = fit_line(model)
    assert history.updates == [50, 100, 150, 200, 250, 300]
    assert len(history.losses) == len(history.scores) == 6
    assert history.losses[-1] < 1e-4 < history.losses[0]
    assert model.weight.item() == pytest.approx(2, abs=1e-2)
    assert model.bias.item() == pytest.approx(-1, abs=1e-2)
    assert not model.training


def test_there_is_a_validation_after_the_last_step():
    assert fit_line(new_line(), updates=70).updates == [50, 70]


def test_the_best_weights_are_restored_not_the_last():
    model, scores, seen = new_line(), iter([1.0, 3.0, 2.0]), []

    def score(model):
        seen.append(model.weight.item())
        return next(scores)

    history = fit_line(model, score=score, updates=150)
    assert history.best_update == 100
    assert model.weight.item() == seen[1] != seen[2]


def test_of_equal_scores_the_later_weights_are_kept():
    assert fit_line(new_line(), score=lambda model: 0.5).best_update == 300


def test_patience_stops_after_that_many_validations_without_a_better_one():
    scores = iter([0.1, 0.4, 0.3, 0.2, 0.9])
    history = fit_line(new_line(), score=lambda model: next(scores), patience=2)
    assert history.stopped_early
    assert history.scores == [0.1, 0.4, 0.3, 0.2]
    assert history.best_update == 100


def test_solved_above_stops_at_the_first_score_that_reaches_it():
    scores = iter([0.1, 0.8, 0.7, 0.95, 1.0])
    history = fit_line(new_line(), score=lambda model: next(scores), solved_above=0.9)
    assert history.stopped_early
    assert history.scores == [0.1, 0.8, 0.7, 0.95]
    assert history.best_update == history.updates[-1] == 200


def test_the_score_is_taken_in_evaluation_mode_without_gradients():
    model = new_line()

    def score(model):
        assert not model.training
        assert not torch.is_grad_enabled()
        return 0.0

    fit_line(model, score=score)


def test_the_gradient_is_clipped_before_the_step():
    norms, model = [], new_line()
    original = torch.optim.Adam.step

    def watching_step(self, *args, **kwargs):
        norms.append(torch.cat([p.grad.ravel() for p in model.parameters()]).norm().item())
        return original(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.Adam, "step", watching_step)
        fit_line(model, max_norm=0.25, updates=10)
    assert max(norms) == pytest.approx(0.25, rel=1e-4)


def test_the_norm_of_every_gradient_is_kept_as_it_was_before_clipping():
    free, clipped = (fit_line(new_line(), max_norm=clip) for clip in (1e9, 1e-3))
    assert len(free.norms) == len(clipped.norms) == 300
    assert clipped.norms[0] == free.norms[0] > 1e-3


def test_the_schedule_rises_to_one_then_falls_to_zero():
    factors = np.array([warm_up_then_decay(step, 100) for step in range(1, 101)])
    assert factors.argmax() + 1 == 15
    assert factors.max() == 1.0
    assert (np.diff(factors[:15]) > 0).all()
    assert (np.diff(factors[15:]) < 0).all()
    assert factors[-1] == 0.0


def test_the_same_seed_gives_the_same_model_with_dropout():
    def trained():
        rng = np.random.default_rng(3)
        model = nn.Sequential(nn.Linear(1, 8), nn.Dropout(0.5), nn.Linear(8, 1))
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.tensor(rng.normal(size=parameter.shape)))
        fit_line(model, updates=20)
        return torch.cat([p.ravel() for p in model.parameters()])

    first = trained()
    torch.rand(5)  # whatever happened to torch's generator in between
    assert torch.equal(first, trained())


def test_no_bar_unless_asked(capfd):
    fit_line(new_line(), updates=5)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"updates": 0}, "updates must be above 0, got 0"),
        ({"validate_every": 0}, "validate_every must be above 0, got 0"),
        ({"max_norm": -1.0}, "max_norm must be above 0, got -1.0"),
        ({"learning_rate": 0.0}, "learning_rate must be above 0, got 0.0"),
        ({"patience": 0}, "patience must be above 0, got 0"),
    ],
)
def test_settings_out_of_range_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        fit_line(new_line(), **settings)


def test_batches_that_end_too_soon_are_named():
    three = [next(line_batches(0)) for _ in range(3)]
    with pytest.raises(ValueError, match="batches ended after 3 of 300 updates"):
        fit_line(new_line(), batches=three)


def test_a_loss_that_is_not_a_number_stops_at_once():
    nan = (torch.full((2, 1), float("nan")), torch.zeros(2, 1))
    with pytest.raises(FloatingPointError, match="the loss is nan at update 2"):
        fit_line(new_line(), batches=[next(line_batches(0)), nan])


def test_a_score_that_is_not_a_number_is_named_with_its_update():
    scores = iter([0.5, float("nan")])
    with pytest.raises(FloatingPointError, match="the score is NaN at update 100"):
        fit_line(new_line(), score=lambda model: next(scores))


def test_without_a_norm_nothing_is_clipped():
    free, wide = (fit_line(new_line(), max_norm=max_norm) for max_norm in (None, 1e9))
    assert free.norms == wide.norms
    assert free.losses == wide.losses


def test_the_last_update_of_the_schedule_changes_nothing():
    weights, kept = [], new_line()

    def score(model):
        weights.append(model.weight.detach().clone())
        return 1.0

    fit_line(kept, score=score, updates=20, validate_every=1)
    assert torch.equal(weights[-1], weights[-2])
    assert not torch.equal(weights[-2], weights[-3])


def test_weight_decay_shrinks_the_weights_as_adamw_does():
    """One update at a constant rate: decay moves w by -rate · decay · w beyond Adam's own step."""
    rate, moved = 0.1, {}
    for decay in (0.0, 0.5):
        model = new_line()
        fit_line(
            model, updates=1, learning_rate=rate, weight_decay=decay, schedule=lambda k, n: 1.0
        )
        moved[decay] = model.weight.item()
    assert moved[0.5] - moved[0.0] == pytest.approx(-rate * 0.5 * 0.3, rel=1e-4)
    with pytest.raises(ValueError, match="weight_decay must be at least 0, got -1"):
        fit_line(new_line(), weight_decay=-1)
