"""Enrolment: compare the centre's fingerprint words first, then send the one-time code.

The code is sealed to the centre whose words were compared, so nobody between reads it; and the request is signed with
the key that it registers, so nobody registers another's. Both directions of sealing are tried before the first entry
travels. Asked again with the same code (the answer was lost on the way), the centre admits the same device again.
"""

import secrets

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection

from desktop.errors import CentreError, DamagedError, RefusedError
from desktop.journal.bodies import Enrolled
from desktop.journal.entry import new_salt
from desktop.sync.client.channel import NOT_THE_CENTRE, UNTRUSTED, Call, Channel
from desktop.sync.client.enrolled_centre import AgreedCentre, keep_centre, with_directory
from desktop.sync.formats import messages, signed_statement
from desktop.sync.formats.directory import DIRECTORY_TYPE, Directory
from desktop.sync.formats.fingerprint import fingerprint, same_words
from desktop.sync.formats.sealing import seal, unseal
from desktop.vault import outbox_tables
from desktop.vault.vault import Recording, Vault

OTHER_STUDY = "The centre runs another study ({theirs})."


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Half a joining: the centre has shown its words, and a person has yet to compare them."""

    url: str
    code: str
    directory: Directory
    signed_directory: signed_statement.Signed

    @property
    def fingerprint(self) -> str:
        """The words to compare."""
        return fingerprint(self.directory.root_key)

    def matches(self, words: str) -> bool:
        """Whether these are the centre's words."""
        return same_words(self.fingerprint, words)


def begin_enrolment(vault: Vault, url: str, code: str) -> Enrolment:
    """Ask who the centre is. The code is not sent yet.

    Raises CentreError where nobody answers or it is no centre, RefusedError where it runs another study.
    """
    channel = Channel(url, vault.device, vault.keys.signing, None)
    try:
        identity = channel.ask(messages.IDENTITY, messages.Ask(), messages.Identity)
        claimed = signed_statement.unsafe_read(identity.directory, Directory)
        # It must at least be signed by the key whose words it shows.
        directory = signed_statement.verify(DIRECTORY_TYPE, identity.directory, claimed.root_key, Directory)
    except DamagedError as error:
        raise CentreError(NOT_THE_CENTRE, url=channel.url) from error
    finally:
        channel.close()
    if directory.study != vault.study:
        raise RefusedError(OTHER_STUDY, theirs=directory.study)
    return Enrolment(url=channel.url, code=code.strip(), directory=directory, signed_directory=identity.directory)


def finish_enrolment(vault: Vault, enrolment: Enrolment) -> None:
    """Join, after a person compared the words.

    Raises RefusedError for a code that is wrong, used or expired, or a letter that is taken; CentreError for a centre
    that is not the one shown.
    """
    centre = enrolment.directory.centre
    test = secrets.token_hex(16)
    request = messages.EnrolRequest(
        code=enrolment.code,
        study=vault.study,
        site=vault.site,
        device=vault.device,
        letter=vault.letter,
        signing_key=vault.keys.signing_public,
        sealing_key=vault.keys.sealing_public,
        test=test,
    )
    channel = Channel(enrolment.url, vault.device, vault.keys.signing, centre.signing_key)
    try:
        body = seal(msgspec.json.encode(request), centre.sealing_key, messages.ENROL)
        answer = channel.read(channel.perform(Call(messages.ENROL, body)), messages.EnrolAnswer)
    finally:
        channel.close()
    agreed = AgreedCentre(
        url=enrolment.url, root_key=enrolment.directory.root_key, directory=enrolment.signed_directory
    )
    try:
        agreed = with_directory(agreed, answer.directory)
        mine = agreed.read_directory().device(vault.device)
        opened = unseal(answer.sealed_test, vault.keys.sealing, messages.ENROL)
    except (DamagedError, InvalidTag, ValueError) as error:
        raise CentreError(UNTRUSTED, url=enrolment.url) from error
    keys = (vault.keys.signing_public, vault.keys.sealing_public)
    if mine is None or (mine.signing_key, mine.sealing_key) != keys or opened != test.encode():
        raise CentreError(UNTRUSTED, url=enrolment.url)
    entry = Enrolled(
        salt=new_salt(),
        url=enrolment.url,
        fingerprint=enrolment.fingerprint,
        signing_key=centre.signing_key,
        sealing_key=centre.sealing_key,
    )

    def keep(connection: Connection) -> None:
        keep_centre(connection, agreed)
        outbox_tables.drop_unreceived(connection)

    vault.record([Recording(entry)], keep)
