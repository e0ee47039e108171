"""Users: add, change roles, suspend."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.actions import AddUser, ChangeUser, Recorded
from desktop.site.site import MANAGES, Site
from desktop.views.people import Role, UserView
from ui.background.site_access import SiteAccess
from ui.look import language, style, vocabulary
from ui.look.style import Tone
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card
from ui.widgets.fields import Check, Labelled, TextLine
from ui.widgets.labels import label
from ui.widgets.message import Message
from ui.widgets.passphrases import NewPassphrase
from ui.widgets.table import Cell, Column, Line, Table

SIDE = 360


class RoleChecks(QWidget):
    """The roles, each with what it allows."""

    def __init__(self, name: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        self._title = label(tone=Tone.SECONDARY)
        column.addWidget(self._title)
        self.checks = {role: Check() for role in Role}
        self._helps = {role: label(kind="small", tone=Tone.FAINT, wrap=True) for role in Role}
        for role, check in self.checks.items():
            check.setObjectName(f"{name}_{role.value}")
            self._helps[role].setContentsMargins(24, 0, 0, 2)
            column.addWidget(check)
            column.addWidget(self._helps[role])
        self.retranslate()

    def retranslate(self) -> None:
        """Set the texts anew."""
        self._title.setText(self.tr("Roles"))
        for role, check in self.checks.items():
            check.setText(vocabulary.role_words(role))
            check.setAccessibleDescription(vocabulary.role_help(role))
            self._helps[role].setText(vocabulary.role_help(role))

    def choose(self, roles: tuple[Role, ...]) -> None:
        """Tick these."""
        for role, check in self.checks.items():
            check.setChecked(role in roles)

    @property
    def chosen(self) -> tuple[Role, ...]:
        """What is ticked."""
        return tuple(role for role, check in self.checks.items() if check.isChecked())


class UsersPart(QWidget):
    """The list, and beside it the person in focus or a new one."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._users: tuple[UserView, ...] = ()
        self._user: UserView | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.GAP)
        left = QVBoxLayout()
        card = Card(flush=True)
        self.table = Table("users", fit=True)
        self.table.keeps_choice = True
        self.table.chosen.connect(self._show_user)
        self.table.opened.connect(self._show_user)
        card.body.addWidget(self.table)
        left.addWidget(card)
        left.addStretch(1)
        row.addLayout(left, 1)
        side = QVBoxLayout()
        self.add_card = self._build_add()
        self.change_card = self._build_change()
        for part in (self.add_card, self.change_card):
            part.setFixedWidth(SIDE)
            part.hide()
            side.addWidget(part)
        side.addStretch(1)
        row.addLayout(side)
        access.recorded.connect(self._see_recorded)
        self.retranslate()

    def _build_add(self) -> Card:
        card = Card()
        card.body.setSpacing(12)
        self.name = TextLine()
        self._name = Labelled(self.name, "new_user_name")
        self.new_roles = RoleChecks("new_user_role")
        self.passphrase = NewPassphrase("new_user_passphrase")
        self._add_message = Message()
        self._add_really = primary(name="add_user_really", icon="add")
        self._add_leave = secondary(name="add_user_leave")
        self._add_really.clicked.connect(self._add)
        self.passphrase.done.connect(self._add)
        self._add_leave.clicked.connect(self._stop_adding)
        buttons = QHBoxLayout()
        buttons.addWidget(self._add_really)
        buttons.addWidget(self._add_leave)
        buttons.addStretch(1)
        for part in (self._name, self.new_roles, self.passphrase, self._add_message):
            card.body.addWidget(part)
        card.body.addLayout(buttons)
        return card

    def _build_change(self) -> Card:
        card = Card()
        card.body.setSpacing(12)
        self._facts = label(tone=Tone.SECONDARY, wrap=True)
        self.roles = RoleChecks("user_role")
        self.suspended = Check()
        self.suspended.setObjectName("user_suspended")
        self.reason = TextLine()
        self._reason = Labelled(self.reason, "user_reason")
        self._change_message = Message()
        self._change_really = secondary(name="change_user_really", icon="check")
        self._change_really.clicked.connect(self._change)
        self.reason.done.connect(self._change)
        parts = (self._facts, self.roles, self.suspended, self._reason, self._change_message)
        for part in parts:
            card.body.addWidget(part)
        card.body.addWidget(self._change_really, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    @property
    def may_manage(self) -> bool:
        """Whether the person signed in may change users."""
        return bool(MANAGES & set(self._access.session.user.roles))

    def refresh(self) -> None:
        """Ask for the users."""
        self._access.ask(Site.users, self._show, self._change_message.say_error)

    def retranslate(self) -> None:
        """Set the texts anew."""
        self.table.setAccessibleName(self.tr("Users"))
        self.add_card.set_title(self.tr("New user"))
        self._name.say(self.tr("Name"), self.tr("As it should stand in the audit trail."))
        self._add_really.setText(self.tr("Add user"))
        self._add_leave.setText(self.tr("Not now"))
        self.suspended.setText(self.tr("Suspended: cannot sign in"))
        self._reason.say(self.tr("Reason for the change"))
        self._change_really.setText(self.tr("Record the change"))
        for checks in (self.new_roles, self.roles):
            checks.retranslate()
        self._show(self._users)

    def start_adding(self) -> None:
        """Make room for a new user."""
        self.change_card.hide()
        self.add_card.show()
        self._add_message.clear()
        self.name.clear()
        self.passphrase.clear()
        self.new_roles.choose((Role.ENTRY,))
        self.name.setFocus()

    def _show(self, users: tuple[UserView, ...]) -> None:
        self._users = users
        columns = (
            Column(width=36),
            Column(title=self.tr("Name"), stretch=2, width=150),
            Column(title=self.tr("Roles"), stretch=3, width=180),
            Column(title=self.tr("State"), width=150),
        )
        self.table.show_lines(columns, tuple(self._line(user) for user in users))
        if users and self.add_card.isHidden():
            self.table.choose_first()
            self._show_user(self.table.current_key)

    def _line(self, user: UserView) -> Line:
        if user.suspended:
            state = Cell(text=self.tr("Suspended"), icon="stop", tone=Tone.WRONG, chip=True)
        elif user.here:
            state = Cell(text=self.tr("Signs in here"), icon="check", tone=Tone.DONE, chip=True)
        else:
            state = Cell(text=self.tr("On another computer"), icon="computer", tone=Tone.SECONDARY, chip=True)
        roles = language.listed([vocabulary.role_words(role) for role in user.roles])
        return Line(
            key=user.oid,
            cells=(
                Cell(icon="user", tone=Tone.SECONDARY),
                Cell(text=user.name, bold=True),
                Cell(text=roles),
                state,
            ),
        )

    @Slot(object)
    def _show_user(self, oid: object) -> None:
        self._user = next((user for user in self._users if user.oid == oid), None)
        self.change_card.setVisible(self._user is not None and self.add_card.isHidden())
        if self._user is None:
            return
        self.change_card.set_title(self._user.name)
        self._facts.setText(self._user.oid)
        self.roles.choose(self._user.roles)
        self.suspended.setChecked(self._user.suspended)
        self.reason.clear()
        self._change_message.clear()
        may = self.may_manage
        for part in (self.roles, self.suspended, self.reason, self._change_really):
            part.setEnabled(may)
        self._reason.setVisible(may)
        self._change_really.setVisible(may)

    @Slot()
    def _add(self) -> None:
        name = self.name.text().strip()
        if not name:
            self._name.show_wrong(self.tr("A user needs a name."))
            self.name.setFocus()
            return
        self._name.show_wrong("")
        passphrase = self.passphrase.checked()
        if passphrase is not None:
            roles = tuple(str(role) for role in self.new_roles.chosen)
            self._add_really.setEnabled(False)
            act = AddUser(name=name, roles=roles, passphrase=passphrase)
            self._access.record(act, self._added, self._not_added)

    def _added(self, _: Recorded) -> None:
        self._add_really.setEnabled(True)
        self._stop_adding()

    def _not_added(self, error: Exception) -> None:
        self._add_really.setEnabled(True)
        self._add_message.say_error(error)

    @Slot()
    def _stop_adding(self) -> None:
        self.passphrase.clear()
        self.add_card.hide()
        self.table.setFocus()
        self._show_user(self.table.current_key)

    @Slot()
    def _change(self) -> None:
        if self._user is not None:
            act = ChangeUser(
                user=self._user.oid,
                roles=tuple(str(role) for role in self.roles.chosen),
                suspended=self.suspended.isChecked(),
                reason=self.reason.text(),
            )
            self._access.record(act, self._changed, self._change_message.say_error)

    def _changed(self, recorded: Recorded) -> None:
        if recorded.changed:
            self._change_message.say(Tone.DONE, self.tr("Recorded on this computer."))
            self.reason.clear()
        else:
            self._change_message.say(Tone.QUERY, self.tr("Nothing differs: nothing was recorded."))

    @Slot(object)
    def _see_recorded(self, recorded: Recorded) -> None:
        if recorded.users and self.isVisible():
            self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
