"""The main window: sign-in, frame, lock."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent, QWindow
from PySide6.QtWidgets import QApplication, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import SitebookError
from ui.background.jobs import Job, Jobs, Lane
from ui.background.site_access import PRACTICE_FILE, SiteAccess
from ui.look import language, style
from ui.look.icons import application_icon
from ui.look.language import Language
from ui.look.style import Choice
from ui.screens.base import Place, Where
from ui.screens.entrance.sign_in import SignInScreen
from ui.shell.preferences import Preferences

if TYPE_CHECKING:
    from desktop.practice.practice_site import Centre
    from ui.screens.entrance.base import Entrance
    from ui.shell.frame import Frame

MINUTE_MS = 60_000
FRAME_WIDTH, FRAME_HEIGHT = 16, 40
"""What a window manager may draw around the window."""
SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)


class MainWindow(QWidget):
    """The window of one vault folder."""

    def __init__(self, folder: Path, practice: Path, preferences_file: Path) -> None:
        """`practice` is where the practice site is, or would be made."""
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle("Sitebook")
        self.setWindowIcon(application_icon())
        self._folder = folder
        self._practice = practice
        self._preferences_file = preferences_file
        self.preferences = Preferences.read(preferences_file)
        style.theme().choose(self.preferences.theme)
        language.translator().choose(self.preferences.language)
        self.jobs = Jobs(self)
        self.access = SiteAccess(self.jobs, self)
        self._centre: Centre | None = None
        self.frame: Frame | None = None
        self._locked = False
        self.stack = QStackedWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)
        self._busy = QProgressBar(self)
        self._busy.setObjectName("busy")
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.hide()
        self.jobs.busy_changed.connect(self._show_busy)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(self.preferences.idle_minutes * MINUTE_MS)
        self._idle.timeout.connect(self.lock)
        self._watched: QWindow | None = None
        self.entrance: Entrance | None = None
        self.resize(*style.WINDOW_SIZE)
        self.setMinimumSize(*style.MIN_SIZE)
        self._show_entrance()

    def fit_to_screen(self) -> None:
        """Take the size and place of the last time; else what the screen has room for, maximised where that is little."""
        kept = QByteArray.fromBase64(self.preferences.geometry.encode("ascii", "ignore"))
        if kept and self.restoreGeometry(kept):
            return
        available = self.screen().availableGeometry()
        width, height = style.WINDOW_SIZE
        if available.width() < width + FRAME_WIDTH or available.height() < height + FRAME_HEIGHT:
            self.resize(min(width, available.width()), min(height, available.height() - FRAME_HEIGHT))
            self.setWindowState(Qt.WindowState.WindowMaximized)
        else:
            self.move(
                available.left() + (available.width() - width) // 2,
                available.top() + (available.height() - height - FRAME_HEIGHT) // 2,
            )

    # The way in

    @property
    def folder(self) -> Path:
        """The folder of the vault that this window is about."""
        return self._folder

    def _show_entrance(self) -> None:
        """Sign-in where there is a vault, else the first start."""
        if any((self._folder / name).exists() for name in ("vault.json", "vault-copy.json")):
            self._show_sign_in()
        else:
            from ui.screens.entrance.first_start import StartScreen

            start = StartScreen(self.access, self._folder, self._practice)
            start.practice_ready.connect(self.open_folder)
            self._show(start)
            start.focus_next_step()

    def _show_sign_in(self) -> None:
        screen = SignInScreen(self.access, self._folder)
        screen.unlocked.connect(self._unlocked)
        screen.other_wished.connect(self.sign_out)
        self._show(screen)
        screen.focus_next_step()
        # Once the window is there: what reads the label takes longer to import than Qt to start.
        QTimer.singleShot(0, screen, screen.ask_label)

    def _show(self, screen: Entrance) -> None:
        if self.entrance is not None:
            self.stack.removeWidget(self.entrance)
            self.entrance.deleteLater()
        self.entrance = screen
        screen.entered.connect(self._enter)
        screen.language_wished.connect(self.change_language)
        self.stack.addWidget(screen)
        self.stack.setCurrentWidget(screen)

    @Slot(object)
    def open_folder(self, folder: Path) -> None:
        """Turn to another vault."""
        self._folder = folder
        self._show_entrance()

    @Slot(object)
    def _enter(self, place: Place | None) -> None:
        """Someone is signed in."""
        from ui.shell.frame import Frame

        frame = Frame(self.access, folded=self.preferences.rail_folded)
        frame.lock_wished.connect(self.lock)
        frame.sign_out_wished.connect(self.sign_out)
        frame.language_wished.connect(self.change_language)
        frame.theme_wished.connect(self.choose_theme)
        frame.fold_changed.connect(self._keep_fold)
        frame.show_theme(self.preferences.theme)
        self.frame = frame
        self.stack.addWidget(frame)
        self.stack.setCurrentWidget(frame)
        self._name_window()
        frame.go(place or Place(Where.TODAY))
        self._idle.start()
        self._start_practice_centre()

    def _name_window(self) -> None:
        session = self.access.session
        name = language.words(session.location.name)
        self.setWindowTitle(f"Sitebook – {session.definition.version.name} – {name}")

    # Locking, signing out

    @Slot()
    def lock(self) -> None:
        """Hide everything until the passphrase is given again. Drafts stay, the form stays open."""
        if self.frame is None or self._locked:
            return
        self._locked = True
        self._idle.stop()
        self._close_dialogs()
        if not isinstance(self.entrance, SignInScreen):
            self._show_sign_in()
        screen = self.entrance
        if isinstance(screen, SignInScreen):
            screen.show_locked(self.access.session.user.name)
            self.stack.setCurrentWidget(screen)
            screen.focus_next_step()
            self.access.ask(lambda site: site.lock(), _nothing, screen.show_error)

    @Slot()
    def _unlocked(self) -> None:
        self._locked = False
        self._idle.start()
        if self.frame is not None:
            self.stack.setCurrentWidget(self.frame)
            current = self.frame.stack.currentWidget()
            if current is not None:
                current.setFocus()

    def _close_dialogs(self) -> None:
        """Nothing of a subject stays in front of a locked window: menus, questions, the print preview."""
        for widget in QApplication.topLevelWidgets():
            owner = widget.parentWidget()
            if owner is not None and widget.isVisible() and (self is owner or self.isAncestorOf(owner)):
                widget.close()

    @Slot()
    def sign_out(self) -> None:
        """End the session; drafts are kept, and what could not be is asked about."""
        if self.frame is not None and self.frame.form is not None:
            self.frame.form.release(self._sign_out)
        else:
            self._sign_out()

    def _sign_out(self) -> None:
        self._idle.stop()
        self._locked = False
        if self.frame is not None:
            self.stack.removeWidget(self.frame)
            self.frame.deleteLater()
            self.frame = None
        self.setWindowTitle("Sitebook")
        self.access.close(self._signed_out, self._not_signed_out)

    def _signed_out(self, _: None) -> None:
        self._show_sign_in()

    def _not_signed_out(self, error: Exception) -> None:
        self._show_sign_in()
        if isinstance(self.entrance, SignInScreen):
            self.entrance.show_error(error)

    # Language, theme, folding

    @Slot()
    def change_language(self) -> None:
        """The other language, at once and for the next time."""
        other = Language.ENGLISH if language.is_chinese() else Language.CHINESE
        language.translator().choose(other)
        self._prefer(self.preferences._replace(language=other))
        if self.frame is not None:
            self._name_window()

    @Slot(object)
    def choose_theme(self, choice: Choice) -> None:
        """Light, dark, or as the system."""
        style.theme().choose(choice)
        if self.frame is not None:
            self.frame.show_theme(choice)
        self._prefer(self.preferences._replace(theme=choice))

    @Slot(bool)
    def _keep_fold(self, folded: bool) -> None:  # noqa: FBT001 - a slot
        self._prefer(self.preferences._replace(rail_folded=folded))

    def _prefer(self, preferences: Preferences) -> None:
        self.preferences = preferences
        preferences.keep(self._preferences_file)

    # The practice centre

    def _start_practice_centre(self) -> None:
        """The centre of a practice site runs as long as its window."""
        vault, folder = self._folder, self._folder.parent
        if self._centre is not None or not (folder / PRACTICE_FILE).exists():
            return

        def work(_: Job) -> Centre | None:
            from desktop.practice.practice_site import Centre, practice_of

            practice = practice_of(vault)
            return None if practice is None else Centre(folder, practice.port)

        self.jobs.run(work, self._centre_runs, self._no_centre, lane=Lane.NETWORK)

    def _centre_runs(self, centre: Centre | None) -> None:
        self._centre = centre

    def _no_centre(self, error: Exception) -> None:
        if self.frame is not None:
            self.frame.screen_at(Where.TODAY).fail(error)

    # The window

    @Slot(bool)
    def _show_busy(self, busy: bool) -> None:  # noqa: FBT001 - a slot
        self._busy.setGeometry(0, 0, self.width(), 2)
        self._busy.setVisible(busy)
        self._busy.raise_()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None and handle is not self._watched:
            # The window sees each key and move once, before the widgets do.
            self._watched = handle
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in SIGNS_OF_LIFE and self._idle.isActive():
            self._idle.start()
        return False

    def _close(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Finish what was begun, sign out, stop the workers and the practice centre."""
        form = None if self.frame is None else self.frame.form
        if form is not None:
            form.keep()
            while form.is_keeping:
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            if not form.is_kept:
                event.ignore()
                form.release(self._close)
                return
        self._idle.stop()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        self._prefer(self.preferences._replace(geometry=geometry))
        try:
            self.access.end()
        except SitebookError as error:
            sys.stderr.write(f"sitebook: {error}\n")
        if self._centre is not None:
            self._centre.close()
            self._centre = None
        super().closeEvent(event)


def _nothing(_: object) -> None:
    """Do nothing."""
