"""Set up, run and test Sitebook from a clone, with nothing but Python 3.11.

    python3 packaging/dev.py run      open the practice site
    python3 packaging/dev.py test     every check, in order

Set-up comes first in every command and does nothing when nothing has changed: Debian packages
that are missing, then `.venv` with the locked packages, then the translations.
This file uses the standard library alone: it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
UV_LOCK = ROOT / "packaging" / "requirements-uv.lock"
TRANSLATIONS = ROOT / "packaging" / "translations.py"
VENV = ROOT / ".venv"
UV_VENV = ROOT / ".venv-uv"
STAMP = VENV / "set-up"
BUILD = ROOT / "build"

WINDOWS = sys.platform == "win32"
LINUX = sys.platform.startswith("linux")
SCRIPTS = "Scripts" if WINDOWS else "bin"

PYTHON_NEEDED = (3, 11)
UV_NEEDED = (0, 9)
SPACE_NEEDED_MB = 1200

# What Qt and the tests need of Debian, each found missing in an empty installation.
DEBIAN_PACKAGES: tuple[str, ...] = (
    # Qt itself, also without a screen
    "libegl1",
    "libgl1",
    "libglib2.0-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libgssapi-krb5-2",
    "libxkbcommon0",
    # windows under X11
    "libx11-xcb1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    # windows under Wayland
    "libwayland-cursor0",
    "libwayland-egl1",
    # a screen for tests
    "xvfb",
    "xauth",
    # Latin and Chinese letters: without them Chinese is boxes
    "fonts-noto-core",
    "fonts-noto-cjk",
    # to trust the package index
    "ca-certificates",
)


class SetupError(Exception):
    """Something outside this program that a person can mend; the text says what."""


# --- running other programs -----------------------------------------------------------------


def say(text: str) -> None:
    """Print at once, so that our lines keep their place among those of other programs."""
    print(text, flush=True)


def environment(**changes: str) -> dict[str, str]:
    """Our environment for another program, without a virtual environment that is active."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return {**kept, **changes}


def call(*command: str | Path, env: Mapping[str, str] | None = None) -> int:
    """Run a program in the project's folder, its output going where ours goes."""
    try:
        process = subprocess.Popen(command, cwd=ROOT, env=env or environment())
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be started: {error.strerror}.") from error
    with process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The program was interrupted too: let it end in its own way, within reason.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            process.kill()
            raise


