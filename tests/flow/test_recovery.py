"""A vault opened without a user's passphrase: by the printed code, or by several people together."""

from collections.abc import Sequence

import pytest

from desktop.errors import NotAllowedError, RefusedError, SignInError
from desktop.journal.bodies import Kind
from desktop.site import opening
from desktop.site.recovery import open_by_recovery
from desktop.views.people import Role
from tests.conftest import ADMIN, DOCTOR, NURSE, OTHER_NURSE, Clinic

NEW = ("New manager", "new manager passphrase")


def opened(clinic: Clinic, secrets: Sequence[str], who: tuple[str, str] = NEW) -> tuple[Role, ...]:
    with open_by_recovery(clinic.folder, secrets, *who, wall=clinic.clock) as site:
        assert site.verify().ok
        return site.user.roles


def test_the_code_makes_a_new_manager_and_an_old_code_is_void(clinic: Clinic) -> None:
    with clinic.sign_in(ADMIN) as site:
        code = site.new_recovery_code()
        site.rehearse_recovery([code])
    with pytest.raises(SignInError):
        opened(clinic, [clinic.recovery_code])
    clinic.clock.advance(minutes=5)
    assert opened(clinic, [code]) == (Role.MANAGER,)
    with opening.open_site(clinic.folder, *NEW, wall=clinic.clock) as site:
        kinds = [line.kind for line in site.audit()]
        assert kinds.count(Kind.RECOVERY_CHANGED) == 3


def test_any_two_of_three_open_it_in_any_order(clinic: Clinic) -> None:
    people = [NURSE, OTHER_NURSE, DOCTOR]
    with clinic.sign_in(ADMIN) as site:
        count = site.share_recovery([name for name, _ in people], 2, [secret for _, secret in people])
        assert count == 3
        site.rehearse_recovery([DOCTOR[1], NURSE[1]])
        with pytest.raises(SignInError):
            site.rehearse_recovery([NURSE[1], NURSE[1]])
    clinic.clock.advance(minutes=5)
    with pytest.raises(SignInError):
        opened(clinic, [NURSE[1]])
    clinic.clock.advance(minutes=5)
    assert opened(clinic, [OTHER_NURSE[1], NURSE[1]], DOCTOR) == (Role.INVESTIGATOR, Role.MANAGER)
    # The printed code still opens it, and everybody signs in as before.
    assert opened(clinic, [clinic.recovery_code]) == (Role.MANAGER,)
    with clinic.sign_in(NURSE):
        pass


def test_only_a_manager_shares_it_and_everyone_gives_the_right_passphrase(clinic: Clinic) -> None:
    names = [NURSE[0], DOCTOR[0]]
    with clinic.sign_in(NURSE) as site, pytest.raises(NotAllowedError):
        site.share_recovery(names, 2, [NURSE[1], DOCTOR[1]])
    with clinic.sign_in(ADMIN) as site:
        for people, needed, secrets in (
            (names, 1, [NURSE[1], DOCTOR[1]]),
            (names, 3, [NURSE[1], DOCTOR[1]]),
            ([NURSE[0], "Nobody"], 2, [NURSE[1], DOCTOR[1]]),
            ([NURSE[0], NURSE[0]], 2, [NURSE[1], NURSE[1]]),
        ):
            with pytest.raises(RefusedError):
                site.share_recovery(people, needed, secrets)
        with pytest.raises(SignInError):
            site.share_recovery(names, 2, [NURSE[1], "not the passphrase"])
