"""Raising a need."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from portal.audit.operations import note_move, record
from portal.children.models import Child
from portal.children.rules import OPEN_STATES as OPEN_FILES
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import new_ref, session
from portal.kernel.errors import DomainError, require
from portal.kernel.events import need_moved
from portal.kernel.words import N_
from portal.needs import policy, queries
from portal.needs.models import Need
from portal.needs.operations.clock import arrive
from portal.needs.operations.steps import write_step
from portal.needs.rules import (
    DIMENSION_OF,
    Level,
    NeedChannel,
    NeedKind,
    NeedState,
    NeedUrgency,
    StepKind,
)
from portal.places.settings import coded

LONGEST_KEY = 80


def raise_need(
    child: Child,
    *,
    kind: NeedKind,
    urgency: NeedUrgency = NeedUrgency.ORDINARY,
    household: bool = False,
    text: str,
    channel: NeedChannel,
    dimension: str = "",
    source_ref: str = "",
    client_key: str = "",
    actor: Actor,
    now: datetime,
) -> Need:
    """Somebody says what a child, or its household, lacks: it is with the village at once, and its clock runs.

    `text` may be empty: three taps at the door are enough. `dimension` is a code of the setting `support_dimensions`,
    by default the usual one of the kind. The same `client_key` of the same person gives the standing need. The caller
    commits. Raises NotAllowed for who does not meet the child, DomainError for a file that is closed.
    """
    key = client_key[:LONGEST_KEY] or new_ref()
    standing = queries.sent_before(actor.account_ref, key) if client_key else None
    if standing is not None:
        return standing
    require(policy.can_raise(actor, child))
    if child.state not in OPEN_FILES:
        raise DomainError(N_("This child's file is closed. Ask the coordinator."))
    need = Need(
        child_id=child.id, child_ref=child.ref, region_path=child.region_path, kind=kind, urgency=urgency,
        dimension=_dimension(kind, dimension), household=household, text=text.strip(), channel=channel,
        source_ref=source_ref, client_key=key, state=NeedState.RAISED, level=Level.VILLAGE, due_at=now,
        raised_by=actor.account_ref, raised_at=now,
    )  # fmt: skip
    try:
        with session().begin_nested():
            session().add(need)
            session().flush()
    except IntegrityError:
        standing = queries.sent_before(actor.account_ref, key)
        if standing is None:
            raise
        return standing
    note_move(need, "", NeedState.RAISED, actor=actor, now=now)
    need.state = NeedState.AT_VILLAGE
    note_move(need, NeedState.RAISED, NeedState.AT_VILLAGE, actor=SYSTEM, now=now)
    write_step(need, StepKind.RAISED, "", actor=actor, now=now)
    record(
        "need-raised", need, actor=actor, now=now, kind=kind.value, urgency=urgency.value, channel=channel.value,
        household=household,
    )  # fmt: skip
    arrive(need, now=now)
    session().flush()
    need_moved.send(need, before=NeedState.RAISED, actor=actor, now=now)
    return need


def _dimension(kind: NeedKind, wanted: str) -> str:
    known = dict(coded("support_dimensions"))
    if wanted and wanted not in known:
        raise DomainError(N_("Choose one of the list."), field="dimension")
    usual = DIMENSION_OF[kind]
    return wanted or (usual if usual in known else "")
