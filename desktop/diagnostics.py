"""Diagnostic log: kinds, counts, durations and places in the code; never a value, a name or a key.

One JSON object a line, in the platform's place for logs, rotated. A log that cannot be written stops nothing.
"""

import contextlib
import datetime
import json
import logging
import logging.handlers
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

MAX_BYTES = 512 * 1024
KEPT_FILES = 4
MAX_PLACES = 12
PROGRAM = Path(__file__).resolve().parent.parent
"""Places are told relative to it; those outside of it are not told: their paths may hold a person's name."""

Number = int | float
_LOGGER = logging.getLogger("sitebook.diagnostics")


def log_folder() -> Path:
    """Where this person's logs are kept on this computer."""
    import platformdirs

    return platformdirs.user_log_path("Sitebook", appauthor=False)


def install(name: str, folder: Path | None = None) -> None:
    """Write the log of a program from now on; nothing happens where its folder cannot be written."""
    logging.raiseExceptions = False
    where = folder or log_folder()
    with contextlib.suppress(OSError):
        where.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            where / f"{name}.log", maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )
        uninstall()
        _LOGGER.addHandler(handler)
        _LOGGER.setLevel(logging.INFO)
        _LOGGER.propagate = False


def uninstall() -> None:
    """Write no log any more."""
    for handler in list(_LOGGER.handlers):
        _LOGGER.removeHandler(handler)
        handler.close()
    _LOGGER.propagate = True
    _LOGGER.setLevel(logging.NOTSET)


def record(event: str, /, **numbers: Number) -> None:
    """Write a line: an event of the program, which is written in the code, and numbers."""
    _write({"event": event} | {name: round(float(number), 3) for name, number in numbers.items()})


def record_fault(event: str, error: BaseException) -> None:
    """Write what kind of error it is and where in the program it arose; its message may hold a value and is left out."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < MAX_PLACES:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    fault: dict[str, object] = {"event": event, "error": kinds, "places": _places(error)}
    # A name that another program gave, such as SQLITE_CONSTRAINT; never a sentence.
    if isinstance(code := getattr(error, "code_name", None), str):
        fault["code"] = code
    _write(fault)


@contextmanager
def measured(event: str) -> Generator[dict[str, Number]]:
    """Write how long the block took, with the numbers that it puts into what it gets; or how it failed."""
    started = time.perf_counter()
    numbers: dict[str, Number] = {}
    try:
        yield numbers
    except BaseException as error:
        record_fault(event, error)
        raise
    record(event, seconds=time.perf_counter() - started, **numbers)


def _places(error: BaseException) -> list[str]:
    places: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(PROGRAM) and ".venv" not in file.parts:
            places.append(f"{file.relative_to(PROGRAM).as_posix()}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-MAX_PLACES:]


def _write(content: Mapping[str, object]) -> None:
    if _LOGGER.handlers:
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        _LOGGER.info("%s", json.dumps({"time": now, **content}))
