"""Print preview of a form's report; nothing is kept on the disk."""

import datetime
import zoneinfo

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtPrintSupport import QPrintPreviewDialog
from PySide6.QtWidgets import QWidget

from desktop.export.form_report import Printing, form_report
from desktop.reading.summaries import headline
from desktop.wizard.form_wizard import FormWizard
from ui.background.site_access import Session
from ui.look import language, vocabulary

PREVIEW_WIDTH, PREVIEW_HEIGHT = 900, 760


def report(session: Session, wizard: FormWizard) -> QTextDocument:
    """The report of the form as it is recorded, in the language of the windows."""
    definition, view = wizard.definition, wizard.view
    now = datetime.datetime.now(zoneinfo.ZoneInfo(session.location.zone))
    printing = Printing(
        site=session.location.name,
        headline=vocabulary.headline(definition, headline(definition, view.others)),
        user=session.user.name,
        now=f"{now:%Y-%m-%d %H:%M}",
    )
    document = QTextDocument()
    document.setHtml(form_report(definition, view, printing, language.present()))
    return document


def preview(parent: QWidget, document: QTextDocument) -> QPrintPreviewDialog:
    """Show the report; it is printed from there, to a printer or to a file that the person chooses."""
    # With its own printer: one of ours would be gone with this function's names.
    dialog = QPrintPreviewDialog(parent)
    dialog.setObjectName("print_preview")
    document.setParent(dialog)
    dialog.paintRequested.connect(document.print_)
    dialog.resize(PREVIEW_WIDTH, PREVIEW_HEIGHT)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
