"""Every kind of notice: its sentence, its usual channels, and whether it can be turned down. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from portal.kernel.actor import Role
from portal.kernel.outbox import Channel
from portal.kernel.words import N_


@dataclass(frozen=True)
class Kind:
    """One kind. `sentence` is an English message id filled with the notice's facts; it also is the mail's subject."""

    name: str
    label: str
    sentence: str
    channels: tuple[Channel, ...] = (Channel.MAIL,)
    urgent: bool = False
    """Shown as an alert until it is read, sent at once, never turned down."""


M, SMS = Channel.MAIL, Channel.SMS
KINDS: tuple[Kind, ...] = (
    Kind("concern", N_("Concerns"), N_("A concern is waiting for you. Please open it now."), (M, SMS), urgent=True),
    Kind("log-returned", N_("Returned logs"), N_("Your log of %(day)s came back with a question.")),
    Kind("log-reviewed", N_("Reviewed logs"), N_("Your log of %(day)s was read. Thank you."), ()),
    Kind("log-submitted", N_("Logs to review"), N_("%(name)s sent a log."), ()),
    Kind("mentor-asks", N_("Mentors' requests"), N_("%(name)s asks for %(what)s.")),
    Kind("mentor-answered", N_("Answers to your requests"), N_("The coordinator has answered your request.")),
    Kind("pairing-changed", N_("Changes of a pairing"), N_("Your pairing with %(child)s: %(state)s.")),
    Kind("session-moved", N_("Moved or cancelled sessions"), N_("Session %(child)s: %(what)s.")),
    Kind("calendar-invitation", N_("Calendar invitations"), N_("A date in your calendar has changed.")),
    Kind("silent-pair", N_("Pairs without contact"), N_("A pair has had no contact for %(days)s days.")),
    Kind("credential-expires", N_("Expiring credentials"), N_("A credential of %(name)s runs out on %(day)s.")),
    Kind("volunteer-changed", N_("Changes of a volunteer's status"), N_("%(name)s: %(state)s.")),
    Kind("pairing-needs-you", N_("Pairs that need the coordinator"), N_("A pair needs you: %(what)s.")),
    Kind("consent-withdrawn", N_("Withdrawn consents"), N_("A consent was withdrawn: %(purpose)s.")),
    Kind("grant-asked", N_("Roles to confirm"), N_("A role for %(name)s waits for a second person.")),
    Kind("grant-given", N_("Changes of your roles"), N_("Your roles have changed: %(role)s.")),
    Kind("case-role-given", N_("New roles that see cases"), N_("%(name)s received a role that sees cases: %(role)s.")),
    Kind(
        "address-changed", N_("Changes of your addresses"),
        N_("The mail address or phone number of %(name)s for signing in was changed. "
           "If you did not ask for it, tell your coordinator."),
    ),
    Kind(
        "slip-printed", N_("Printed sign-in codes"),
        N_("%(name)s has printed a sign-in code for you. If you did not ask for it, tell your coordinator."),
    ),
    Kind(
        "deputy-named", N_("Standing in for colleagues"),
        N_("You stand in for %(name)s from %(from_on)s to %(until_on)s."),
    ),
    Kind("need-arrived", N_("Needs to look after"), N_("A need waits for you: %(what)s."), ()),
    Kind("need-urgent", N_("Urgent needs"), N_("An urgent need waits for you: %(what)s."), (M, SMS)),
    Kind("need-climbed", N_("Needs that went up"), N_("A need was not answered below and is with you now: %(what)s.")),
    Kind(
        "need-went-up", N_("Needs not answered in time"),
        N_("A need was not answered in time and went up: %(what)s."),
    ),
    Kind("need-overdue", N_("Overdue needs"), N_("You answer for an overdue need: %(what)s."), (M, SMS)),
    Kind("need-resolved", N_("Needs to confirm"), N_("Something was done about a need. Ask the family."), ()),
    Kind("need-moved", N_("News of needs you raised"), N_("The need you raised: %(state)s"), ()),
    Kind(
        "referral-sent", N_("New referrals"),
        N_("A referral waits for your answer: %(number)s, %(service)s."), (M, SMS),
    ),
    Kind(
        "referral-reminder", N_("Reminders of referrals"),
        N_("A referral still waits for your answer: %(number)s, %(service)s."), (M, SMS),
    ),
    Kind(
        "referral-answered", N_("Answers to your questions"),
        N_("Your question about referral %(number)s was answered."),
    ),
    Kind(
        "referral-news", N_("Messages of referrals"),
        N_("There is a message or a paper for referral %(number)s."), (),
    ),
    Kind(
        "referral-confirmed", N_("Confirmed referrals"),
        N_("The family has confirmed referral %(number)s. Thank you."),
    ),
    Kind(
        "referral-disputed", N_("Reopened referrals"),
        N_("The family does not have what it needs yet: referral %(number)s is open again."),
    ),
    Kind(
        "referral-delete", N_("Data to delete"),
        N_("Referral %(number)s is shared no longer. Please delete what you keep of it."), (M, SMS),
    ),
    Kind("referral-asked", N_("Questions about referrals"), N_("%(org)s asks something before it answers a referral.")),
    Kind("referral-accepted", N_("Accepted referrals"), N_("%(org)s has accepted a referral."), ()),
    Kind("referral-declined", N_("Declined referrals"), N_("%(org)s has declined a referral. Try the next one.")),
    Kind("referral-held", N_("Referrals on hold"), N_("%(org)s has put a referral on hold."), ()),
    Kind(
        "referral-completed", N_("Completed referrals"),
        N_("%(org)s has completed a referral: %(outcome)s. Ask the family."),
    ),
    Kind("referral-failed", N_("Failed referrals"), N_("%(org)s could not do it after all. Try the next one.")),
    Kind("referral-cancelled", N_("Cancelled referrals"), N_("%(org)s has called off a referral.")),
    Kind(
        "referral-expired", N_("Expired referrals"),
        N_("%(org)s did not answer in five working days. Try the next one."),
    ),
    Kind("referral-message", N_("Messages from organisations"), N_("%(org)s has written or sent a paper."), ()),
    Kind("claim-made", N_("Claims from the board"), N_("Somebody wants to help with an offer of the board."), ()),
    Kind("claim-decide", N_("Claims to decide"), N_("A claim of the board waits for your decision.")),
    Kind("claim-note", N_("News of claims"), N_("Somebody who helps has written about it."), ()),
    Kind("claim-approved", N_("Your claims"), N_("Your claim was approved. Thank you; we will call you.")),
    Kind("claim-refused", N_("Your claims"), N_("Your claim could not be approved this time. Thank you for asking.")),
    Kind("claim-ended", N_("Your claims"), N_("Your claim has ended: the help is not needed any more. Thank you.")),
    Kind("claim-thanked", N_("Your claims"), N_("Your help has arrived. The family thanks you.")),
    Kind("offer-unclaimed", N_("Offers that nobody took"), N_("An offer came back from the board: nobody took it.")),
    Kind("phone-code", N_("Phone codes"), N_("Your code is %(code)s. It is good for %(minutes)s minutes."), (SMS,)),
    Kind("complaint-made", N_("Complaints to answer"), N_("A complaint or suggestion waits for an answer.")),
    Kind("complaint-answered", N_("Answers to your complaints"), N_("Your complaint or suggestion has been answered.")),
    Kind("duty-overdue", N_("Overdue duties"), N_("Something is overdue: %(what)s.")),
    Kind(
        "message-undelivered", N_("Messages that did not arrive"),
        N_("A message to %(name)s could not be delivered."), (),
    ),
    Kind("export-made", N_("Exports"), N_("%(name)s exported %(rows)s rows: %(reason)s"), ()),
)  # fmt: skip
BY_NAME = {k.name: k for k in KINDS}

MENTORS = frozenset({Role.MENTOR})
COORDINATORS = frozenset({Role.COORDINATOR, Role.SUPERVISOR})
ADMINS = frozenset({Role.ADMIN})
MEANT_FOR: dict[str, frozenset[Role]] = {
    "log-returned": MENTORS, "log-reviewed": MENTORS, "mentor-answered": MENTORS, "log-submitted": COORDINATORS,
    "mentor-asks": COORDINATORS, "silent-pair": COORDINATORS, "pairing-needs-you": COORDINATORS,
    "volunteer-changed": COORDINATORS, "credential-expires": COORDINATORS | MENTORS, "consent-withdrawn": COORDINATORS,
    "case-role-given": frozenset({Role.AUDITOR}), "export-made": frozenset({Role.AUDITOR}),
    "message-undelivered": ADMINS, "grant-asked": ADMINS | COORDINATORS,
    "claim-made": COORDINATORS, "claim-note": COORDINATORS, "offer-unclaimed": COORDINATORS,
    "claim-decide": frozenset({Role.CONFIRMER}), "phone-code": frozenset(),
    **{f"claim-{what}": frozenset({Role.PARTNER, Role.PARTNER_MANAGER})
       for what in ("approved", "refused", "ended", "thanked")},
    **{f"referral-{what}": frozenset({Role.PARTNER, Role.PARTNER_MANAGER})
       for what in ("sent", "reminder", "answered", "news", "confirmed", "disputed", "delete")},
    **{f"referral-{what}": COORDINATORS
       for what in ("asked", "accepted", "declined", "held", "completed", "failed", "cancelled", "expired", "message")},
    "complaint-made": COORDINATORS | {Role.SAFEGUARDING_LEAD},
}  # fmt: skip
"""Which roles a kind is offered to for choosing; a kind that is not named here goes to everybody."""
