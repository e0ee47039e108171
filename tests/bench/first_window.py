"""How soon the first window is there: from the start of the process to its first paint, against a bare PySide6 window.

Whole processes, one after the other, so that a drift of the machine meets both. Run with `python -m tests.bench.first_window`.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9

BARE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication(["bare"])
class Window(QWidget):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, application.quit)
window = Window()
window.resize(1366, 768)
window.show()
application.exec()
"""

SITEBOOK = """
import sys
from pathlib import Path
from ui.app.main import prepare_environment
prepare_environment()
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from ui.shell.window import MainWindow
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, window.close)
            QTimer.singleShot(0, application.quit)
        return False
application = QApplication(["sitebook"])
folder = Path(sys.argv[1])
window = MainWindow(folder / "vault", folder / "practice", folder / "preferences.json")
watch = Watch()
window.installEventFilter(watch)
window.show()
application.exec()
"""


def seconds(program: str, folder: str) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    subprocess.run(
        [sys.executable, "-c", program, folder],
        check=True,
        env=environment,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def main() -> None:
    """Print medians and the ratio."""
    bare: list[float] = []
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            bare.append(seconds(BARE, folder))
            ours.append(seconds(SITEBOOK, folder))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    print(
        f"first window, whole process: Sitebook {statistics.median(ours) * 1e3:.0f} ms, "
        f"bare PySide6 window {statistics.median(bare) * 1e3:.0f} ms, {ratio:.2f} x (aim 1.5)"
    )


if __name__ == "__main__":
    main()
