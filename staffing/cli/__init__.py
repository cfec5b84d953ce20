"""The command line: one sub-command a stage. It asks for input, calls the stage and writes what comes back.

Exit status: 0 done; 2 bad input; 3 no plan exists; 1 a fault of ours. One line an error, on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import typer
from typer.exceptions import TyperException

from forecast.language import LANGUAGES, Text, preferred
from forecast.problem import Refused
from staffing.cli.speech import app, bad, voice
from staffing.noplan import NoPlan

# Solvers and models take seconds to load: only the module of the command asked for is.
MODULES = {
    "history": ("import", "history"),
    "expect": ("forecast", "update", "backtest"),
    "hand": ("override",),
    "judge": ("accuracy",),
    "need": ("require", "simulate"),
    "planning": ("season", "shifts", "plan", "compare"),
    "scores": ("scorecard",),
    "browser": ("serve",),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    everywhere = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    everywhere.add_argument("--lang")
    everywhere.add_argument("--quiet", action="store_true")
    common, rest = everywhere.parse_known_args(sys.argv[1:] if argv is None else list(argv))
    voice.language, voice.quiet = preferred(), common.quiet
    try:
        if common.lang is not None:
            if common.lang not in LANGUAGES:
                raise bad("--lang", Text("expected zh or en, came {came}", came=common.lang))
            voice.language = common.lang
        _load(rest)
        return int(app(args=rest, standalone_mode=False) or 0)
    except typer.Exit as done:
        return done.exit_code
    except TyperException as error:
        return _fail([Text("command line: {reason}", reason=error.format_message()).say(voice.language)], 2)
    except Refused as refused:
        return _fail([p.say(voice.language) for p in refused.problems], 2)
    except NoPlan as none:
        return _fail([text.say(voice.language) for text in none.conflicts], 3)
    except KeyboardInterrupt:
        return 130
    except Exception as fault:
        if os.environ.get("PEAKSTAFF_DEBUG"):
            raise
        text = Text(
            "a fault of Peakstaff's own: {fault}; PEAKSTAFF_DEBUG=1 shows where",
            fault=f"{type(fault).__name__}: {fault}",
        )
        return _fail([text.say(voice.language)], 1)


def _fail(lines: Sequence[str], status: int) -> int:
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)
    return status


def _load(arguments: Sequence[str]) -> None:
    """Load the commands; only the one asked for where it is plain which."""
    wanted = next((module for module, names in MODULES.items() if arguments and arguments[0] in names), None)
    for module in [wanted] if wanted else MODULES:
        import_module(f"staffing.cli.{module}")
