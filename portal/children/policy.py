"""Who may change what of a file. Who may see it is decided in `sight` alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from portal.children.rules import OPEN_STATES, FileState
from portal.children.sight import REGION_ROLES
from portal.kernel.actor import Actor, Role


def can_open_in(actor: Actor, path: str) -> bool:
    """Staff of a region open files there."""
    return actor.covers(path, *REGION_ROLES)


def can_edit(actor: Actor, child: Any) -> bool:
    """Staff of the region, while the file is open."""
    return child.state in OPEN_STATES and actor.covers(child.region_path, *REGION_ROLES)


def can_keep_consents(actor: Actor, child: Any) -> bool:
    """Staff of the region; a consent can be withdrawn after the file was closed, too."""
    return child.state is not FileState.ENTERED_IN_ERROR and actor.covers(child.region_path, *REGION_ROLES)


def can_coordinate(actor: Actor, child: Any) -> bool:
    """The coordinator of the region."""
    return actor.coordinates(child.region_path)


def can_open_parents(actor: Actor, child: Any) -> bool:
    """The coordinator of the region opens parents' facts to others, in person: nobody opens what they may not read."""
    return actor.covers_in_person(child.region_path, Role.COORDINATOR)


def can_move_house(actor: Actor, from_path: str, to_path: str) -> bool:
    """Whoever is responsible for both villages; leaving the district is a transfer."""
    return actor.covers(from_path, Role.SUPERVISOR, Role.COORDINATOR) and actor.covers(
        to_path, Role.SUPERVISOR, Role.COORDINATOR
    )


def can_move_state(actor: Actor, child: Any, target: StrEnum) -> bool:
    """A caseworker may say that a young person is growing up; every other step is the coordinator's."""
    if target is FileState.AGEING_OUT:
        return actor.covers(child.region_path, Role.CASEWORKER, Role.COORDINATOR)
    return can_coordinate(actor, child)


def can_keep_parents(actor: Actor, child: Any, fields: frozenset[str]) -> bool:
    """Staff of the region to whom parents' facts are open."""
    return "parents" in fields and can_edit(actor, child)