def ask(*command: str | Path) -> str:
    """What a program prints, or nothing when it fails or is not there."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return ""
    return done.stdout.decode(errors="replace") if done.returncode == 0 else ""


def tool(name: str, folder: Path = VENV) -> Path:
    """Where a virtual environment keeps one of its programs."""
    return folder / SCRIPTS / (f"{name}.exe" if WINDOWS else name)


# --- set-up: Debian's packages --------------------------------------------------------------


def missing_debian_packages() -> list[str]:
    """The packages that are needed and not installed, by their own or a provided name."""
    listing = ask("dpkg-query", "-W", "-f", "${db:Status-Status}|${Package}, ${Provides}\n")
    installed: set[str] = set()
    for line in listing.splitlines():
        status, _, names = line.partition("|")
        if status == "installed":
            # "libglib2.0-0 (= 2.80)": newer releases provide the old name under a new package.
            installed.update(name.split()[0] for name in names.split(",") if name.strip())
    if not installed:
        return []  # not Debian
    needed = (*DEBIAN_PACKAGES, "python3-venv") if lacks_venv() else DEBIAN_PACKAGES
    return [name for name in needed if name not in installed]


def lacks_venv() -> bool:
    """Is there still an environment to make, and nothing to make it with?"""
    return not VENV.exists() and not found_uv() and not importlib.util.find_spec("ensurepip")


def install_debian_packages() -> None:
    """Install what is missing, or say the one command that does."""
    if LINUX and not shutil.which("dpkg-query") and not STAMP.exists():
        say(
            "This is not Debian: its graphics libraries and fonts are not checked. Needed are "
            "EGL, GL, GLib, D-Bus, fontconfig, xkbcommon, the xcb libraries and Noto CJK fonts."
        )
    missing = missing_debian_packages()
    if not missing:
        return
    install = ("install", "-y", "--no-install-recommends", *missing)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        say("Packages of the system are missing. An administrator installs them with:\n")
        say(f"    sudo apt-get {' '.join(install)}\n")
        return
    say(f"Installing {len(missing)} packages of the system: {' '.join(missing)}")
    env = environment(DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    apt = ("apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")
    # One source out of reach is no reason to stop: the others may have all that is needed.
    call(*apt, "update", env=env)
    if call(*apt, *install, env=env) != 0:
        reason = likely(without_packages=False)
        raise SetupError(f"The system's packages could not be installed (see above). {reason}")


# --- set-up: the virtual environment --------------------------------------------------------


def found_uv() -> Path | None:
    """A uv that is already here and new enough: our own, or one on the PATH."""
    for name in (tool("uv", UV_VENV), shutil.which("uv")):
        if not name:
            continue
        words = ask(name, "--version").split()
        with contextlib.suppress(IndexError, ValueError):
            if tuple(int(part) for part in words[1].split(".")[:2]) >= UV_NEEDED:
                return Path(name)
    return None


def bootstrap_uv() -> Path:
    """The uv to use: one that is here, else the locked one in a small environment of its own."""
    if uv := found_uv():
        return uv
    say("Fetching uv, which installs the rest")
    if not importlib.util.find_spec("ensurepip"):
        raise SetupError(f"This Python lacks its venv and ensurepip modules. {likely()}")
    pip = (tool("python", UV_VENV), "-m", "pip", "--disable-pip-version-check", "--quiet")
    commands: list[tuple[str | Path, ...]] = [
        (base_python(), "-m", "venv", "--clear", UV_VENV),
        (*pip, "install", "--require-hashes", "--no-deps", "-r", UV_LOCK),
    ]
    for command in commands:
        if call(*command) != 0:
            raise SetupError(f"uv could not be installed (see above). {likely()}")
    return tool("uv", UV_VENV)


def base_python() -> str:
    """The interpreter behind the environment that we may be running in."""
    return getattr(sys, "_base_executable", None) or sys.executable


def uv_environment() -> dict[str, str]:
    """How uv is to run: with its own settings, else pip's, so that a mirror is set once."""
    # The certificates that the system trusts: a hospital may have its own.
    env = environment(UV_PYTHON_DOWNLOADS="never", UV_SYSTEM_CERTS="1")
    for name, value in index_settings(pip_settings()).items():
        env.setdefault(name, value)
    return env


def pip_settings() -> dict[str, str]:
    """What pip is configured with, by files and variables, whichever pip is here."""
    for python in (tool("python", UV_VENV), base_python()):
        settings: dict[str, str] = {}
        for line in ask(python, "-m", "pip", "config", "list").splitlines():
            name, _, value = line.partition("=")
            # "global.index-url='...'"; later lines (install, then environment) prevail.
            with contextlib.suppress(ValueError, SyntaxError):
                settings[name.rpartition(".")[2]] = str(ast.literal_eval(value))
        if settings:
            return settings
    return {}


def index_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """Where pip takes packages from, in the words of uv."""
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "trusted-host": "UV_INSECURE_HOST",
        "cert": "SSL_CERT_FILE",
        "client-cert": "SSL_CLIENT_CERT",
        "proxy": "ALL_PROXY",
        "timeout": "UV_HTTP_TIMEOUT",
    }
    found = {ours: " ".join(pip[theirs].split()) for theirs, ours in names.items() if theirs in pip}
    links = pip.get("find-links", "").split()
    # A folder that is not there is nothing to pip, and an error to uv.
    if present := [link for link in links if "://" in link or Path(link).is_dir()]:
        found["UV_FIND_LINKS"] = ",".join(present)
    if "no-index" in pip:
        found["UV_NO_INDEX"] = "1"
    # pip takes the best file of all its indexes; the hashes of the lock make that safe.
    found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def fingerprint() -> str:
    """Names what the environment is made from: a change of it makes the environment anew."""
    return hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()


