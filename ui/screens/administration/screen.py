"""Administration: people, safekeeping, and the audit trail of everything."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from ui.background.site_access import SiteAccess
from ui.screens.administration.audit_trail import AuditList
from ui.screens.administration.backup_and_verify import SafekeepingPart
from ui.screens.administration.users import UsersPart
from ui.screens.base import Page, Screen
from ui.widgets.buttons import primary
from ui.widgets.segments import Segments

USERS, SAFEKEEPING, AUDIT = "users", "safekeeping", "audit_all"


class AdministrationScreen(Screen):
    """Three parts of one screen."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "administration", parent)
        self.segments = Segments("administration_parts")
        self.segments.chosen.connect(self._show_part)
        self.add_user = primary(name="add_user", icon="add")
        self.add_user.clicked.connect(self._add_user)
        self.header.add_action(self.segments)
        self.header.add_action(self.add_user)
        self.users = UsersPart(access)
        self.safekeeping = SafekeepingPart(access)
        self.audit = AuditList(access)
        body = Page(side=0)
        self._stack = QStackedWidget()
        for part in (self.users, self.safekeeping, self.audit):
            self._stack.addWidget(part)
        body.main.addWidget(self._stack)
        self.set_body(body)
        self.retranslate()

    def refresh(self) -> None:
        self.users.refresh()
        if self.segments.current == AUDIT:
            self.audit.show_subject(None)

    def focus_next_step(self) -> None:
        if self.segments.current == SAFEKEEPING:
            self.safekeeping.backup.button.setFocus()
        elif self.segments.current == AUDIT:
            self.audit.filter.setFocus()
        else:
            self.users.table.setFocus()

    def retranslate(self) -> None:
        self.segments.show_segments(
            (
                (USERS, self.tr("Users"), ""),
                (SAFEKEEPING, self.tr("Safekeeping"), ""),
                (AUDIT, self.tr("Audit trail"), ""),
            )
        )
        self.add_user.setText(self.tr("Add user"))
        self._show_title()

    @Slot(str)
    def _show_part(self, part: str) -> None:
        self._stack.setCurrentIndex((USERS, SAFEKEEPING, AUDIT).index(part))
        self._show_title()
        if part == AUDIT:
            self.audit.show_subject(None)

    def _show_title(self) -> None:
        part = self.segments.current
        sentences = {
            USERS: self.tr("Who may do what here."),
            SAFEKEEPING: self.tr("That nothing is lost, and nothing changed unseen."),
            AUDIT: self.tr("Everything that happened, newest first."),
        }
        self.header.say(self.tr("Administration"), sentences[part])
        self.add_user.setVisible(part == USERS and self.users.may_manage)

    @Slot()
    def _add_user(self) -> None:
        self.users.start_adding()
