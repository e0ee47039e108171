"""Makes the vault and the backup that are kept of a release, with what they show.

    python -m tests.data.releases.make

Run once when a release is made; what it made then is never made again. Every later release opens it
(`tests/flow/test_releases.py`).
"""

import json
import shutil
import tempfile
from pathlib import Path

from desktop import __version__
from desktop.actions import AddUser, ChangeUser, RedactEntry, SaveForm
from desktop.imports import json_lines
from desktop.site import opening
from desktop.study.clinical_data import FormKey, ItemPlace, ItemValue
from desktop.study.load import load_definition, locate
from desktop.views.forms import Draft
from tests.flow.test_releases import RELEASES, describe

HERE = Path(__file__).parent
CLINIC = HERE.parent / "clinic"
MANAGER, NURSE, DOCTOR = (
    {"name": name, "passphrase": f"{name} of a kept release", "roles": roles}
    for name, roles in (("Manager", ["manager"]), ("研究护士", ["entry"]), ("Doctor", ["investigator"]))
)
DM, VS = FormKey("SE.VISIT", 1, "F.DM", 1), FormKey("SE.VISIT", 1, "F.VS", 1)


def lines() -> list[bytes]:
    """Three subjects with changes, missing markers, rows and a removed row."""
    found: list[dict[str, object]] = []
    for number in range(1, 4):
        subject = {"subject": f"01-A{number:03}", "event": "SE.VISIT"}
        found.append(subject | {"form": "F.DM", "items": {"IT.ICDAT": "2026-11-20", "IT.SEX": "FMF"[number - 1]}})
        rows = [{"row": "1", "IT.SYS": "120"}, {"row": "2", "IT.SYS": "135"}]
        weight = {"value": f"{60 + number}.5", "unit": "kg"}
        found.append(subject | {"form": "F.VS", "items": {"IT.WEIGHT": weight}, "groups": {"IG.BP": rows}})
    first = {"subject": "01-A001", "event": "SE.VISIT"}
    note = {"IT.NOTE": "知情同意书由家属见证"}
    found.append(first | {"form": "F.DM", "items": note})
    found.append(first | {"form": "F.VS", "items": {"IT.WEIGHT": {"missing": "NOT_DONE"}}, "reason": "scales broken"})
    removed = {"IG.BP": [{"row": "2", "remove": True}]}
    found.append(first | {"form": "F.VS", "groups": removed, "reason": "measured on someone else"})
    found.append(first | {"event": "SE.LOG", "form": "F.AE", "items": {"IT.AETERM": "发热"}})
    return [json.dumps(line).encode() for line in found]


def main() -> None:
    """Make them."""
    out = RELEASES / __version__
    out.mkdir()
    folder = out / "vault"
    site, code = opening.create_site(
        folder, load_definition(locate(str(CLINIC))), "01", str(MANAGER["name"]), str(MANAGER["passphrase"])
    )
    with site:
        for person in (NURSE, DOCTOR):
            site.record(
                AddUser(name=str(person["name"]), roles=tuple(person["roles"]), passphrase=str(person["passphrase"]))
            )
    with opening.open_site(folder, str(NURSE["name"]), str(NURSE["passphrase"])) as site:
        entered = json_lines.enter(site, lines())
        assert not entered.refused, entered
        place = ItemPlace("IG.DM", "", "IT.NOTE")
        named = site.record(SaveForm(subject="01-A002", key=DM, items={place: ItemValue(value="Zhang San")}))
        site.keep_draft(Draft(subject="01-A002", key=VS, items={"IG.VS||IT.WEIGHT": ItemValue(value="70", unit="kg")}))
    with opening.open_site(folder, str(MANAGER["name"]), str(MANAGER["passphrase"])) as site:
        site.record(RedactEntry(device=named.device, sequence=named.sequence, reason="holds a name"))
        doctor = next(user for user in site.users() if user.name == DOCTOR["name"])
        site.record(ChangeUser(user=doctor.oid, roles=("investigator",), suspended=True, reason="on leave"))
        site.backup(out / "backup")
    with tempfile.TemporaryDirectory() as temporary:
        copy = shutil.copytree(folder, Path(temporary) / "vault")
        with opening.open_site(copy, str(NURSE["name"]), str(NURSE["passphrase"])) as site:
            shown = describe(site)
    kept = {"people": [MANAGER, NURSE, DOCTOR], "recovery_code": code, "shown": shown}
    (out / "kept.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "lock").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
