"""What every role does, sees and never may, in words. Pure. Source: domain.md, People."""

from __future__ import annotations

from dataclasses import dataclass

from portal.kernel.actor import Role
from portal.kernel.words import N_


@dataclass(frozen=True)
class Explained:
    """One role in three sentences."""

    does: str
    sees: str
    never: str = ""


EXPLAINED: dict[Role, Explained] = {
    Role.CASEWORKER: Explained(
        N_("Finds children, keeps files, visits, raises needs, applies for benefits, hands over consents on paper."),
        N_("The own villages; identity numbers masked, phones in full."),
        N_("Other villages."),
    ),
    Role.GRID_WORKER: Explained(
        N_("Visits and raises needs."),
        N_("The assigned children: name, address, the carer's phone."),
        N_("Benefits, diagnoses, facts about parents."),
    ),
    Role.SUPERVISOR: Explained(
        N_("Compares leads in the town, checks benefits, coaches, handles the town's needs and its counselling group."),
        N_("The own town."),
        N_("Confirming a benefit."),
    ),
    Role.COORDINATOR: Explained(
        N_("Volunteers, vetting, pairing, groups, camps, referrals, announcements, handing over caseloads."),
        N_("The own district."),
        N_("Confirming what they submitted themselves, also as somebody's deputy."),
    ),
    Role.SAFEGUARDING_LEAD: Explained(
        N_("Handles concerns, keeps the duty list, reviews looks beyond the own scope."),
        N_("Concerns and the files that they concern."),
    ),
    Role.CONFIRMER: Explained(
        N_("Confirms, suspends and ends benefits; approves claims."),
        N_("The cases before them."),
        N_("Changing evidence."),
    ),
    Role.MENTOR: Explained(
        N_("Logs sessions, plans and moves the next one, raises concerns, asks for help, for leave or for closure."),
        N_(
            "The own child: given name or alias, age, needs, the history of the own pair; the carer's phone on a tap "
            "while the pair is active and the carer has consented."
        ),
        N_("Surname, identity number, address, the school's name, a parent's crime, illness or drug use."),
    ),
    Role.FACILITATOR: Explained(
        N_("Group meetings and attendance."), N_("The own group."), N_("Other people's counselling notes.")
    ),
    Role.CAMP_LEADER: Explained(
        N_("Roster, headcount, incidents."),
        N_("Medical facts and consents of that camp, until seven days after it."),
        N_("The file."),
    ),
    Role.PARTNER: Explained(
        N_("Answers referrals, claims needs."),
        N_("The shared fields of a referral, only while it is live."),
        N_("The file; another organisation's referrals."),
    ),
    Role.PARTNER_MANAGER: Explained(
        N_("As partner staff; invites colleagues and keeps the list of services."),
        N_("The shared fields of a referral, only while it is live."),
        N_("The file; another organisation's referrals."),
    ),
    Role.GUARDIAN: Explained(
        N_("Gives and withdraws consent, on paper or by a one-time link."),
        N_("The consents of the own child."),
        N_("Everything else."),
    ),
    Role.AUDITOR: Explained(
        N_("Reads the log, verifies its chain, signs off every look beyond a scope."),
        N_("The log and statistics."),
        N_("Case data."),
    ),
    Role.ADMIN: Explained(
        N_("Accounts, settings, regions, rates, lists, holidays."),
        N_("No case data."),
        N_("Granting anything to oneself: a role that sees cases needs a second person, and the auditor is told."),
    ),
}
