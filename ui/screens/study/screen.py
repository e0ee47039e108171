"""The Study screen: open points, normal ranges, versions, forms and checks."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.site.site import Site
from desktop.views.study import StudyView
from ui.background.site_access import SiteAccess
from ui.look import language
from ui.screens.base import Screen
from ui.screens.study.base import StudyPart
from ui.screens.study.forms_and_checks import ChecksPart, FormsPart
from ui.screens.study.normal_ranges import RangesPart
from ui.screens.study.open_points import PointsPart, is_unsettled
from ui.screens.study.versions import VersionsPart
from ui.widgets.segments import Segments

POINTS, RANGES, VERSIONS, FORMS, CHECKS = "points", "ranges", "versions", "forms", "checks"


class StudyScreen(Screen):
    """Five parts of one screen."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "study", parent)
        self._view: StudyView | None = None
        self.segments = Segments("study_parts")
        self.segments.chosen.connect(self._show_part)
        self.header.add_action(self.segments)
        self.points = PointsPart(access)
        self.ranges = RangesPart(access)
        self.versions = VersionsPart(access)
        self.parts: dict[str, StudyPart] = {
            POINTS: self.points,
            RANGES: self.ranges,
            VERSIONS: self.versions,
            FORMS: FormsPart(access),
            CHECKS: ChecksPart(access),
        }
        self._stack = QStackedWidget()
        for part in self.parts.values():
            self._stack.addWidget(part)
        self.set_body(self._stack)
        self.retranslate()
        for part in self.parts.values():
            part.retranslate()

    @property
    def part(self) -> StudyPart:
        """The part that is shown."""
        return self.parts[self.segments.current]

    def refresh(self) -> None:
        self.access.ask(Site.study_view, self._show, self.fail)

    def focus_next_step(self) -> None:
        self.part.focus_next_step()

    def study_changed(self) -> None:
        self.retranslate()
        for part in self.parts.values():
            # What was said of the very act that changed it stays.
            part.show_all()

    def retranslate(self) -> None:
        version = self.access.session.definition.version
        self.header.say(self.tr("Study"), language.words(version.title))
        unsettled = sum(is_unsettled(self._view, setting) for setting in version.settings)
        checks = sum(len(form.checks) for form in version.forms)
        ranges = len(self._view.ranges) if self._view else 0
        versions = len(self._view.versions) if self._view else 0
        self.segments.show_segments(
            (
                (POINTS, self.tr("Open points"), str(unsettled) if unsettled else ""),
                (RANGES, self.tr("Normal ranges"), str(ranges) if ranges else ""),
                (VERSIONS, self.tr("Versions"), str(versions) if versions > 1 else ""),
                (FORMS, self.tr("Forms"), str(len(version.forms))),
                (CHECKS, self.tr("Checks"), str(checks)),
            )
        )

    def _show(self, view: StudyView) -> None:
        self._view = view
        self.retranslate()
        for part in self.parts.values():
            part.show_view(view)

    @Slot(str)
    def _show_part(self, part: str) -> None:
        self._stack.setCurrentWidget(self.parts[part])
