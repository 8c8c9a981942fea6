"""What each kind of duty asks for, in words: a title, why it matters, what to press, and a picture."""

from __future__ import annotations

from dataclasses import dataclass

from portal.kernel.words import N_


@dataclass(frozen=True)
class DutyWords:
    """English message ids."""

    what: str
    why: str
    action: str = N_("Open")
    icon: str = "clock"


DUTY_WORDS: dict[str, DutyWords] = {
    "log-review": DutyWords(N_("Read a session log"), N_("A mentor waits for an answer."), N_("Read"), "pen"),
    "log-answer": DutyWords(
        N_("Answer about a session log"), N_("Your log came back with a question."), N_("Answer"), "pen"
    ),
    "silent-pair": DutyWords(
        N_("Call a pair without contact"), N_("No contact for some time: ask how they are."), N_("Look"), "heart"
    ),
    "silent-alert": DutyWords(
        N_("A pair without contact for long"), N_("The child may feel forgotten. Act today."), N_("Look"), "warning"
    ),
    "concern-acknowledge": DutyWords(
        N_("Take a concern"), N_("It goes to the next person when nobody takes it in time."), N_("Open"), "shield"
    ),
    "complaint-answer": DutyWords(N_("Answer a complaint"), N_("Somebody waits for a reply."), N_("Answer"), "chat"),
    "credential-expires": DutyWords(
        N_("Renew a volunteer's credential"), N_("Without it the volunteer can take no new child."), N_("Look"), "user"
    ),
    "grant-confirm": DutyWords(
        N_("Confirm a role"), N_("A role that sees cases needs a second person."), N_("Decide"), "lock"
    ),
    "mentor-ask": DutyWords(
        N_("Answer a mentor's request"), N_("A mentor asked for help, a break or an end."), N_("Answer"), "chat"
    ),
    "visit": DutyWords(N_("Visit a child"), N_("The day of the next visit has come."), N_("Begin"), "home"),
    "town-check": DutyWords(
        N_("Look in from the town"), N_("The town's own check has come round."), N_("Begin"), "home"
    ),
    "need-handle": DutyWords(
        N_("Look after a need"), N_("Solve it, pass it up or give it back: otherwise it goes up by itself."),
        N_("Open"), "heart",
    ),
    "need-confirm": DutyWords(
        N_("Ask whether a need is met"), N_("Something was done. Only the family knows whether it helped."),
        N_("Ask"), "chat",
    ),
    "need-overdue": DutyWords(
        N_("Answer for an overdue need"), N_("The district has not solved it in time. You answer for it by name."),
        N_("Open"), "warning",
    ),
    "referral-answer": DutyWords(
        N_("See to an answer from an organisation"), N_("It has not said yes or no yet. Ring them up."), N_("Look"),
        "out",
    ),
    "service-assure": DutyWords(
        N_("Confirm a service"), N_("Nobody has said for a year that it is still as written."), N_("Look"), "check"
    ),
    "claim-vet": DutyWords(N_("Look at who wants to help"), N_("A claim waits for a look."), N_("Look"), "user"),
    "claim-decide": DutyWords(N_("Decide on a claim"), N_("Somebody wants to help."), N_("Decide"), "check"),
    "claim-help": DutyWords(
        N_("See that promised help comes"), N_("A claim was approved, and nothing has been handed over yet."),
        N_("Look"), "heart",
    ),
    "claim-confirm": DutyWords(
        N_("Ask whether a wish came true"), N_("Something was handed over. Only the family knows."), N_("Ask"), "chat"
    ),
    "goal-review": DutyWords(N_("Review a goal of the plan"), N_("The day of review has come."), N_("Look"), "list"),
    "ageing-out": DutyWords(
        N_("Prepare for growing up"), N_("The young person will be 18 soon. Nothing ends by itself."), N_("Look"),
        "child",
    ),
}  # fmt: skip
ON_OWN_PAGE = frozenset({"visit", "town-check"})
"""Kinds of which everybody owes hundreds, months ahead: their room's own list shows them, and nobody gets a mail for
each of them."""
OTHER = DutyWords(N_("Something waits for you"), N_("It is due."))


def words_of(kind: str) -> DutyWords:
    """The words of a kind; plain ones for a kind that is new."""
    return DUTY_WORDS.get(kind, OTHER)
