"""How the study is conducted at the site: open points, normal ranges, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.views.study import PointAnswer, RangeLine, StudyView, VersionLine

if TYPE_CHECKING:
    from desktop.site_session import SiteSession


def study_view(site: SiteSession) -> StudyView:
    """How the site conducts the study."""
    conduct = site.conduct
    with site.vault.begin() as connection:
        staff = site.vault.staff(connection)
    return StudyView(
        answers={
            name: PointAnswer(
                value=answer.value, reason=answer.reason, user=staff.name_of(answer.user), wall=answer.wall
            )
            for name, answer in conduct.answers.items()
        },
        ranges=tuple(
            RangeLine(range=record.range, reason=record.reason, user=staff.name_of(record.user), wall=record.wall)
            for record in conduct.ranges
        ),
        versions=tuple(
            VersionLine(
                oid=record.oid,
                sha256=record.sha256,
                added=record.added,
                approved=record.approved,
                reference=record.reference,
                activated=record.activated,
                user=staff.name_of(record.user) if record.user else "",
                is_active=record.sha256 == conduct.active,
            )
            for record in conduct.versions.values()
        ),
        laboratory_items=site.definition.laboratory_items,
    )
