"""How the command line speaks: its options, the reader's language, lines, progress and refusals."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from forecast.language import Language, Text
from forecast.problem import Problem, Refused

Tell = Callable[[Text], None]

Out = Annotated[Path, typer.Option("--out", help="file to write")]
Json = Annotated[bool, typer.Option("--json", help="print the answer as JSON")]
Country = Annotated[
    list[str] | None, typer.Option("--country", help="public calendar by ISO code, repeatable; 'none' for none [CN]")
]
EventsFile = Annotated[Path | None, typer.Option("--events", help="events.csv: promotions, incidents, closures")]
Workers = Annotated[int, typer.Option("--workers", help="processes for independent work; -1 is one a core")]
ScenarioFile = Annotated[Path | None, typer.Argument(metavar="SCENARIO.toml", help="what differs from the base case")]

app = typer.Typer(
    name="peakstaff",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def everywhere() -> None:
    """Contact forecast, staffing and cost for seasonal sellers. Everywhere: --lang zh|en, --quiet."""
    # with a callback even a lone command is named: only the module of the command asked for is loaded


class Voice:
    """The reader's language, and whether progress is shown."""

    language: Language = "zh"
    quiet: bool = False


voice = Voice()


def bad(option: str, text: Text) -> Refused:
    """`text` said of an option."""
    return Refused([Problem("command line", "-", option, text)])


@contextmanager
def asked_for() -> Iterator[None]:
    """Within it a stage's word on an argument is a problem of what was asked for, not a fault."""
    try:
        yield
    except Refused:
        raise
    except ValueError as error:
        raise bad("-", Text("{reason}", reason=str(error))) from None


def say(text: Text) -> None:
    """A line on standard output."""
    print(text.say(voice.language))


def say_all(texts: Sequence[Text]) -> None:
    """Notes on standard error."""
    for text in texts:
        print(Text("note: {text}", text=text).say(voice.language), file=sys.stderr)


def as_text(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


@contextmanager
def progress(stages: int) -> Iterator[Tell]:
    """A bar on standard error, one step a stage; nothing where standard error is no terminal."""
    console = Console(stderr=True)
    if voice.quiet or not console.is_terminal:
        yield lambda _stage: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=stages)
        begun = iter(range(stages + 1))

        def tell(stage: Text) -> None:
            bar.update(task, description=stage.say(voice.language), completed=next(begun, stages))

        yield tell
