"""Second entries of the practice site: by the other nurse, as somebody would make them who reads the same source."""

from desktop.actions import SaveForm
from desktop.recording.save_form import FormRefusedError
from desktop.site.site import Site
from desktop.study.clinical_data import CheckAt, FormKey, ItemPlace, ItemValue
from desktop.study.rules.assessment import Code

COMMENT = "As in the source document"


def enter_waiting(site: Site, *, leave: int = 0) -> int:
    """Enter what waits for a second entry by the person signed in, oldest first, but for the newest `leave`.

    What one entry makes known may be what another one's checks read: what is refused is tried again after the others.
    """
    entered = 0
    waiting = [(form.subject, form.key) for form in site.today().awaiting_second]
    waiting = waiting[: max(0, len(waiting) - leave)]
    for _ in range(2):
        refused: list[tuple[str, FormKey]] = []
        for subject, key in waiting:
            if enter_second(site, subject, key):
                entered += 1
            else:
                refused.append((subject, key))
        waiting = refused
    return entered


def enter_second(site: Site, subject: str, key: FormKey) -> bool:
    """Enter one form a second time with the values of the first; False where a rule stands against it."""
    with site.vault.begin() as connection:
        content = site.vault.subject(connection, subject).forms[key].content()
    items: dict[ItemPlace, ItemValue | None] = {
        ItemPlace(group, row and f"second {row}", item): value
        for group, rows in content.items()
        for row, values in rows.items()
        for item, value in values.items()
    }
    act = SaveForm(subject=subject, key=key, items=items, entry_pass=2)
    try:
        site.record(act)
    except FormRefusedError as error:
        if any(problem.code != Code.COMMENT_NEEDED for problem in error.problems):
            return False
        places = [problem.place or ItemPlace("", "", problem.oid) for problem in error.problems]
        comments = {CheckAt("", place): COMMENT for place in places}
        site.record(
            SaveForm(subject=subject, key=key, items=items, comments=comments, entry_pass=2),
        )
    return True
