"""Opens the main window: folders, preferences, display."""

import os
import sys
from pathlib import Path
from types import TracebackType


def data_folder() -> Path:
    """Where this person's vaults are kept on this computer."""
    import platformdirs

    return platformdirs.user_data_path("Sitebook", appauthor=False)


def preferences_file() -> Path:
    """Where this person's preferences are kept on this computer."""
    import platformdirs

    return platformdirs.user_config_path("Sitebook", appauthor=False) / "preferences.json"


def usual_vault() -> Path:
    """The vault that is meant when none is named."""
    named = os.environ.get("SITEBOOK_VAULT")
    return Path(named) if named else data_folder() / "vault"


def has_display() -> bool:
    """Whether a window could be seen here."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def prepare_environment() -> None:
    """What must be set before Qt starts. Its wheel carries the ibus plugin only, which fcitx5 answers too."""
    if sys.platform == "linux" and "QT_IM_MODULE" not in os.environ:
        os.environ["QT_IM_MODULE"] = "ibus"
        os.environ.setdefault("IBUS_USE_PORTAL", "1")


def _write_log() -> None:
    """Keep the diagnostic log of the window, faults that nobody handles included."""
    from desktop import diagnostics

    diagnostics.install("sitebook-window")
    shown = sys.excepthook

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        diagnostics.record_fault("fault", error)
        shown(kind, error, trace)

    sys.excepthook = note
    diagnostics.record("window opened")


def open_window(vault: Path) -> int:
    """Open the window of a vault, or the first start where there is none; returns when it is closed."""
    if not has_display():
        sys.stderr.write("sitebook: there is no display here. `sitebook --help` names what works without one.\n")
        return 1
    prepare_environment()
    _write_log()
    from PySide6.QtWidgets import QApplication

    from ui.shell.window import MainWindow

    application = QApplication(["sitebook"])
    application.setApplicationName("Sitebook")
    window = MainWindow(vault, data_folder() / "practice", preferences_file())
    window.fit_to_screen()
    window.show()
    return application.exec()