def environment_works() -> bool:
    """Does `.venv` start, and find this clone's Sitebook: not moved, its Python not replaced?"""
    code = "import desktop; print(desktop.__file__)"
    return ask(tool("python"), "-I", "-c", code).startswith(str(ROOT / "desktop"))


def install_python_packages() -> None:
    """Make `.venv` hold exactly what the lock names, and Sitebook itself as it lies here."""
    wanted = fingerprint()
    works = environment_works()
    if works and STAMP.exists() and STAMP.read_text(encoding="ascii") == wanted:
        return
    uv, env = bootstrap_uv(), uv_environment()
    python = tool("python")
    say(f"Installing the locked packages into {VENV.name} (the first time 250 MB are fetched)")
    here = ("--python", python)
    commands: list[tuple[str | Path, ...]] = [
        ("pip", "sync", *here, "--require-hashes", LOCK),
        ("pip", "install", *here, "--no-build-isolation", "--no-deps", "-e", ROOT),
    ]
    if not works:
        commands.insert(0, ("venv", "--clear", "--python", base_python(), VENV))
    # Progress is for someone who watches; a log keeps what went wrong.
    quiet = () if sys.stderr.isatty() else ("--quiet",)
    STAMP.unlink(missing_ok=True)
    for command in commands:
        if call(uv, *quiet, *command, env=env) != 0:
            raise SetupError(f"The packages could not be installed (see above). {likely()}")
    STAMP.write_text(wanted, encoding="ascii")


def likely(*, without_packages: bool = True) -> str:
    """The likeliest reason why an installation failed, as far as it can be seen from here."""
    if without_packages and missing_debian_packages():
        return "Packages of the system are missing; the command that installs them is above."
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < SPACE_NEEDED_MB:
        return f"The disk has {free} MB left; about {SPACE_NEEDED_MB} MB are needed."
    if not os.access(ROOT, os.W_OK):
        return f"The folder {ROOT} cannot be written by this user."
    return (
        "Most often the network cannot be reached: behind a proxy or a mirror, "
        "set it up for pip (pip.conf) and for apt, and run this again."
    )


