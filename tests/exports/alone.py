"""Read hostile files each in a process of its own and tell, a line of JSON each, how it went and what it cost.

`python -m tests.exports.alone FOLDER`: one folder a case inside, called by the case's name. `mb` is the peak memory of
the whole process, `s` the processor time of the reading (other work on the machine does not count). A reader that takes
30 s or 4 GB is stopped.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from forecast import ingest
from forecast.problem import Refused
from tests.exports import CASES
from tests.exports.case import Case
from tests.exports.judge import fault

NAMES = {case.name: case for case in CASES}
SECONDS = 30
BYTES = 4 << 30


def read(case: Case, path: Path) -> str | None:
    """What is wrong with the answer; None if it is right."""
    try:
        return fault(case, ingest.read(path).history.table)
    except Refused as refused:
        return fault(case, refused)
    except Exception as error:
        return f"crashed: {type(error).__name__}: {str(error)[:200]}"


def tell(**line: object) -> None:
    """Write a line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    """Read every file, whatever becomes of the one before."""
    for inner in sorted(folder.iterdir()):
        case = NAMES[inner.name]
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
            signal.alarm(SECONDS)
            begun = time.process_time()
            wrong = read(case, inner / case.filename)
            took = time.process_time() - begun
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            tell(name=case.name, wrong=wrong, s=round(took, 2), mb=round(peak))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            tell(name=case.name, wrong=f"died: status {status}", s=SECONDS, mb=0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
