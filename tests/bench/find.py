"""How long a keystroke in the find box takes at 2,000 subjects. Run with `python -m tests.bench.find`."""

import statistics
import tempfile
import time
from pathlib import Path

from desktop.casebook.fold import FormFold, SubjectFold
from desktop.reading.find import find
from desktop.site import opening
from desktop.study.clinical_data import FormKey
from desktop.study.load import load_definition, locate
from desktop.vault import casebook_tables

SUBJECTS = 2_000
ROUNDS = 9
TYPED = ("a19", "a1999", "adverse", "a07 dos", "给药", "zzz")


def main() -> None:
    """Print the median of each search."""
    definition = load_definition(locate("pd1-ven-cag"))
    folds: list[SubjectFold] = []
    for number in range(SUBJECTS):
        fold = SubjectFold(f"01-A{number:04}")
        for event in definition.events.values():
            for ref in event.forms:
                fold.forms[FormKey(event.oid, 1, ref.form, 1)] = FormFold()
        folds.append(fold)
    with tempfile.TemporaryDirectory() as folder:
        site, _ = opening.create_site(Path(folder) / "vault", definition, "01", "Manager", "manager passphrase")
        with site:
            with site.vault.begin() as connection:
                casebook_tables.insert_subjects(connection, folds)
            for text in TYPED:
                times: list[float] = []
                for _ in range(ROUNDS):
                    start = time.perf_counter()
                    found = find(site, text)
                    times.append((time.perf_counter() - start) * 1000)
                print(f"find {text!r:<12} {len(found):>3} lines {statistics.median(times):8.1f} ms   aim 50")


if __name__ == "__main__":
    main()
