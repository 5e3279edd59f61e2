"""Ways to search: every combination, one key at a time, or where a surrogate expects the best."""

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from bleedmap.config.tuning import TuningSpec
from bleedmap.tuning.dimension import Dimension
from bleedmap.tuning.trials import Judge, Setting, Trials

MOST_BLIND = 10  # settings that bayes draws blindly before its first guess (spec 3.6), a third of few trials
# of the surrogate, as shares of a range: Dice is flat here and steep there, and a longer scale would take the flat part
# for the whole and never look elsewhere
LENGTH_SCALES = (0.02, 0.3)

Dimensions = Mapping[str, Dimension]


def search(spec: TuningSpec, dimensions: Dimensions, judge: Judge) -> Setting | None:
    """The best setting of all that the strategy tries; None if none has a score.

    Args:
        spec: strategy and its length.
        dimensions: what is searched, by dotted key.
        judge: from a batch of settings to their scores; higher is better, NaN is no score.
    """
    trials = Trials(judge)
    ordered = dict(sorted(dimensions.items()))
    if spec.strategy == "grid":
        grid(ordered, trials)
    elif spec.strategy == "coordinate":
        coordinate(ordered, trials, spec.rounds)
    else:
        bayes(ordered, trials, spec.trials, spec.seed)
    return trials.best()


def grid(dimensions: Dimensions, trials: Trials) -> None:
    """Every combination of values, judged as one batch."""
    ladders = [dimension.ladder for dimension in dimensions.values()]
    trials.scores([dict(zip(dimensions, values, strict=True)) for values in itertools.product(*ladders)])


def coordinate(dimensions: Dimensions, trials: Trials, rounds: int) -> None:
    """All values of one key while the others stay, key by key, until a round changes nothing.

    It begins in the middle of every range: at an end, a mask may be empty whatever the other keys are.

    Args:
        dimensions: what is searched.
        trials: what judges.
        rounds: most rounds over all keys.
    """
    here = {key: dimension.ladder[len(dimension.ladder) // 2] for key, dimension in dimensions.items()}
    for _ in range(rounds):
        before = dict(here)
        for key, dimension in dimensions.items():
            line = [{**here, key: value} for value in dimension.ladder]
            scores = [-math.inf if math.isnan(score) else score for score in trials.scores(line)]
            # of equal scores the lowest value, unless nothing on the line has one
            here = line[scores.index(max(scores))] if max(scores) > -math.inf else here
        if here == before:
            return


def bayes(dimensions: Dimensions, trials: Trials, count: int, seed: int) -> None:
    """Bayesian optimisation: a Gaussian process says where the best may lie (upper confidence bound).

    It sees every key between 0 and 1, those searched by ``log`` on a log scale, so that all count alike. It begins
    with a Latin hypercube. A setting without a score counts as zero.

    Args:
        dimensions: what is searched.
        trials: what judges.
        count: number of trials; a setting that comes again is not judged again but counts.
        seed: of first settings and guesses.
    """
    from bayes_opt import BayesianOptimization  # noqa: PLC0415  slow to import
    from scipy.stats.qmc import LatinHypercube  # noqa: PLC0415  slow to import
    from sklearn.gaussian_process.kernels import Matern  # noqa: PLC0415  slow to import

    free = [key for key, dimension in dimensions.items() if len(dimension.ladder) > 1]
    if not free:
        grid(dimensions, trials)
        return
    optimiser = BayesianOptimization(
        f=None, pbounds=dict.fromkeys(free, (0, 1)), random_state=seed, verbose=0, allow_duplicate_points=True
    )
    optimiser.set_gp_params(kernel=Matern(length_scale=0.2, length_scale_bounds=LENGTH_SCALES, nu=2.5))

    def judge(batch: Sequence[Setting]) -> None:
        settings = [
            {key: each.value(shares[key]) if key in shares else each.ladder[0] for key, each in dimensions.items()}
            for shares in batch
        ]
        for setting, score in zip(settings, trials.scores(settings), strict=True):
            optimiser.register({key: dimensions[key].share(setting[key]) for key in free}, float(np.nan_to_num(score)))

    blind = max(1, min(MOST_BLIND, count // 3))
    first = LatinHypercube(len(free), rng=np.random.default_rng(seed)).random(blind)
    judge([dict(zip(free, shares, strict=True)) for shares in first.tolist()])
    for _ in range(count - blind):
        with warnings.catch_warnings():
            # the surrogate's own length scale may meet its bound, which only makes a guess less good
            warnings.simplefilter("ignore")
            guess = optimiser.suggest()
        judge([{key: float(guess[key]) for key in free}])
