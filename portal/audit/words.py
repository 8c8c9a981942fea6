"""What the rows of the log say, in words. Codes that are new here are shown as they are."""

from __future__ import annotations

from portal.kernel.words import N_

WHAT_WORDS: dict[str, str] = {
    "account-invited": N_("invited somebody"),
    "account-edited": N_("edited an account"),
    "account-ended": N_("deactivated an account"),
    "account-returned": N_("brought an account back"),
    "account-linked": N_("tied an account to a volunteer"),
    "anchor-taken": N_("took the head of the log outside"),
    "attachment-kept": N_("kept a file"),
    "attachment-forgotten": N_("deleted a file"),
    "audit-exported": N_("exported the log"),
    "card-read": N_("printed or looked at a child's card"),
    "carer-added": N_("entered a carer"),
    "carer-edited": N_("edited a carer"),
    "carer-ended": N_("ended a carer"),
    "carer-phone-shown": N_("saw a carer's phone"),
    "child-opened": N_("opened a child file"),
    "child-edited": N_("edited a child file"),
    "child-moved": N_("moved a child file to another state"),
    "child-moved-house": N_("recorded a move of the child"),
    "child-read": N_("read a child file"),
    "children-exported": N_("exported children"),
    "code-ended": N_("ended the code of a child's card"),
    "code-issued": N_("issued a code for a child's card"),
    "complaint-answer": N_("answered a complaint"),
    "complaint-made": N_("received a complaint"),
    "claim-made": N_("asked to help with an offer"),
    "claim-moved": N_("moved a claim to another state"),
    "claim-read": N_("read a claim"),
    "claim-vetted": N_("looked at who wants to help"),
    "claim-thanked": N_("thanked who helped"),
    "claims-exported": N_("exported claims"),
    "consent-recorded": N_("recorded a consent"),
    "consent-withdrawn": N_("recorded a withdrawn consent"),
    "credential-noted": N_("noted a credential"),
    "day-corrected": N_("corrected a day of the calendar"),
    "day-correction-removed": N_("took a correction of the calendar back"),
    "demo-loaded": N_("loaded the demo"),
    "deputy-named": N_("named a deputy"),
    "deputy-ended": N_("ended a deputy"),
    "device-remembered": N_("remembered a phone"),
    "device-forgotten": N_("forgot a phone"),
    "feed-made": N_("made a calendar address"),
    "feed-rotated": N_("replaced a calendar address"),
    "feed-revoked": N_("ended a calendar address"),
    "goal-added": N_("added a goal to a plan"),
    "goal-reviewed": N_("reviewed a goal"),
    "id-number-revealed": N_("saw a whole identity number"),
    "invitation-sent": N_("sent an invitation"),
    "invitation-taken": N_("took up an invitation"),
    "mentor-answered": N_("answered a mentor's request"),
    "mentor-asked": N_("asked the coordinator"),
    "need-raised": N_("raised a need"),
    "need-moved": N_("moved a need to another state"),
    "need-noted": N_("wrote a note on a need"),
    "need-read": N_("read a need"),
    "need-clock-held": N_("stopped the clock of a need"),
    "need-clock-released": N_("let the clock of a need run again"),
    "need-overdue": N_("named who answers for an overdue need"),
    "needs-exported": N_("exported needs"),
    "note-written": N_("wrote a note"),
    "offer-prepared": N_("prepared an offer for the board"),
    "offer-reworded": N_("changed the words of an offer"),
    "offer-moved": N_("moved an offer to another state"),
    "offer-read": N_("read an offer"),
    "offers-exported": N_("exported offers"),
    "board-published": N_("published the day's board"),
    "pairing-proposed": N_("proposed a pairing"),
    "pairing-moved": N_("moved a pairing to another state"),
    "pairing-read": N_("read a pairing"),
    "pairing-exit-recorded": N_("recorded an exit talk"),
    "pairing-first-meeting-recorded": N_("recorded the first meeting"),
    "pairing-talk-recorded": N_("recorded a talk before pairing"),
    "pairings-exported": N_("exported pairings"),
    "parents-read": N_("read the parents' facts"),
    "parent-fact-recorded": N_("recorded a fact about a parent"),
    "parent-fact-ended": N_("ended a fact about a parent"),
    "password-set": N_("set a password"),
    "people-exported": N_("exported people"),
    "planned-session-made": N_("planned a session"),
    "planned-session-moved": N_("changed a planned session"),
    "referral-drafted": N_("drafted a referral"),
    "referral-fields-read": N_("chose what a referral shares"),
    "referral-shared": N_("shared facts with an organisation"),
    "referral-moved": N_("moved a referral to another state"),
    "referral-step": N_("noted a step of a referral"),
    "referral-sharing-ended": N_("ended what a referral shared"),
    "referral-deleted-by-receiver": N_("said that shared facts are deleted"),
    "referral-read": N_("read a referral"),
    "referral-document-read": N_("opened a paper of a referral"),
    "referrals-exported": N_("exported referrals"),
    "region-added": N_("added a region"),
    "region-edited": N_("edited a region"),
    "regions-imported": N_("imported regions"),
    "reset-not-sent": N_("asked for a reset that was not sent"),
    "reset-asked": N_("asked for a new password"),
    "reset-taken": N_("chose a new password"),
    "risk-changed": N_("changed a risk level"),
    "role-asked": N_("asked for a role"),
    "role-granted": N_("granted a role"),
    "role-refused": N_("refused a role"),
    "role-ended": N_("ended a role"),
    "session-ended": N_("ended a sign-in"),
    "sessions-ended": N_("ended all sign-ins"),
    "session-log-moved": N_("moved a session log to another state"),
    "visit-kept": N_("recorded a visit"),
    "visit-looked-over": N_("looked a visit over"),
    "visit-moved": N_("moved a visit to another state"),
    "visit-read": N_("read a visit"),
    "visits-exported": N_("exported visits"),
    "session-log-read": N_("read a session log"),
    "session-log-amended": N_("amended a session log"),
    "session-log-corrected": N_("corrected a session log"),
    "sessions-exported": N_("exported session logs"),
    "setting-changed": N_("changed a setting"),
    "sight-granted": N_("granted sight of a child"),
    "sight-ended": N_("ended sight of a child"),
    "signed-in": N_("signed in"),
    "signed-out": N_("signed out"),
    "slip-printed": N_("printed a sign-in code"),
    "suggestions-read": N_("looked for fitting volunteers"),
    "support-changed": N_("changed the support dimensions"),
    "volunteer-entered": N_("entered a volunteer"),
    "volunteer-edited": N_("edited a volunteer"),
    "volunteer-availability-set": N_("set a volunteer's times"),
    "volunteer-linked": N_("tied a volunteer to an account"),
    "volunteer-moved": N_("moved a volunteer to another state"),
    "volunteer-read": N_("read a volunteer's file"),
    "volunteers-exported": N_("exported volunteers"),
}
"""By `what`: a verb in the past; who did it stands before."""

