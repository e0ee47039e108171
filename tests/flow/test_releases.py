"""What every release left is opened by every later one, and shows what it showed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from desktop.actions import ChangePassphrase
from desktop.cli import record_document
from desktop.errors import NotAllowedError
from desktop.site import opening
from desktop.site.site import Site

RELEASES = Path(__file__).parent.parent / "data" / "releases"
KEPT = sorted(path.name for path in RELEASES.iterdir() if path.is_dir() and path.name[0].isdigit())
MANAGER, NURSE, DOCTOR = range(3)


def describe(site: Site) -> dict[str, Any]:
    """What a person is shown of a vault, as JSON."""
    shown = {
        line.subject: {
            "record": record_document.record(site, line.subject),
            "history": record_document.history(site, line.subject),
        }
        for line in site.subjects()
    }
    drafts = [[draft.subject, draft.key.form, sorted(draft.items)] for draft in site.today().drafts]
    people = [[user.name, [str(role) for role in user.roles], user.suspended] for user in site.users()]
    described: dict[str, Any] = json.loads(json.dumps({"subjects": shown, "drafts": drafts, "people": people}))
    return described


def holds(shown: Any, kept: Any) -> bool:
    """Whether what is shown now holds all that was shown then; a later release may show more of it."""
    if isinstance(kept, dict):
        return isinstance(shown, dict) and all(name in shown and holds(shown[name], kept[name]) for name in kept)
    if isinstance(kept, list):
        return len(shown) == len(kept) and all(holds(*pair) for pair in zip(shown, kept, strict=True))
    return bool(shown == kept)


class Release:
    """A copy of what is kept of a release."""

    def __init__(self, name: str, folder: Path) -> None:
        shutil.copytree(RELEASES / name, folder)
        self.folder = folder
        self.kept = json.loads((folder / "kept.json").read_text("utf-8"))

    def person(self, number: int) -> tuple[str, str]:
        person = self.kept["people"][number]
        return (person["name"], person["passphrase"])


@pytest.fixture(params=KEPT)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Release:
    return Release(request.param, tmp_path / "release")


def test_a_release_was_kept() -> None:
    assert "0.1.0" in KEPT


def test_its_vault_opens_and_shows_what_it_showed(release: Release) -> None:
    for _ in range(2):
        with opening.open_site(release.folder / "vault", *release.person(NURSE)) as site:
            assert holds(describe(site), release.kept["shown"])
            found = site.verify()
            assert found.ok, found.failures
            site.rebuild()
            assert holds(describe(site), release.kept["shown"])
    with pytest.raises(NotAllowedError):
        opening.open_site(release.folder / "vault", *release.person(DOCTOR))
    with opening.open_site(release.folder / "vault", *release.person(NURSE)) as site:
        old = release.person(NURSE)[1]
        site.record(ChangePassphrase(old=old, new="one of today's passphrases"))


def test_its_backup_restores(release: Release) -> None:
    with opening.restore_site(release.folder / "backup", release.folder / "new", *release.person(MANAGER)) as site:
        assert site.vault.letter == "B"
        assert holds(describe(site)["subjects"], release.kept["shown"]["subjects"])


def test_its_recovery_code_opens_it(release: Release) -> None:
    name, _ = release.person(NURSE)
    site, _ = opening.recover_site(release.folder / "vault", release.kept["recovery_code"], name, "a new passphrase")
    with site:
        assert holds(describe(site), release.kept["shown"])
