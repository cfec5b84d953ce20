"""Sums of Poisson terms on either side of one of them: what every Erlang formula is made of.

With p(s) = x^s e^-x / Gamma(s + 1) for real s >= 0, `below` and `above` are the sums over s, s - 1, ... and over
s, s + 1, ..., each relative to p(s). Both stay accurate where p(s) itself, or the sum, leaves the range of a float.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, gammaln, xlogy

Floats = NDArray[np.float64]

FAR = 4.0  # standard deviations, and
WIDE = 90.0  # steps, from where quadrature takes over: scipy's incomplete gamma loses its digits far out in large s
TERMS = 60  # of a series whose terms at least halve: the rest is below 2^-60
NODES, WEIGHTS = np.polynomial.laguerre.laggauss(24)


def log_term(s: Floats, x: Floats) -> Floats:
    """log p(s), to a few ulp even where s and x are near 1e9 (Loader 2000, "Fast and accurate computation of binomial
    probabilities": Stirling's error and the deviance apart, as their parts cancel).
    """
    direct = xlogy(s, x) - x - gammaln(s + 1)
    big = np.maximum(s, 16.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        stirling = -_stirling_error(big) - _deviance(big, x) - 0.5 * np.log(2 * np.pi * big)
    return np.where((s < 16) | (x <= 0), direct, stirling)


def log_rise(s: Floats, steps: Floats, x: Floats) -> Floats:
    """log of (s + 1)(s + 2)...(s + steps) / x^steps."""
    with np.errstate(divide="ignore", invalid="ignore"):
        end = s + steps
        big = np.maximum(s, 16.0)
        growth = (big + steps + 0.5) * np.log1p(steps / big) - steps + steps * np.log(big / x)
        stirling = growth + _stirling_error(big + steps) - _stirling_error(big)
        direct = gammaln(end + 1) - gammaln(s + 1) - steps * np.log(x)
    return np.where(s < 16, direct, stirling)


def below(s: Floats, x: Floats) -> Floats:
    """1 + s/x + s(s-1)/x^2 + ... = Q(s+1, x) / p(s) for s >= 0, x > 0; infinite where that exceeds a float.

    It is the inverse of Erlang's B formula, continued to real s (Jagerman 1974).
    """
    s, x = np.broadcast_arrays(s, x)
    out = np.empty(s.shape)
    far = x - s > np.maximum(FAR * np.sqrt(s), WIDE)
    if far.any():
        # x * integral of e^(-xu) (1+u)^s, with v = (x-s)u: the weight e^-v times a factor that is nearly 1
        gap = (x - s)[far, None]
        u = NODES / gap
        out[far] = x[far] / gap[:, 0] * (np.exp(-s[far, None] * (u - np.log1p(u))) @ WEIGHTS)
    near = ~far
    if near.any():
        with np.errstate(over="ignore", divide="ignore"):
            out[near] = np.exp(np.log(gammaincc(s[near] + 1, x[near])) - log_term(s[near], x[near]))
    return np.where(s > 0, np.maximum(out, 1.0), 1.0)


def above(s: Floats, x: Floats) -> tuple[Floats, Floats]:
    """log J and K of J = 1 + x/(s+1) + x^2/((s+1)(s+2)) + ... = P(s, x) / p(s), for s >= 0, x >= 0.

    K is the mean number of steps above s: the sum of j times the j-th term, over J (Kummer's M(1; s+1; x)).
    """
    s, x = np.broadcast_arrays(s, x)
    log_sum, steps = np.empty(s.shape), np.empty(s.shape)
    few = 2 * x <= s + 1
    far = ~few & (s - 1 - x > np.maximum(FAR * np.sqrt(s), WIDE))
    near = ~(few | far)
    if few.any():
        total, first = np.ones(int(few.sum())), np.zeros(int(few.sum()))
        for j in range(TERMS, 0, -1):
            ratio = x[few] / (s[few] + j)
            first = ratio * (total + first)
            total = 1 + ratio * total
        log_sum[few], steps[few] = np.log(total), first / total
    if far.any():
        # s * integral of (1-u)^(s-1) e^(xu), with v = (s-1-x)u; the difference below would cancel in K
        gap = (s - 1 - x)[far, None]
        u = NODES / gap
        values = np.exp((s[far, None] - 1) * (u + np.log1p(-u))) * WEIGHTS
        total = values.sum(axis=1)
        log_sum[far] = np.log(s[far] / gap[:, 0] * total)
        steps[far] = x[far] * (values * u).sum(axis=1) / total
    if near.any():
        sn, xn = s[near], x[near]
        # scipy's gammainc is 0 for the smallest s of all, where it should be 1
        log_sum[near] = np.log(gammainc(np.where(sn < 1e-300, 0.0, sn), xn)) - log_term(sn, xn)
        steps[near] = xn - sn + sn * np.exp(-log_sum[near])
    return log_sum, steps


def _stirling_error(s: Floats) -> Floats:
    """log Gamma(s + 1) - (s + 1/2) log s + s - log(2 pi)/2, for s >= 16."""
    i = 1 / (s * s)
    return (1 / 12 - i * (1 / 360 - i * (1 / 1260 - i * (1 / 1680 - i * (1 / 1188 - i * 691 / 360360))))) / s


def _deviance(s: Floats, x: Floats) -> Floats:
    """s log(s/x) + x - s = -s (log(1 + d) - d) with d = (x - s)/s; the series spares the cancellation near 0."""
    d = (x - s) / s
    r = d / (2 + d)
    i = r * r
    tail = np.zeros_like(r)
    for k in range(21, 1, -2):
        tail = i * (1 / k + tail)
    return np.where(np.abs(d) < 0.3, s * r * (d - 2 * tail), s * (np.log(s) - np.log(x)) + (x - s))