KIND_WORDS: dict[str, str] = {
    "account": N_("account"),
    "account_session": N_("sign-in"),
    "audit_anchor": N_("head of the log"),
    "carer": N_("carer"),
    "child": N_("child file"),
    "complaint": N_("complaint"),
    "consent": N_("consent"),
    "credential": N_("credential"),
    "day_off": N_("day of the calendar"),
    "deputy": N_("deputy"),
    "feed": N_("calendar address"),
    "file_note": N_("note"),
    "mentor_ask": N_("request of a mentor"),
    "need": N_("need"),
    "offer": N_("offer"),
    "claim": N_("claim"),
    "board_batch": N_("day's board"),
    "one_time_link": N_("one-time link"),
    "pairing": N_("pairing"),
    "parent_fact": N_("fact about a parent"),
    "plan_goal": N_("goal"),
    "planned_session": N_("planned session"),
    "referral": N_("referral"),
    "region": N_("region"),
    "remembered_device": N_("remembered phone"),
    "role_grant": N_("role"),
    "session_log": N_("session log"),
    "setting": N_("setting"),
    "sight": N_("sight of a child"),
    "volunteer": N_("volunteer"),
}
"""By the table of the subject."""


FACT_WORDS: dict[str, str] = {
    "after": N_("Value after"),
    "as_of": N_("As of"),
    "before": N_("Value before"),
    "dimension": N_("Dimension"),
    "field": N_("Field"),
    "fields": N_("Number of fields"),
    "how": N_("How"),
    "in_spite_of_similar": N_("Opened although similar files exist"),
    "kind": N_("Kind"),
    "channel": N_("How it was heard"),
    "household": N_("Of the household"),
    "name": N_("Setting"),
    "part": N_("Part of the file"),
    "seed": N_("Seed"),
    "source": N_("State before"),
    "target": N_("State after"),
    "urgency": N_("Urgency"),
}
"""By the key of a fact beside a row."""