def release_translations() -> None:
    """Make the files that the program reads from the translations, where those are newer."""
    for source in (ROOT / "resources" / "translations").glob("*.ts"):
        made = source.with_suffix(".qm")
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            if call(tool("python"), TRANSLATIONS, "release") != 0:
                raise SetupError(
                    "The translations could not be made (see above): most often because "
                    "a package of the system is missing."
                )
            return


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let two set-ups of one clone wait for each other."""
    if WINDOWS:
        yield
        return
    import fcntl

    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def set_up() -> None:
    """Bring system, `.venv` and translations to what this clone needs."""
    with one_at_a_time():
        install_debian_packages()
        install_python_packages()
        release_translations()


# --- commands -------------------------------------------------------------------------------


def run() -> int:
    """Open the practice site, or draw every screen into a folder where there is no display."""
    if not LINUX or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return call(tool("sitebook"), "practice")
    out = BUILD / "tour"
    say("There is no display here: drawing every screen into a folder instead.")
    status = call(tool("sitebook"), "tour", "--out", out, env=test_environment())
    if status == 0:
        say(f"The screens are in {out}")
    return status


def test_environment() -> dict[str, str]:
    """No window, and Qt content with its surroundings, whatever they are."""
    changes = {"QT_QPA_PLATFORM": "offscreen"}
    if LINUX:
        # Qt warns of any other encoding, and of having no place for run-time files.
        runtime = BUILD / "runtime"
        runtime.mkdir(parents=True, exist_ok=True)
        runtime.chmod(0o700)
        changes |= {"LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(runtime)}
    return environment(**changes)


def pytest(*arguments: str) -> tuple[str | Path, ...]:
    """The command that runs tests, two at a time and a file never split."""
    return (tool("python"), "-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments)


def in_turn(steps: Mapping[str, Sequence[str | Path]]) -> int:
    """Run every step, also after one has failed; then a table of how each went."""
    env, rows, began = test_environment(), [], time.monotonic()
    for name, command in steps.items():
        say(f"\n=== {name}")
        start = time.monotonic()
        status = call(*command, env=env)
        seconds = time.monotonic() - start
        rows.append((name, status, seconds))
        say(f"=== {name}: {'done' if status == 0 else f'FAILED ({status})'}, {seconds:.1f} s")
    say(f"\n{'step':<24}{'result':<10}{'seconds':>8}")
    for name, status, seconds in rows:
        say(f"{name:<24}{'FAILED' if status else 'ok':<10}{seconds:>8.1f}")
    say(f"{'all':<34}{time.monotonic() - began:>8.1f}")
    return int(any(status for _, status, _ in rows))


def test() -> int:
    """Format, lint, types, imports, translations, tests."""
    python = tool("python")
    return in_turn(
        {
            "format": (tool("ruff"), "format", "--check"),
            "lint": (tool("ruff"), "check"),
            "types": (tool("basedpyright"),),
            "imports": (tool("lint-imports"), "--no-logo"),
            "translations": (python, TRANSLATIONS, "check"),
            "tests": pytest(),
        }
    )


def bench() -> int:
    """Every measurement in tests/bench."""
    files = sorted((ROOT / "tests" / "bench").glob("[!_]*.py"))
    names = [file.stem for file in files if "\ndef main(" in file.read_text(encoding="utf-8")]
    return in_turn({name: (tool("python"), "-m", f"tests.bench.{name}") for name in names})


def soak() -> int:
    """The long tests: faults over hours of use, and random input in bulk."""
    return in_turn(
        {
            "faults": pytest("tests/fault", "--soak", "--timeout=3600"),
            "fuzzing": pytest("-m", "fuzz", "--soak", "--timeout=3600"),
        }
    )


def coverage() -> int:
    """Branch coverage of every room, held against its floor. Takes about twice as long as the tests."""
    report = BUILD / "coverage.json"
    measured = [f"--cov={room}" for room in ("desktop", "center", "ui")]
    return in_turn(
        {
            "tests": pytest(*measured, "--cov-branch", "--cov-report=", f"--cov-report=json:{report}", "--timeout=600"),
            "floors": (tool("python"), ROOT / "packaging" / "coverage_floors.py", "check", report),
        }
    )


def translations() -> int:
    """Take new texts of the windows into the translation files."""
    return call(tool("python"), TRANSLATIONS, "update")


def lock(*, upgrade: bool) -> int:
    """Write the lock files anew from pyproject.toml, keeping versions unless asked for newer."""
    uv, env = bootstrap_uv(), uv_environment()
    for file, source in (
        (LOCK, ("pyproject.toml", "--group", "dev")),
        (UV_LOCK, ("--group", "bootstrap")),
    ):
        command = [uv, "pip", "compile", *source, "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
        command += ["--custom-compile-command", "python3 packaging/dev.py lock", "-o", file]
        if upgrade:
            command.append("--upgrade")
        if call(*command, env=env) != 0:
            raise SetupError(f"{file.name} could not be made (see above). {likely()}")
    return 0


COMMANDS: dict[str, tuple[Callable[[], int], str]] = {
    "setup": (lambda: 0, "set up, and nothing more"),
    "run": (run, "open the practice site (without a display: draw every screen)"),
    "test": (test, "format, lint, types, imports, translations, tests"),
    "bench": (bench, "measure speed"),
    "soak": (soak, "the long tests: faults and random input"),
    "coverage": (coverage, "branch coverage of every room against its floor"),
    "translations": (translations, "take new texts into the translation files"),
}


def main() -> int:
    """Set up, do what was asked, and say what went wrong in a sentence."""
    parser = argparse.ArgumentParser(description="Set up, run and test Sitebook from a clone.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text)
    locking = commands.add_parser("lock", help="write the lock files anew from pyproject.toml")
    locking.add_argument("--upgrade", action="store_true", help="take the newest versions")
    arguments = parser.parse_args()
    if sys.version_info < PYTHON_NEEDED:
        say("Sitebook needs Python 3.11 or newer; this is " + sys.version.split()[0])
        return 1
    try:
        if arguments.command == "lock":
            return lock(upgrade=arguments.upgrade)
        set_up()
        return COMMANDS[arguments.command][0]()
    except KeyboardInterrupt:
        return 130
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
