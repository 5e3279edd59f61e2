"""What has been judged in a search, each setting once, and the best of it."""

import math
from collections.abc import Callable, Sequence

Setting = dict[str, float]
Judge = Callable[[Sequence[Setting]], Sequence[float]]


class Trials:
    """Settings and their scores, in the order in which they were judged.

    Args:
        judge: from a batch of settings to their scores; higher is better, NaN is no score.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._scores: dict[tuple[tuple[str, float], ...], float] = {}

    def scores(self, settings: Sequence[Setting]) -> list[float]:
        """Scores of settings; those judged before are not judged again, the new ones are judged together."""
        new = {_key(setting): setting for setting in settings if _key(setting) not in self._scores}
        if new:
            self._scores.update(zip(new, self._judge(list(new.values())), strict=True))
        return [self._scores[_key(setting)] for setting in settings]

    def best(self) -> Setting | None:
        """The setting of the highest score, if any has one; of equals the lowest by the first key, then by the next."""
        scored = [(-score, key) for key, score in self._scores.items() if not math.isnan(score)]
        return dict(min(scored)[1]) if scored else None


def _key(setting: Setting) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(setting.items()))