VALUE_WORDS: dict[str, str] = {
    "acknowledged": N_("acknowledged"), "acted": N_("acted on"), "active": N_("active"),
    "ageing_out": N_("growing up"), "agreed": N_("agreed"), "applied": N_("applied"),
    "archived": N_("left the programme"), "assessed": N_("assessed"), "blue": N_("blue"),
    "cancelled": N_("cancelled"), "closed": N_("closed"), "closing": N_("ending"),
    "closure": N_("an end of the pairing"), "consulted": N_("consulted"), "day": N_("within a day"),
    "days": N_("within some days"), "declined": N_("declined"), "demo": N_("as a role of the demo"),
    "did": N_("What we did"),
    "discarded": N_("discarded"), "dismissed": N_("dismissed"), "draft": N_("draft"),
    "entered_in_error": N_("entered by mistake"), "frozen": N_("paused by the programme"), "green": N_("green"),
    "held": N_("held"), "help": N_("help"), "invitation": N_("by an invitation"), "leave": N_("a break"),
    "minutes": N_("How long"),
    "missed": N_("missed"), "moved": N_("moved"), "now": N_("at once"), "on_leave": N_("on leave"),
    "open": N_("open"), "password": N_("with a password"), "paused": N_("paused"),
    "planned": N_("planned"), "proposed": N_("proposed"),
    "raised": N_("raised"), "ready": N_("ready"), "red": N_("red"), "rejected": N_("not accepted"),
    "reopened": N_("reopened"), "reset": N_("by a link for a new password"), "returned": N_("returned"),
    "reviewed": N_("reviewed"),
    "submitted": N_("to be reviewed"), "suspended": N_("suspended"), "training": N_("in training"),
    "transferred": N_("transferred"), "vetting": N_("being checked"), "withdrawn": N_("withdrew"),
    "yellow": N_("yellow"),
}  # fmt: skip
"""By the code of a fact's value: states, levels and kinds in the words of the rooms that own them."""


def fact_words(key: str) -> str:
    """The English message id of a fact's key."""
    return FACT_WORDS.get(key) or key.replace("_", " ")


def value_words(value: object) -> str:
    """The English message id of a fact's value; what is no known code stays as it is."""
    if isinstance(value, bool):
        return N_("yes") if value else N_("no")
    return VALUE_WORDS.get(str(value)) or str(value)


DEVICE_WORDS: dict[str, str] = {"phone": N_("phone"), "desktop": N_("computer"), "script": N_("a program")}
"""By the kind of device at the end of an origin."""


def origin_parts(origin: str) -> tuple[str, str]:
    """Where a row came from: the shortened network address, and the English message id of the device or nothing."""
    network, _space, device = origin.rpartition(" ")
    return (network, DEVICE_WORDS[device]) if device in DEVICE_WORDS else (origin, "")


def what_words(code: str) -> str:
    """The English message id of a verb."""
    return WHAT_WORDS.get(code) or code.replace("-", " ")


def kind_words(table: str) -> str:
    """The English message id of a kind of record."""
    return KIND_WORDS.get(table) or table.replace("_", " ")
