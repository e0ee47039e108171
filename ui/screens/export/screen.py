"""Export: the monthly Excel transfer."""

import datetime
import zoneinfo
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QProgressBar, QWidget

from desktop.site.site import EXPORTS, Site
from desktop.views.forms import FormState
from desktop.views.today import Status
from ui.background.jobs import Job
from ui.background.site_access import SiteAccess
from ui.look import language, vocabulary
from ui.look.icons import SIGN_OF_STATE
from ui.look.style import Tone
from ui.screens.base import Page, Screen
from ui.widgets.buttons import primary, secondary
from ui.widgets.card import Card
from ui.widgets.fields import Choice, Labelled
from ui.widgets.labels import label
from ui.widgets.table import Align, Cell, Column, Line, Table

MONTHS_OFFERED = 12


class ExportScreen(Screen):
    """Choose a month, see what will be in the file, write it."""

    def __init__(self, access: SiteAccess, parent: QWidget | None = None) -> None:
        super().__init__(access, "export", parent)
        self._status: Status | None = None
        self._job: Job | None = None
        self._last: tuple[int, str] | None = None
        """Rows and name of the file that was written last, as long as that is said."""
        self._dialog: QFileDialog | None = None
        self.cancel = secondary(name="cancel_export", icon="close")
        self.cancel.clicked.connect(self._cancel)
        self.write = primary(name="write_excel", icon="excel")
        self.write.clicked.connect(self._choose_file)
        self.header.add_action(self.cancel)
        self.header.add_action(self.write)
        page = Page()
        self._what = Card()
        self._text = label(tone=Tone.SECONDARY, wrap=True)
        self.month = Choice()
        self.month.setFixedWidth(200)
        self._month = Labelled(self.month, "export_month")
        self.month.currentIndexChanged.connect(self._show_month)
        row = QHBoxLayout()
        row.addWidget(self._month)
        row.addStretch(1)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress_text = label(kind="small", tone=Tone.SECONDARY)
        self._what.body.addWidget(self._text)
        self._what.body.addLayout(row)
        self._what.body.addWidget(self._progress)
        self._what.body.addWidget(self._progress_text)
        self._what.body.setSpacing(12)
        page.main.addWidget(self._what)
        self._sheets = Card(flush=True)
        self.sheets = Table("export_sheets", fit=True)
        self.sheets.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sheets.body.addWidget(self.sheets)
        page.main.addWidget(self._sheets)
        page.main.addStretch(1)
        self._content = Card(flush=True)
        self.counts = Table("export_counts", fit=True)
        self.counts.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content.body.addWidget(self.counts)
        page.side.addWidget(self._content)
        self._rules = Card()
        self._rules_text = label(tone=Tone.SECONDARY, wrap=True)
        self._rules.body.addWidget(self._rules_text)
        page.side.addWidget(self._rules)
        page.side.addStretch(1)
        self.set_body(page)
        self._show_running()
        self.retranslate()

    def refresh(self) -> None:
        if not self._may_export:
            self.notice.say(Tone.QUERY, self.tr("A manager or an investigator writes the transfer."))
        self.access.ask(Site.status, self._show, self.fail)

    def focus_next_step(self) -> None:
        (self.write if self._may_export else self.month).setFocus()

    def study_changed(self) -> None:
        self._show_sheets()

    @property
    def _may_export(self) -> bool:
        return bool(EXPORTS & set(self.access.session.user.roles))

    def retranslate(self) -> None:
        self.header.say(self.tr("Export"), self.tr("The monthly transfer to the sponsor."))
        self._say_written()
        self.cancel.setText(self.tr("Stop"))
        self.write.setText(self.tr("Write Excel file"))
        self._what.set_title(self.tr("Monthly transfer"))
        self._month.say(self.tr("Month"))
        self._offer_months()
        self._show_month()
        self._sheets.set_title(self.tr("Sheets of the file"))
        self._content.set_title(self.tr("What there is now"))
        self._rules.set_title(self.tr("Good to know"))
        self._rules_text.setText(
            self.tr(
                "The file holds no names, only subject keys. It is not encrypted: keep it where the study"
                " allows. Each export is noted in the audit trail with the file's checksum."
            )
        )
        self.sheets.setAccessibleName(self.tr("Sheets of the file"))
        self.counts.setAccessibleName(self.tr("What there is now"))
        self._show_sheets()
        if self._status is not None:
            self._show(self._status)

    def _offer_months(self) -> None:
        zone = zoneinfo.ZoneInfo(self.access.session.location.zone)
        day = datetime.datetime.now(zone).date().replace(day=1)
        months: list[str] = []
        for _ in range(MONTHS_OFFERED):
            months.append(f"{day:%Y-%m}")
            day = (day - datetime.timedelta(days=1)).replace(day=1)
        self.month.show_choices(tuple((month, language.month(month)) for month in months))

    @Slot()
    def _show_month(self) -> None:
        month = self.month.currentData()
        if month:
            self._text.setText(
                self.tr("Everything that was recorded up to the end of {month}, one sheet a form.").format(
                    month=language.month(month)
                )
            )

    def _show_sheets(self) -> None:
        definition = self.access.session.definition
        lines = [
            Line(
                key="cover",
                cells=(
                    Cell(icon="study", tone=Tone.SECONDARY),
                    Cell(text=self.tr("Cover")),
                    Cell(text=self.tr("study, site, month, counts, head of the journal"), tone=Tone.SECONDARY),
                ),
            )
        ]
        for form in definition.version.forms:
            own = [group for group in definition.form_groups(form.oid) if group.repeating]
            more = language.listed([language.words(group.title) for group in own])
            lines.append(
                Line(
                    key=form.oid,
                    cells=(
                        Cell(icon="excel", tone=Tone.SECONDARY),
                        Cell(text=language.words(form.title)),
                        Cell(
                            text=self.tr("and on sheets of their own: {groups}").format(groups=more) if more else "",
                            tone=Tone.SECONDARY,
                        ),
                    ),
                )
            )
        lines.append(
            Line(
                key="dictionary",
                cells=(
                    Cell(icon="help", tone=Tone.SECONDARY),
                    Cell(text=self.tr("Data dictionary")),
                    Cell(text=self.tr("every item with its type, codes and units"), tone=Tone.SECONDARY),
                ),
            )
        )
        self.sheets.show_lines((Column(width=36), Column(width=220), Column(stretch=1, width=200)), tuple(lines))

    def _show(self, status: Status) -> None:
        self._status = status
        lines = [self._count("subjects", Tone.SECONDARY, self.tr("Subjects"), status.subjects)]
        for state in FormState:
            count = status.forms.get(state, 0)
            if count or state in (FormState.COMPLETE, FormState.INCOMPLETE):
                sign = SIGN_OF_STATE[state]
                name = self.tr("Forms: {state}").format(state=vocabulary.state_words(state))
                lines.append(self._count(sign.icon, sign.tone, name, count))
        lines.append(self._count("discrepancies", Tone.WRONG, self.tr("Discrepancies"), status.discrepancies))
        self.counts.show_lines(
            (Column(width=36), Column(stretch=1, width=120), Column(width=64, align=Align.RIGHT)),
            tuple(lines),
        )

    def _count(self, icon: str, tone: Tone, name: str, count: int) -> Line:
        cells = (
            Cell(icon=icon, tone=tone),
            Cell(text=name),
            Cell(text=language.number(count), bold=True),
        )
        return Line(key=name, cells=cells)

    # Writing

    @Slot()
    def _choose_file(self) -> None:
        version = self.access.session.definition.version
        name = f"{version.name}_{self.access.session.location.oid}_{self.month.currentData()}.xlsx"
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._dialog = QFileDialog(self, self.tr("Write the transfer to"))
        self._dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self._dialog.setNameFilter(self.tr("Excel files (*.xlsx)"))
        self._dialog.setDefaultSuffix("xlsx")
        self._dialog.setDirectory(documents)
        self._dialog.selectFile(name)
        self._dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog.fileSelected.connect(self.write_to)
        self._dialog.open()

    @Slot(str)
    def write_to(self, file: str) -> None:
        """Write the chosen month's transfer."""
        if self._job is not None:
            return
        month, out = str(self.month.currentData()), Path(file)
        self._last = None
        self.notice.clear()
        self._progress.setRange(0, 0)
        self._progress_text.clear()
        self._job = self.access.ask_long(
            lambda site, job: (out, site.export_excel(month, out, job.progress, job.is_cancelled)),
            self._written,
            self._not_written,
            progress=self._tell,
        )
        self._show_running()
        self.cancel.setFocus()

    def _tell(self, done: int, total: int) -> None:
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self._progress_text.setText(
            self.tr("{done} of {total}").format(done=language.number(done), total=language.number(total))
        )

    def _written(self, result: tuple[Path, object]) -> None:
        out, written = result
        self._end()
        self._last = (getattr(written, "rows", 0), str(out))
        self._say_written()

    def _say_written(self) -> None:
        if self._last is not None:
            rows, file = self._last
            told = self.tr("Written: {rows} rows in {file}").format(rows=language.number(rows), file=file)
            self.notice.say(Tone.DONE, told)

    def _not_written(self, error: Exception) -> None:
        self._end()
        self.fail(error)

    def _end(self) -> None:
        self._job = None
        self._show_running()
        self.write.setFocus()
        self.changed.emit()

    def _show_running(self) -> None:
        running = self._job is not None
        self.write.setEnabled(not running and self._may_export)
        self.month.setEnabled(not running)
        for part in (self.cancel, self._progress, self._progress_text):
            part.setVisible(running)

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
