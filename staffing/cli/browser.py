"""The command that opens the browser app."""

from __future__ import annotations

import subprocess
from typing import Annotated

import typer

from forecast.language import Text
from forecast.problem import Refused
from staffing import plan as chain
from staffing import working
from staffing.cli.speech import ScenarioFile, Workers, app, progress, say, say_all, voice
from staffing.scenario import Scenario, load
from staffing.ui import server


@app.command()
def serve(
    scenario_file: ScenarioFile = None,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8501,
    workers: Workers = -1,
) -> None:
    """The browser app on 127.0.0.1, with the scenario already planned."""
    with progress(chain.STAGES) as tell:
        try:
            chain.made(load(scenario_file) if scenario_file else _usual(), workers, tell)
        except Refused as refused:
            if scenario_file:
                raise
            say_all([p.text for p in refused.problems])  # the import page is there to put it right
    say(Text("open http://127.0.0.1:{port} in a browser; Ctrl+C ends it", port=port))
    raise typer.Exit(subprocess.run(**server.command(port, scenario_file, voice.language), check=False).returncode)


def _usual() -> Scenario:
    """The base case on what was imported, or else the sample's."""
    return working.scenario(working.working(working.usual()))
