"""What tests of single rooms share: a device's journal without a vault."""

import hashlib
import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from desktop.journal.bodies import KINDS, Body, FormSaved, ItemGroupData, Redacted, UserAdded
from desktop.journal.device_keys import DeviceKeys
from desktop.journal.entry import FORMAT, Head, RawEntry, decode, encode
from desktop.journal.hash_chain import ChainPoint, VerifiedEntry, next_value, verified
from desktop.study.clinical_data import FormKey, ItemValue

STUDY, SITE, USER = "S.X", "01", "U.Nurse Zhang"


class Chain:
    """The journal of one device: entries that a nurse could have made, and the chain point after each."""

    def __init__(self, device: str = "A-00000001", site: str = SITE, study: str = STUDY) -> None:
        self.device, self.site, self.study = device, site, study
        self.keys = DeviceKeys.generate()
        self.raws: list[RawEntry] = []
        self.points = [ChainPoint()]

    def grow(self, count: int, value: str = "5") -> "Chain":
        """Add form saves."""
        for _ in range(count):
            body = FormSaved(
                salt=random.randbytes(16).hex(),
                key=FormKey("SE.1", 1, "F.1", 1),
                version="MDV.1",
                version_sha256="00" * 32,
                groups=(ItemGroupData(group="IG.1", items={"IT.1": ItemValue(value=value)}),),
                complete=True,
            )
            self.add(body, f"{self.site}-A{random.randrange(5):03}")
        return self

    def add(self, body: Body, subject: str | None = None, **changes: Any) -> "Chain":
        """Add an entry; `changes` are of its head."""
        sequence = len(self.raws) + 1
        head = Head(
            format=FORMAT,
            study=self.study,
            site=self.site,
            device=self.device,
            sequence=sequence,
            time=sequence << 16,
            wall="2026-11-24T08:00:00.000+08:00",
            user=USER,
            kind=KINDS[type(body)],
            subject=subject,
        )
        head = msgspec.structs.replace(head, **changes)
        encoded = encode(body)
        raw = RawEntry(encode(head), encoded, hashlib.sha256(encoded).digest())
        self.raws.append(raw)
        self.points.append(ChainPoint(sequence, next_value(self.points[-1].value, raw)))
        return self

    def redact(self, device: str, sequence: int, *, role: str = "manager") -> "Chain":
        """Blank an entry, by a person who has this role."""
        user = f"U.{role}"
        if not any(isinstance(decode(raw).body, UserAdded) for raw in self.raws):
            self.add(UserAdded(salt="00", user=user, name="Zhang", roles=(role,), signing_key="0a" * 32))
        return self.add(Redacted(salt="00", device=device, sequence=sequence, reason="a name"), user=user)

    def verified(self, after: int = 0) -> list[VerifiedEntry]:
        """The entries that follow a sequence number, as another computer verifies them."""
        return list(verified(self.raws[after:], self.device, self.points[after]))

    def twin(self, at: int) -> "Chain":
        """The same device as it was at an entry, as a copied folder would go on."""
        other = Chain(self.device, self.site, self.study)
        other.keys = self.keys
        other.raws, other.points = self.raws[:at], self.points[: at + 1]
        return other


@pytest.fixture
def chain() -> Callable[..., Chain]:
    """Makes a device's journal."""
    return Chain
