"""Erlang A and C to 45 digits by another way, for `benchmarks.queueing.exactness`: JSON questions in, answers out.

Runs in the peers' environment. A customer with patience to spare who finds no agent free waits V, with the density

    rate p[n-1] g(v),   g(v) = exp(rate patience (1 - exp(-v / patience)) - n v / aht)

(Baccelli, Hebuterne 1981, "On queues with impatient customers"), p[n-1] being the share of time with n - 1 contacts
present. Every measure is an integral of g, taken here by Gauss-Legendre panels around its peak, and a plain sum over
the states below n. The package uses neither: it sums the states above n by incomplete gamma functions.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from mpmath import exp, inf, log, mp, mpf, sqrt

mp.dps = 45
TINY = mpf(10) ** -40
DROP = 75  # natural logarithms below its peak from where an integrand counts no more
POINTS = 28


def legendre() -> list[tuple[Any, Any]]:
    """Nodes and weights on -1 .. 1."""
    found = []
    for i in range(POINTS):
        x = mp.cos(mp.pi * (i + mpf(3) / 4) / (POINTS + mpf(1) / 2))
        for _ in range(8):
            before, now = mpf(1), x
            for k in range(2, POINTS + 1):
                before, now = now, ((2 * k - 1) * x * now - (k - 1) * before) / k
            slope = POINTS * (x * now - before) / (x * x - 1)
            x -= now / slope
        found.append((x, 2 / ((1 - x * x) * slope**2)))
    return found


RULE = legendre()


def answer(question: dict[str, float | None]) -> dict[str, str]:
    """Service levels, abandonment, mean wait and occupancy; patience None is infinite."""
    rate, aht, within = (mpf(question[name]) for name in ("rate", "aht", "within"))
    n, patience = int(question["agents"] or 0), question["patience"]
    if patience is None:
        return told(*erlang_c(rate, aht, n, within))
    if n == 0:
        return told(mpf(0), mpf(0), mpf(1), mpf(patience), mpf(1))
    p = mpf(patience)
    soon, soon_there, late, late_there = integrals(rate, n / aht, p, within)
    below = states_below(rate * aht, n)
    alone = 1 / (below + rate * (soon + late))  # p[n-1]
    free = alone * below
    level = free + alone * rate * soon_there
    gone = alone * rate * (soon - soon_there + late - late_there)
    virtual = free + alone * rate * soon
    return told(level, virtual, gone, gone * p, rate * aht * (1 - gone) / n)


def told(level: Any, virtual: Any, gone: Any, wait: Any, busy: Any) -> dict[str, str]:
    answered = level / (1 - gone) if gone < 1 else mpf(0)
    values = {
        "offered": level,
        "answered": answered,
        "virtual": virtual,
        "abandonment": gone,
        "mean_wait": wait,
        "occupancy": busy,
    }
    return {name: mp.nstr(value, 30) for name, value in values.items()}


def erlang_c(rate: Any, aht: Any, n: int, within: Any) -> tuple[Any, Any, Any, Any, Any]:
    load = rate * aht
    if n <= load:
        return mpf(0), mpf(0), mpf(0), inf, mpf(1)
    wait = 1 / (1 + states_below(load, n) * (n - load) / load)
    level = 1 - wait * exp(-(n - load) * within / aht)
    return level, level, mpf(0), wait * aht / (n - load), load / n


def states_below(load: Any, n: int) -> Any:
    """Weight of 0 .. n - 1 contacts present, relative to that of n - 1."""
    term = total = mpf(1)
    for k in range(n - 1, 0, -1):
        term *= k / load
        total += term
        if term < TINY * total:
            break
    return total


def integrals(rate: Any, pace: Any, patience: Any, within: Any) -> list[Any]:
    """g over 0 .. within, the same times exp(-v / patience), and both from there on."""
    x = rate * patience

    def height(v: Any, stays: Any) -> Any:
        return x * (1 - stays) - pace * v

    crest = patience * log(rate / pace) if rate > pace else mpf(0)
    out: list[Any] = []
    for start, end in ((mpf(0), within), (within, inf)):
        peak = min(max(crest, start), end)
        top = height(peak, exp(-peak / patience))
        slope = abs(rate * exp(-peak / patience) - pace)
        bend = rate * exp(-peak / patience) / patience
        width = 3 * min(1 / slope if slope else inf, 1 / sqrt(bend), patience / 4)
        plain = there = mpf(0)
        for sign, edge in ((-1, start), (1, end)):
            at, step = peak, width
            while at != edge:
                to = at + sign * step
                to = max(to, edge) if sign < 0 else min(to, edge)
                middle, half = (at + to) / 2, abs(to - at) / 2
                for node, weight in RULE:
                    v = middle + half * node
                    stays = exp(-v / patience)
                    part = weight * half * exp(height(v, stays) - top)
                    plain += part
                    there += part * stays
                at = to
                stays = exp(-at / patience)
                if top - height(at, stays) > DROP:
                    break
                if sign > 0 and at / patience > 100 + max(log(x), 0):  # from here on a pure exponential
                    rest = exp(height(at, stays) - top)
                    plain += rest * -mp.expm1(-pace * (edge - at)) / pace
                    both = pace + 1 / patience
                    there += rest * stays * -mp.expm1(-both * (edge - at)) / both
                    break
        scale = exp(top)
        out += [plain * scale, there * scale]
    return out


if __name__ == "__main__":
    json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
