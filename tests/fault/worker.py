"""A process that works on a vault until it is killed, and says on stdout what was acknowledged to it.

    python worker.py MODE VAULT FOLDER SEED

It prints `ready` once everything is imported, waits for a line on stdin, opens the vault, and then prints one JSON document a
line, each after the call that it tells of has returned.
"""

import datetime
import itertools
import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from desktop.actions import ChangePassphrase, RemoveForm, SaveForm
from desktop.export.xlsx.writer import write_excel as _write_excel  # noqa: F401 - imported before the clock runs
from desktop.site import opening
from desktop.site.site import Site
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.definition.metadata import NON_REPEATING_ROW
from desktop.views.forms import Draft

NURSE = ("Nurse", "nurse passphrase")
OTHER_PASSPHRASE = "another passphrase"
SUBJECTS = tuple(f"01-A{number:03}" for number in range(1, 61))
DM = FormKey("SE.VISIT", 1, "F.DM", 1)
VS = FormKey("SE.VISIT", 1, "F.VS", 1)
WEIGHT = ItemPlace("IG.VS", NON_REPEATING_ROW, "IT.WEIGHT")


def tell(**what: Any) -> None:
    """One line, out of this process before anything else happens."""
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def text(value: str) -> ItemValue:
    return ItemValue(value=value)


def register(site: Site, subject: str) -> None:
    """A subject with its first two forms."""
    consent = ItemPlace("IG.DM", NON_REPEATING_ROW, "IT.ICDAT")
    sex = ItemPlace("IG.DM", NON_REPEATING_ROW, "IT.SEX")
    today = datetime.datetime.now(datetime.UTC).date()
    site.record(SaveForm(subject=subject, key=DM, items={consent: text(str(today)), sex: text("M")}))
    weight = ItemValue(value="70.0", unit="kg")
    site.record(SaveForm(subject=subject, key=VS, items={WEIGHT: weight}))


class Work:
    """What the worker does, one step a call."""

    def __init__(self, site: Site, folder: Path, chance: random.Random) -> None:
        self.site = site
        self.folder = folder
        self.chance = chance

    def save(self) -> None:
        """Change, add or take out something in a form, and tell what the form is then."""
        steps: list[Callable[[str], FormKey | None]] = [self.weigh, self.add_row, self.drop_row, self.add_form]
        subject = self.chance.choice(SUBJECTS)
        key = self.chance.choice([*steps, self.drop_form, self.draft])(subject)
        if key is not None:
            view = self.site.form(subject, key)
            tell(
                saved=[subject, *msgspec.structs.astuple(key)],
                content=msgspec.to_builtins(view.content),
                sequence=view.basis[self.site.device],
            )

    def weigh(self, subject: str) -> FormKey:
        """Another weight."""
        before = self.site.form(subject, VS).content["IG.VS"][NON_REPEATING_ROW]["IT.WEIGHT"].value
        weights = [f"{number / 10}" for number in range(200, 1500)]
        weights.remove(before)
        value = ItemValue(value=self.chance.choice(weights), unit="kg")
        self.site.record(SaveForm(subject=subject, key=VS, items={WEIGHT: value}, reason="weighed again"))
        return VS

    def add_row(self, subject: str) -> FormKey:
        """One more blood pressure."""
        row = f"{self.chance.getrandbits(32):08x}"
        systolic = ItemPlace("IG.BP", row, "IT.SYS")
        self.site.record(SaveForm(subject=subject, key=VS, items={systolic: text(str(self.chance.randrange(90, 180)))}))
        return VS

    def drop_row(self, subject: str) -> FormKey | None:
        """One blood pressure less."""
        rows = list(self.site.form(subject, VS).content.get("IG.BP", {}))
        if not rows:
            return None
        removed = (("IG.BP", self.chance.choice(rows)),)
        self.site.record(SaveForm(subject=subject, key=VS, removed_rows=removed, reason="measured on someone else"))
        return VS

    def add_form(self, subject: str) -> FormKey:
        """One more adverse event."""
        key = FormKey("SE.LOG", 1, "F.AE", self.site.next_repeat(subject, "SE.LOG", 1, "F.AE"))
        term = ItemPlace("IG.AE", NON_REPEATING_ROW, "IT.AETERM")
        self.site.record(
            SaveForm(subject=subject, key=key, items={term: text(f"发热 {self.chance.getrandbits(24):x}")})
        )
        return key

    def drop_form(self, subject: str) -> FormKey | None:
        """One adverse event less."""
        forms = [form.key for form in self.site.casebook(subject).forms if form.key.form == "F.AE"]
        if not forms:
            return None
        key = self.chance.choice(forms)
        self.site.record(RemoveForm(subject=subject, key=key, reason="entered twice"))
        return key

    def draft(self, subject: str) -> None:
        """Something typed and not saved."""
        # Like no other: an older draft must not be taken for a newer one.
        typed = f"{self.chance.getrandbits(64):016x}"
        draft = Draft(subject=subject, key=VS, items={"IG.VS||IT.WEIGHT": ItemValue(value=typed, unit="kg")})
        self.site.keep_draft(draft)
        tell(draft=subject, typed=typed)

    def rebuild(self) -> None:
        """Fold everything again, and save something."""
        self.site.rebuild()
        tell(rebuilt=True)
        self.save()

    def backup(self) -> None:
        """One more backup."""
        self.save()
        out = self.folder / f"{self.chance.getrandbits(40)}.sitebook"
        self.site.backup(out)
        tell(backup=out.name)

    def export(self) -> None:
        """This month's transfer, over the last one."""
        self.save()
        today = datetime.datetime.now(datetime.UTC).date()
        result = self.site.export_excel(f"{today:%Y-%m}", self.folder / "transfer.xlsx")
        tell(exported=result.sha256)

    def passphrase(self) -> None:
        """Change the passphrase, and back."""
        for old, new in itertools.pairwise((NURSE[1], OTHER_PASSPHRASE, NURSE[1])):
            self.site.record(ChangePassphrase(old=old, new=new))
            tell(passphrase=new)


def main() -> None:
    """Work until killed."""
    mode, vault, folder, seed = sys.argv[1:]
    tell(ready=True)
    sys.stdin.readline()
    site = opening.open_site(Path(vault), *NURSE)
    tell(opened=True)
    work = Work(site, Path(folder), random.Random(int(seed)))
    step = getattr(work, mode)
    while True:
        step()


if __name__ == "__main__":
    main()
