"""The waiting line behind a full desk, the same for calls and chats: who waits, how long, and who hangs up.

States are the contacts present. Once every slot is taken the desk finishes contacts at a constant pace, and each
waiting customer hangs up after an exponential patience (Palm 1943; the sums as in Garnett, Mandelbaum, Reiman 2002,
"Designing a call center with impatient customers"). Only the states before that differ between a telephone desk and a
chat desk: `lower` is their weight. The unit of time is the handle time at a full desk: load and slots compare exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln

from staffing.poisson import Floats, above, below, log_term

Of = Literal["offered", "answered", "virtual"]


@dataclass(frozen=True, eq=False)
class Line:
    """Arrays of one shape. load > 0, slots >= 0, patience > 0 or infinite; lower >= 1 may be infinite.

    lower: weight of the states up to the one with every slot taken, relative to that state (1/B of an Erlang B desk).
    """

    load: Floats
    slots: Floats
    lower: Floats
    patience: Floats
    _steps: Floats
    _ebb: Floats  # weight of the full state, relative to it and all states with a line
    _calm: Floats  # weight of the states with a free slot, relative to those with none

    @classmethod
    def behind(cls, load: Floats, slots: Floats, lower: Floats, patience: Floats) -> Line:
        """The line behind a desk whose states below full weigh `lower`."""
        patient = np.isinf(patience)
        finite = np.where(patient, 1.0, patience)
        ebb, steps = np.empty(load.shape), np.full(load.shape, np.nan)
        with np.errstate(divide="ignore"):
            ebb[patient] = np.maximum(1 - load[patient] / slots[patient], 0.0)
        if not patient.all():
            log_sum, steps[~patient] = above((slots * finite)[~patient], (load * finite)[~patient])
            ebb[~patient] = np.exp(-log_sum)
        return cls(load, slots, lower, patience, steps, ebb, (lower - 1) * ebb)

    @property
    def wait(self) -> Floats:
        """Share of contacts that find no free slot."""
        return 1 / (1 + self._calm)

    @property
    def abandonment(self) -> Floats:
        """Share of contacts that hang up before they are answered."""
        with np.errstate(invalid="ignore"):
            share = np.minimum(self.wait * self._steps / (self.load * self.patience), 1.0)
        return np.where(np.isinf(self.patience), 0.0, share)

    @property
    def mean_wait(self) -> Floats:
        """Mean time until answered or hung up, over all contacts; infinite where the line grows for ever."""
        with np.errstate(divide="ignore", invalid="ignore"):
            stable = self.wait / np.maximum(self.slots - self.load, 0.0)
            return np.where(np.isinf(self.patience), stable, self.abandonment * self.patience)

    @property
    def occupancy(self) -> Floats:
        """Share of the desk's capacity in use."""
        at_once = np.divide(self.load * self.at_once, self.slots, out=np.ones_like(self.load), where=self.slots > 0)
        return np.minimum(at_once + self.wait * (1 - self._ebb), 1.0)

    @property
    def at_once(self) -> Floats:
        """Share of contacts that find a free slot."""
        with np.errstate(divide="ignore", over="ignore"):
            return 1 / (1 + 1 / self._calm)

    def within(self, time: Floats, of: Of) -> Floats:
        """Share answered within `time`: of all contacts offered, of those answered, or of patient ("virtual") ones."""
        share = np.empty(self.load.shape)
        patient = np.isinf(self.patience)
        drain = np.maximum(self.slots - self.load, 0.0)
        with np.errstate(over="ignore"):
            share[patient] = -np.expm1(-np.log1p(self._calm) - drain * time)[patient]
        some = ~patient
        if some.any():
            share[some] = self._impatient(some, time[some], of)
        return np.clip(share, 0.0, 1.0)

    def _impatient(self, some: NDArray[np.bool_], time: Floats, of: Of) -> Floats:
        load, patience, ebb = self.load[some], self.patience[some], self._ebb[some]
        s, x = self.slots[some] * patience, load * patience
        age = time / patience
        y = x * np.exp(-age)  # P(virtual wait > time | waits) = gamma(s, y) / gamma(s, x)
        virtual = of == "virtual"
        late = np.empty(s.shape)
        # more than the desk can do: the share in time is small, so it is taken as a difference of the small tails
        over = x > s
        so, xo, yo = s[over], x[over], y[over]
        order = so + (not virtual)
        tails = gammainc(order, xo) - _head(order, xo, age[over])
        beyond = yo > so
        sb, xb, yb = so[beyond], xo[beyond], yo[beyond]
        tails[beyond] = _tail(sb, yb, virtual) - _tail(sb, xb, virtual)
        late[over] = tails / gammainc(so, xo) * (1 if virtual else so / xo)
        # less: gamma functions may underflow, their ratio to the Poisson term does not
        under = ~over
        su, xu, vu = s[under], x[under], ebb[under]
        decay = np.exp(xu * -np.expm1(-age[under]) - su * age[under])
        rest = np.exp(above(su, y[under])[0])
        if virtual:
            late[under] = 1 - decay * rest * vu
        else:
            late[under] = su / xu * (1 - vu - decay * vu * (rest - 1))
        share = self.at_once[some] + self.wait[some] * late
        if of == "answered":
            answered = (self.occupancy * self.slots / self.load)[some]
            return np.divide(share, answered, out=np.zeros_like(share), where=answered > 0)
        return share


def _head(s: Floats, x: Floats, age: Floats) -> Floats:
    """P(s, x e^-age), also where x e^-age is no float any more."""
    y = x * np.exp(-age)
    tiny = y < 1e-290
    first_term = np.exp(np.where(tiny, s * (np.log(x) - age) - gammaln(s + 1), 0.0))
    return np.where(tiny, first_term, gammainc(s, np.where(tiny, 1.0, y)))


def _tail(s: Floats, x: Floats, virtual: bool) -> Floats:
    """Q(s + 1, x), or Q(s, x) for patient customers; to many digits only where x > s."""
    return np.exp(log_term(s, x)) * (below(s, x) - virtual)
