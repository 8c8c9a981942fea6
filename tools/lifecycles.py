"""Write docs/lifecycles.md: every declared lifecycle as a drawing and a table, from the declarations themselves."""

from __future__ import annotations

from pathlib import Path

from portal.board.rules import CLAIM, OFFER
from portal.children.rules import CHILD_FILE
from portal.kernel.states import Lifecycle
from portal.mentoring.rules import PLANNED_SESSION, SESSION_LOG
from portal.needs.rules import NEED
from portal.pairing.rules import PAIRING
from portal.partners.rules import ORGANISATION, PROJECT, SERVICE
from portal.referrals.rules import REFERRAL
from portal.safeguarding.rules import COMPLAINT, CONCERN
from portal.visits.rules import VISIT
from portal.volunteers.rules import VOLUNTEER

LIFECYCLES = (
    CHILD_FILE, VOLUNTEER, PAIRING, PLANNED_SESSION, SESSION_LOG, VISIT, NEED, REFERRAL, OFFER, CLAIM, ORGANISATION,
    SERVICE, PROJECT, CONCERN, COMPLAINT,
)  # fmt: skip
PAGE = Path(__file__).resolve().parent.parent / "docs" / "lifecycles.md"


def drawn(cycle: Lifecycle) -> str:
    """One lifecycle: a state diagram without the moves to “entered by mistake”, and the table of all moves."""
    lines = [f"## {cycle.title}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {cycle.first.value}"]
    lines += [f"    {m.source.value} --> {m.target.value}" for m in cycle.moves if m.target.value != "entered_in_error"]
    lines += ["```", "", "| From | To | Who | Needs |", "|---|---|---|---|"]
    for move in cycle.moves:
        needs = "; ".join(n for n in (move.needs, "a reason" if move.reason else "") if n)
        lines.append(f"| {cycle.words[move.source]} | {cycle.words[move.target]} | {move.by} | {needs or '–'} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    head = (
        "# Lifecycles\n\nWritten by `tools/lifecycles.py` from the declarations in the rooms' `rules.py`; a test holds "
        "the two together. Every move writes who, when, from, to and reason."
    )
    return "\n\n".join([head, *(drawn(c) for c in LIFECYCLES)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
