"""A month's transfer from a real vault: what it holds, who may have it, and how its file is verified."""

import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from desktop.actions import RemoveForm, SaveForm
from desktop.errors import DamagedError, EnvironmentProblemError, NotAllowedError, RefusedError
from desktop.export.xlsx.sheet_model import HEAD_ROWS
from desktop.export.xlsx.verification import check
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.views.forms import FormState

DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)
ADMIN = ("Manager", "manager passphrase")
DOCTOR = ("Doctor", "doctor passphrase")
PRESSURES = ("120", "130", "140")


def text(value: str) -> ItemValue:
    return ItemValue(value=value)


def enter(site: Site, subject: str, note: str = "=1+1") -> None:
    demographics = {"IT.ICDAT": "2026-11-20", "IT.BRTHDAT": "1990-05", "IT.SEX": "F", "IT.NOTE": note}
    items = {ItemPlace("IG.DM", "", oid): text(value) for oid, value in demographics.items()}
    site.record(SaveForm(subject=subject, key=DM, items=items))
    vitals = {
        ItemPlace("IG.VS", "", "IT.WEIGHT"): ItemValue(value="70.0", unit="kg"),
        ItemPlace("IG.VS", "", "IT.HEIGHT"): text("180"),
    }
    rows = {ItemPlace("IG.BP", f"row{n}", "IT.SYS"): text(value) for n, value in enumerate(PRESSURES)}
    site.record(SaveForm(subject=subject, key=VS, items=vitals | rows))


@pytest.fixture
def entered(clinic: Any) -> Any:
    with clinic.sign_in() as site:
        enter(site, "01-A001")
        enter(site, "01-A002")
    return clinic


def test_a_month_is_exported_verified_and_noted(entered: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    with entered.sign_in(DOCTOR) as site:
        result = site.export_excel("2026-11", out)
        assert check(out, site.transfer("2026-11")) == ()
        assert site.verify_file(out).ok
        assert site.verify_file(out).subjects == 2
        assert any(line.kind == "exported" for line in site.audit())
        # Signing in and exporting are entries too, and change nothing of it.
        assert site.export_excel("2026-11", tmp_path / "again.xlsx").sha256 == result.sha256
    with entered.sign_in(ADMIN) as site:
        assert site.export_excel("2026-11", tmp_path / "later.xlsx").sha256 == result.sha256
        assert site.verify().ok
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Cover", "DM", "VS", "VS.BP", "AE", "Dictionary", "Code lists"]
    lines = list(book["VS"].iter_rows(min_row=HEAD_ROWS + 1, values_only=True))
    assert [line[:10] for line in lines] == [
        (subject, "SE.VISIT", 1, "F.VS", 1, "complete", 70, "kg", 180, 21.6) for subject in ("01-A001", "01-A002")
    ]
    rows = [line[0].value for line in book["VS.BP"].iter_rows(min_row=HEAD_ROWS + 1)]
    assert rows == ["01-A001"] * 3 + ["01-A002"] * 3
    assert all(cell.data_type != "f" for sheet in book for line in sheet for cell in line)


def test_a_month_holds_what_was_recorded_up_to_its_end(entered: Any, tmp_path: Path) -> None:
    entered.clock.advance(days=10)
    with entered.sign_in(DOCTOR) as site:
        enter(site, "01-A003", "in December")
        site.record(RemoveForm(subject="01-A001", key=VS, reason="wrong subject"))
        november, december = site.transfer("2026-11"), site.transfer("2026-12")
        assert [(form.subject, form.key) for form in november.forms] == [
            (subject, key) for subject in ("01-A001", "01-A002") for key in (DM, VS)
        ]
        assert [(form.subject, form.key) for form in december.forms] == [
            ("01-A001", DM),
            ("01-A002", DM),
            ("01-A002", VS),
            ("01-A003", DM),
            ("01-A003", VS),
        ]
        assert {form.state for form in december.forms} == {FormState.COMPLETE}
        assert site.transfer("2026-10").forms == ()
        assert site.export_excel("2026-10", tmp_path / "empty.xlsx").rows > 0


def test_who_may_export_and_what_is_no_month(entered: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    with entered.sign_in() as nurse, pytest.raises(NotAllowedError):
        nurse.export_excel("2026-11", out)
    with entered.sign_in(DOCTOR) as site:
        for month in ("2026-13", "2026", "2026-11-01", ""):
            with pytest.raises(RefusedError):
                site.export_excel(month, out)
        with pytest.raises(EnvironmentProblemError):
            site.export_excel("2026-11", tmp_path / "none" / "out.xlsx")
        assert not any(line.kind == "exported" for line in site.audit())
    assert not out.exists()


def test_a_file_that_was_not_exported_here_does_not_verify(entered: Any, tmp_path: Path) -> None:
    out, forged = tmp_path / "out.xlsx", tmp_path / "forged.xlsx"
    with entered.sign_in(DOCTOR) as site:
        site.export_excel("2026-11", out)
        book = openpyxl.load_workbook(out)
        book["VS"]["G5"] = 71
        book.save(forged)
        assert len(site.verify_file(forged).failures) == 2
        # Whole in itself, but not the bytes that the journal knows.
        openpyxl.load_workbook(out).save(forged)
        assert len(site.verify_file(forged).failures) == 1
        shutil.copy(out, forged)
        assert site.verify_file(forged).ok
        with pytest.raises(EnvironmentProblemError):
            site.verify_file(tmp_path / "none.xlsx")


def test_a_flipped_byte_in_an_exported_file_is_found(entered: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    with entered.sign_in(DOCTOR) as site:
        site.export_excel("2026-11", out)
        whole = out.read_bytes()
        for position in range(0, len(whole), len(whole) // 60):
            broken = bytearray(whole)
            broken[position] ^= 1
            out.write_bytes(broken)
            try:
                assert not site.verify_file(out).ok
            except DamagedError:
                continue
        out.write_bytes(b"no workbook")
        with pytest.raises(DamagedError):
            site.verify_file(out)
        out.write_bytes(whole)
        assert site.verify_file(out).ok
