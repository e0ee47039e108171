"""The directory that a site believes: the root's, of its study, and never older than what it has seen."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from desktop.errors import CentreError, DamagedError
from desktop.journal.device_keys import DeviceKeys
from desktop.sync.client.enrolled_centre import AgreedCentre, with_directory
from desktop.sync.formats import signed_statement
from desktop.sync.formats.directory import DIRECTORY_TYPE, CentreRecord, Directory

ROOT = Ed25519PrivateKey.generate()
CENTRE = DeviceKeys.generate()


def directory(version: int, **changes: Any) -> Directory:
    made = Directory(
        version=version,
        study="S.X",
        root_key=ROOT.public_key().public_bytes_raw().hex(),
        centre=CentreRecord(signing_key=CENTRE.signing_public, sealing_key=CENTRE.sealing_public),
    )
    return msgspec.structs.replace(made, **changes)


def sign(made: Directory, root: Ed25519PrivateKey = ROOT) -> signed_statement.Signed:
    return signed_statement.sign(DIRECTORY_TYPE, made, root)


AGREED = AgreedCentre(url="http://centre", root_key=directory(1).root_key, directory=sign(directory(5)))


def test_the_same_and_a_newer_directory_are_taken() -> None:
    assert with_directory(AGREED, sign(directory(5))).read_directory().version == 5
    assert with_directory(AGREED, sign(directory(9))).read_directory().version == 9


def test_an_older_one_and_other_content_under_a_version_that_was_seen_are_refused() -> None:
    other = CentreRecord(signing_key="00" * 32, sealing_key=CENTRE.sealing_public)
    for wrong in (directory(4), directory(5, centre=other)):
        with pytest.raises(CentreError, match="older directory"):
            with_directory(AGREED, sign(wrong))


def test_another_root_and_another_study_are_refused() -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(DamagedError):
        with_directory(AGREED, sign(directory(9), stranger))
    for wrong in (directory(9, study="S.Y"), directory(9, root_key=stranger.public_key().public_bytes_raw().hex())):
        with pytest.raises(CentreError, match="another study"):
            with_directory(AGREED, sign(wrong))


def test_a_directory_with_keys_that_are_none_is_refused() -> None:
    for keys in (("zz" * 32, CENTRE.sealing_public), (CENTRE.signing_public, "00"), ("", "")):
        centre = CentreRecord(signing_key=keys[0], sealing_key=keys[1])
        with pytest.raises(DamagedError, match="cannot be read"):
            with_directory(AGREED, sign(directory(9, centre=centre)))
