"""Staffing solves of other packages, answered and timed: JSON questions on standard input, answers and seconds out.

    python libraries.py PACKAGE MODEL

Runs in the peers' environment. A question is rate (a second), aht, within and patience (seconds) and target; null is
the answer where a package raises an error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Solve = Callable[[dict[str, Any]], int]
MINUTES = 30


def pyworkforce_c() -> Solve:
    from pyworkforce.queuing import ErlangC

    def solve(q: dict[str, Any]) -> int:
        desk = ErlangC(transactions=q["rate"] * 60 * MINUTES, aht=q["aht"] / 60, asa=q["within"] / 60, interval=MINUTES)
        return int(desk.required_positions(q["target"])["raw_positions"])

    return solve


def pyworkforce_a() -> Solve:
    from pyworkforce.queuing import ErlangA

    def solve(q: dict[str, Any]) -> int:
        desk = ErlangA(
            transactions=q["rate"] * 60 * MINUTES,
            aht=q["aht"] / 60,
            asa=q["within"] / 60,
            interval=MINUTES,
            patience=q["patience"] / 60,
        )
        return int(desk.required_positions(q["target"])["raw_positions"])

    return solve


def erlanglib_c() -> Solve:
    import erlanglib

    def solve(q: dict[str, Any]) -> int:  # it has the formulas and no search: the plainest one, agent by agent
        load = q["rate"] * q["aht"]
        agents = int(load) + 1
        while True:
            waits = erlanglib.erlang_c(agents, load)
            if erlanglib.service_level(agents, load, waits, q["within"], q["aht"]) >= q["target"]:
                return agents
            agents += 1

    return solve


def call_center_tools_c() -> Solve:
    from call_center_tools import erlang, staffing

    def solve(q: dict[str, Any]) -> int:  # formulas and no search, as above
        load = q["rate"] * q["aht"]
        agents = int(load) + 1
        while True:
            waits = erlang.erlang_c(load, agents)
            if staffing.calc_service_level(load, agents, waits, q["within"], q["aht"]) >= q["target"]:
                return agents
            agents += 1

    return solve


SOLVERS: dict[tuple[str, str], Callable[[], Solve]] = {
    ("pyworkforce", "C"): pyworkforce_c,
    ("pyworkforce", "A"): pyworkforce_a,
    ("erlanglib", "C"): erlanglib_c,
    ("call-center-tools", "C"): call_center_tools_c,
}


def main(package: str, model: str) -> None:
    """Answers, process seconds (best of the rounds asked for) and versions; no answers where the model is missing."""
    asked = json.load(sys.stdin)
    about = {"version": version(package), "python": ".".join(map(str, sys.version_info[:3]))}
    try:
        solve = SOLVERS[package, model]()
    except ImportError:
        json.dump(about, sys.stdout)
        return
    best = float("inf")
    for _ in range(asked["rounds"]):
        answers: list[int | None] = []
        begun = time.process_time()
        for question in asked["questions"]:
            try:
                answers.append(solve(question))
            except (ArithmeticError, ValueError):
                answers.append(None)
        best = min(best, time.process_time() - begun)
    json.dump(about | {"answers": answers, "seconds": best}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
