"""Which vault is a practice site's."""

from pathlib import Path

import msgspec
import pytest

from desktop.errors import CentreError, DamagedError
from desktop.practice import practice_site
from desktop.practice.practice_site import PracticeSite
from tests.conftest import Clinic


def test_a_vault_is_practice_where_the_file_beside_names_its_device(clinic: Clinic) -> None:
    with clinic.sign_in() as site:
        device = site.device
    beside = clinic.folder.parent / practice_site.FILE
    assert practice_site.practice_of(clinic.folder) is None
    for found in (PracticeSite(port=1), PracticeSite(port=1, complete=True), PracticeSite(port=1, device=device)):
        beside.write_bytes(msgspec.json.encode(found))
        assert practice_site.practice_of(clinic.folder) is None
    whole = PracticeSite(port=1, complete=True, device=device)
    beside.write_bytes(msgspec.json.encode(whole))
    assert practice_site.practice_of(clinic.folder) == whole
    beside.write_bytes(b"{")
    assert practice_site.practice_of(clinic.folder) is None
    with pytest.raises(DamagedError, match="Choose another folder"):
        practice_site.find(clinic.folder.parent)
    assert practice_site.find(beside / "x") is None


def test_a_centre_that_says_nothing_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "silent.py"
    program.write_text("import sys; sys.stdin.read(); import time; time.sleep(600)")
    monkeypatch.setattr(practice_site, "START_SECONDS", 0.5)
    monkeypatch.setattr(practice_site, "CENTRE", (practice_site.CENTRE[0], str(program)))
    with pytest.raises(CentreError):
        practice_site.Centre(tmp_path, 1)
