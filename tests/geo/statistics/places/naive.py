"""The place scan once more, in plain Python over its definition: slow, and written to be compared with."""

from math import exp, hypot, log, sqrt
from statistics import median

import numpy as np
from scipy.stats import gamma, norm

SIZES = [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 19, 22, 26, 30, 36, 44, 54, 64]


class Map:
    """Areas by position, in the order of their points."""

    def __init__(self, z, expected, pairs, points, shape):
        self.points, self.z = points, z
        self.around = [sorted({b for a, b in pairs if a == at}) for at in range(len(z))]
        self.shape = 1 / (1 / shape + 1 / median(expected))
        raw = [gamma.ppf(norm.cdf(min(one, 4.0)), self.shape, scale=1 / self.shape) for one in z]
        self.u = [one / (sum(raw) / len(raw)) for one in raw]
        count = max(1, min(8, len(z) // 50))
        order = sorted(range(len(z)), key=lambda at: (expected[at], at))
        self.classes = {at: place * count // len(z) for place, at in enumerate(order)}
        self.sizes = [size for size in SIZES if size * 4 <= len(z)]

    def windows(self, left):
        """Each window as (centre, its areas, nearest first)."""
        found = []
        for centre in sorted(left):
            reached, layer = [centre], {centre}
            while layer and len(reached) < self.sizes[-1]:
                layer = {b for a in layer for b in self.around[a] if b in left} - set(reached)
                reached += sorted(layer, key=lambda at: (self.apart(centre, at), at))
            found += [(centre, reached[:size]) for size in self.sizes if size <= len(reached)]
        return found

    def apart(self, one, other):
        millimetres = [round(1000 * a) - round(1000 * b) for a, b in self.pairs(one, other)]
        return round(hypot(*millimetres))

    def pairs(self, one, other):
        return zip(self.points[one], self.points[other], strict=True)

    def score(self, areas, u):
        total = 0.0
        for at in areas:
            total += u[at]
        m, k = total / len(areas), len(areas)
        r = min(max(m, exp(0.7 / sqrt(self.shape))), exp(1.4 / sqrt(self.shape)))
        return k * self.shape * (m * (1 - 1 / r) - log(r))

    def lifted(self, areas, u, most):
        """Its score as a zone, with a prior, or as a part."""
        return self.score(areas, u) + (log(len(areas) / 12) if most == self.sizes[-1] else 0.0)

    def draws(self, left, count, seed):
        for stream in np.random.SeedSequence(seed).spawn(count):
            random, u = np.random.Generator(np.random.PCG64(stream)), [0.0] * len(self.u)
            for one in range(max(self.classes.values()) + 1):
                group = [at for at in range(len(self.u)) if self.classes[at] == one and at in left]
                for at, value in zip(group, random.permutation([self.u[at] for at in group]), strict=True):
                    u[at] = value
            yield u

    def disjoint(self, windows, u, most):
        """Scores and windows without an area in common, strongest first, from log n - 2.5 up."""
        scored = [(self.lifted(areas, u, most), areas) for _, areas in windows if len(areas) <= most]
        taken, chosen = set(), []
        for one, areas in sorted(scored, key=lambda pair: -pair[0]):
            if one >= log(len(self.u)) - 2.5 and not taken & set(areas):
                taken |= set(areas)
                chosen.append((one, areas))
        return chosen

    def nulls(self, left, most, count, seed):
        windows = self.windows(left)
        return [[one for one, _ in self.disjoint(windows, u, most)] for u in self.draws(left, count, seed)]

    def places(self, left, most, may_join):
        """Score, window and weights of members."""
        windows = [(areas, self.lifted(areas, self.u, most)) for _, areas in self.windows(left) if len(areas) <= most]
        for score, window in self.disjoint(self.windows(left), self.u, most):
            overlapping = [(areas, exp(one - score)) for areas, one in windows if set(areas) & set(window)]
            total = sum(weight for _, weight in overlapping)
            held = {at: sum(weight for areas, weight in overlapping if at in areas) / total for at in window}
            yield score, window, {at: w for at, w in held.items() if w >= 0.5 and may_join[at]}
            windows = [(areas, one) for areas, one in windows if not set(areas) & set(window)]


def p_of(score, null):
    return (1 + sum(max(draw, default=0.0) >= score for draw in null)) / (1 + len(null))


def gate(board, levels, nulls):
    """The share of maps, this one among them, of which the smaller p is as small."""
    every = set(range(len(board.u)))
    here = [
        max(board.lifted(areas, board.u, most) for _, areas in board.windows(every) if len(areas) <= most)
        for most in levels
    ]
    here = [best if best >= log(len(board.u)) - 2.5 else 0.0 for best in here]
    maps = [[max(draw, default=0.0) for draw in null] + [best] for null, best in zip(nulls, here, strict=True)]
    count = len(maps[0])
    p = [min(sum(other >= level[at] for other in level) / count for level in maps) for at in range(count)]
    return sum(one <= p[-1] for one in p) / count


def searched(board, may_join, control, draws, seed=1):
    """Zones and parts as lists of (window, weights, p, q), and the p of both."""
    every, levels = set(range(len(board.u))), (board.sizes[-1], 12)
    nulls = [board.nulls(every, most, draws, seed) for most in levels]
    p = gate(board, levels, nulls)
    if p > 0.05:
        return [], [], p
    bounded = whole if control == "whole" else rate
    found = [list(board.places(every, most, may_join)) for most in levels]
    notable = [
        {at for score, window, _ in one if p_of(score, null) <= 0.5 for at in window}
        for one, null in zip(found, nulls, strict=True)
    ]
    left = every - set().union(*notable)
    bounded = whole if control == "whole" else rate
    zones, parts = (
        in_turn(bounded, one, [null, board.nulls(left, most, draws, seed + 1)])
        for one, null, most in zip(found, nulls, levels, strict=True)
    )
    return *([one for one in level if one[1]] for level in (zones, parts)), p


def in_turn(bounded, places, nulls):
    found = []
    for null in nulls:
        found += bounded(places[len(found) :], null, 0.05)
    highest = [max(q for _, _, _, q in found[: nth + 1]) for nth in range(len(found))]
    return [(window, weights, p, q) for (window, weights, p, _), q in zip(found, highest, strict=True)]


def whole(places, null, max_q):
    new = []
    for score, window, weights in places:
        p = p_of(score, null)
        if p > max_q:
            break
        new.append((window, weights, p, p))
    return new


def rate(places, null, max_q):
    wrong = [
        (1 + sum(one >= score for draw in null for one in draw)) / (1 + len(null)) / nth
        for nth, (score, _, _) in enumerate(places, start=1)
    ]
    q = [min([1.0, *wrong[nth:]]) for nth in range(len(wrong))]
    return [
        (window, weights, p_of(score, null), part)
        for (score, window, weights), part in zip(places, q, strict=True)
        if part <= max_q
    ]
