"""A small programme in which every private field of one child holds a canary of its own, and people of every kind.

Used by the access matrix: whoever reads a canary that is not theirs has found a leak.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from portal.access.models import Account, AccountSession, Deputy, RememberedDevice
from portal.audit.models import AuditEntry
from portal.board.models import Claim, ClaimNote, Offer
from portal.board.rules import ClaimantKind, ClaimState, OfferState
from portal.board.views.deciding import STEPS as CLAIM_STEPS
from portal.board.views.preparing import STEPS as OFFER_STEPS
from portal.calendars.models import Booking, BookingAudience, Feed
from portal.children.models import FileNote, ParentFact, PlanGoal, RiskChange
from portal.children.operations.codes import new_code_row
from portal.children.operations.files import PARTS
from portal.children.rules import FieldSet, ParentCode, Purpose, RiskLevel
from portal.files.models import Attachment
from portal.files.rules import AttachmentKind
from portal.home.models import SavedView
from portal.kernel.actor import SYSTEM, Role
from portal.kernel.clock import now, today
from portal.kernel.secrets import new_token, token_hash
from portal.mentoring.models import SessionAmendment, SessionComment
from portal.mentoring.rules import LogState
from portal.needs.models import Need, NeedStep
from portal.needs.rules import Level, NeedChannel, NeedKind, NeedState, StepKind
from portal.needs.views.stepping import STEPS as NEED_STEPS
from portal.notices.models import Notice
from portal.pairing.models import MentorAsk
from portal.pairing.rules import AskKind, ClosureReason, PairingState
from portal.partners.models import (
    Award,
    Contact,
    Deliverable,
    Location,
    Organisation,
    Programme,
    ProgrammeEntry,
    Project,
    Service,
)
from portal.partners.rules import OrgKind, OrgState, ProjectKind, uuid_of
from portal.places.models import DayOff
from portal.referrals.models import Referral, ReferralMessage, ReferralStep
from portal.referrals.rules import ReferralState, Step
from portal.referrals.views.stepping import STEPS as REFERRAL_STEPS
from portal.safeguarding.models import Complaint, Concern, ConcernNamed, DutyListEntry
from portal.safeguarding.rules import ComplaintKind, Urgency
from portal.safeguarding.views.concerns import STEPS
from tests.factories import DISTRICT, TOWN_A, TOWN_B, VILLAGE_A, VILLAGE_B, Factory

FIELD_CANARIES = {
    "name": "丙癸", "given_name": "癸鸢", "alias": "阿鹬", "address": "canary-address", "school": "canary-school",
    "health": "canary-health", "carer": "canary-carer", "carer_phone": "17000009999", "parents": "canary-parents",
    "notes": "canary-filenote", "plan": "canary-goal", "risk": "canary-risk", "did": "canary-did", "to_staff": "canary-tostaff",
    "part": "canary-part", "comment": "canary-comment", "amendment": "canary-amendment", "ask": "canary-ask",
    "concern": "canary-concern", "complaint": "canary-complaint", "typed": "canary-typed", "said": "canary-said", "volunteer": "canary-profile",
    "visit": "canary-at-the-door", "look": "canary-look-over",
    "shared": "canary-shared", "covering": "canary-covering", "thread": "canary-thread", "reached": "canary-reached",
    "offer": "canary-offer", "claimant": "canary-claimant", "vetting": "canary-vetting", "claim_note": "canary-claim-line",
    "need": "canary-need-words", "need_note": "canary-between-levels",
    "sealed": "canary-sealed", "clerk": "canary-clerk",
    "id_number": "371399201503150", "id_masked": "3713**********",
}  # fmt: skip


@dataclass
class World:
    """Records of the child that others must not meet (`refs` by the first segment of their address), and people."""

    refs: dict[str, str] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Closed lists that stand in addresses, by the segment before them."""
    people: dict[str, Account] = field(default_factory=dict)
    allowed: dict[str, frozenset[str]] = field(default_factory=dict)
    """Canaries that a person may meet; nobody named here meets any other."""


def make_world(made: Factory) -> World:
    """Two towns, two pairs, a former pair, every role inside and outside the child's region."""
    w = World()
    c = FIELD_CANARIES
    one = made.child(at=VILLAGE_A)
    two = made.child(
        at=VILLAGE_B, surname=c["name"][0], given_name=c["given_name"], name=c["name"][0] + c["given_name"], alias=c["alias"],
        address=c["address"], registered_address=c["address"], school=c["school"], health=c["health"], initials="bgy",
        given_initials="gy", id_number="371399201503150028", id_masked="3713**********0028",
    )  # fmt: skip
    w.people["mentor of another pair"], volunteer_one = made.mentor("甲志愿")
    mentor_two, volunteer_two = made.mentor("乙志愿", profile=c["volunteer"], at=TOWN_B)
    w.people["former mentor"], volunteer_former = made.mentor("前志愿")
    w.people["mentor of an ended sight"], volunteer_frozen = made.mentor("停志愿")
    made.pairing(one, volunteer_one)
    pairing = made.pairing(two, volunteer_two, child_said=c["said"], carer_said=c["said"])
    former = made.pairing(
        two,
        volunteer_former,
        PairingState.CLOSED,
        ended_on=today() - timedelta(days=9),
        closure_reason=ClosureReason.OTHER,
    )
    made.log(former, LogState.REVIEWED, did=c["did"])
    made.sight(
        two,
        w.people["mentor of an ended sight"].ref,
        FieldSet.MENTOR,
        "pairing",
        "gone",
        ended_at=now() - timedelta(hours=1),
    )
    assert volunteer_frozen
    log = made.log(pairing, did=c["did"], to_staff=c["to_staff"], part=c["part"])
    draft = made.log(pairing, LogState.DRAFT, did="", typed={"did": c["typed"]})
    planned = made.planned(pairing)
    made.save(SessionComment(log_id=log.id, text=c["comment"], written_by="x", written_at=now()))
    made.save(
        SessionAmendment(
            log_id=log.id, field="did", before=c["amendment"], after="b", reason="r", made_by="x", made_at=now()
        )
    )
    ask = made.save(
        MentorAsk(pairing_id=pairing.id, child_ref=two.ref, region_path=two.region_path, kind=AskKind.HELP, text=c["ask"],
                  asked_by=mentor_two.ref, asked_at=now())
    )  # fmt: skip
    goal = made.save(
        PlanGoal(child_id=two.id, dimension="heart", goal=c["plan"], review_on=today(), made_at=now(), made_by="x")
    )
    made.save(FileNote(child_id=two.id, text=c["notes"], written_by="x", written_at=now()))
    made.save(
        RiskChange(child_id=two.id, after=RiskLevel.RED, reason=c["risk"], changed_by="x", changed_at=now()),
    )
    fact = made.save(
        ParentFact(child_id=two.id, parent="father", what={"code": ParentCode.PRISON, "remark": c["parents"]}, recorded_by="x",
                   recorded_at=now())
    )  # fmt: skip
    carer = made.carer(two, name=c["carer"], phone=c["carer_phone"], is_guardian=False)
    booking = made.save(
        Booking(uid="two@portal", kind="session", subject_kind="planned_session", subject_ref=planned.ref, title="陪伴 GY",
                starts_at=planned.starts_at, ends_at=planned.ends_at, changed_at=now(), region_path=two.region_path)
    )  # fmt: skip
    made.save(BookingAudience(booking_id=booking.id, account_ref=mentor_two.ref))
    concern = made.save(
        Concern(client_key="k", raised_by=mentor_two.ref, raised_at=now(), child_ref=two.ref, child_id=two.id,
                region_path=two.region_path, urgency=Urgency.DAY, text=c["concern"], due_at=now() + timedelta(days=1),
                asked_ref="nobody")
    )  # fmt: skip
    need = made.save(
        Need(child_id=two.id, child_ref=two.ref, region_path=two.region_path, kind=NeedKind.MEDICAL, text=c["need"],
             channel=NeedChannel.SESSION, client_key="n", state=NeedState.AT_VILLAGE, level=Level.VILLAGE, due_at=now(),
             raised_by=mentor_two.ref, raised_at=now())
    )  # fmt: skip
    made.save(
        NeedStep(need_id=need.id, kind=StepKind.REMARK, level=Level.VILLAGE, text=c["need_note"], by="x", at=now())
    )
    visit = made.visit(
        two, made.account(Role.CASEWORKER, at=VILLAGE_B), text=c["visit"], look_note=c["look"], looked_at=now()
    )
    photo = made.save(
        Attachment(subject_kind="visit", subject_ref=visit.ref, child_ref=two.ref, kind=AttachmentKind.PICTURE, name="",
                   mime="image/jpeg", size=3, content=b"jpg", made_at=now(), made_by="x")
    )  # fmt: skip
    org = made.save(
        Organisation(name="示例医院", kind=OrgKind.HOSPITAL, region_path=made.path(DISTRICT), state=OrgState.ACTIVE, created_at=now(),
                     created_by="x", changed_at=now())
    )  # fmt: skip
    referral = made.save(
        Referral(need_id=need.id, need_ref=need.ref, child_id=two.id, child_ref=two.ref, region_path=two.region_path, kind="medical",
                 org_ref=org.ref, org_name=org.name, service_name="眼科手术", state=ReferralState.IN_PROGRESS, fields=["health"],
                 shared={"health": c["shared"]}, covering=c["covering"], drafted_by="x", drafted_at=now(), sent_by="x",
                 sent_at=now(), answered_at=now(), delete_by=today())
    )  # fmt: skip
    made.save(ReferralMessage(referral_id=referral.id, text=c["thread"], written_by="x", written_at=now()))
    made.save(
        ReferralStep(
            referral_id=referral.id,
            step=Step.DIAGNOSIS,
            on_day=today(),
            note=c["reached"],
            written_by="x",
            written_at=now(),
        )
    )
    paper = made.save(
        Attachment(subject_kind="referral", subject_ref=referral.ref, child_ref=two.ref, kind=AttachmentKind.DOCUMENT,
                   name=c["thread"] + ".pdf", mime="application/pdf", size=9, content=c["shared"].encode(), made_at=now(), made_by="x")
    )  # fmt: skip
    partner, elsewhere = made.account(), made.account()
    made.grant(partner, Role.PARTNER, org_ref=org.ref)
    other_org = made.save(
        Organisation(name="另一家医院", kind=OrgKind.HOSPITAL, region_path=made.path(DISTRICT), state=OrgState.ACTIVE, created_at=now(),
                     created_by="x", changed_at=now())
    )  # fmt: skip
    made.grant(elsewhere, Role.PARTNER_MANAGER, org_ref=other_org.ref)
    offer = made.save(
        Offer(child_id=two.id, child_ref=two.ref, region_path=two.region_path, kind="wish", title=c["offer"], body=c["offer"],
              state=OfferState.TAKEN, prepared_by="x", prepared_at=now(), offered_at=now())
    )  # fmt: skip
    claim = made.save(
        Claim(client_key="claim", offer_id=offer.id, child_ref=two.ref, region_path=two.region_path, claimant=ClaimantKind.PERSON,
              name=c["claimant"], phone="13700008888", words=c["claimant"], vetting=c["vetting"], token_hash="claim",
              state=ClaimState.APPROVED, made_at=now(), approved_at=now(), vetted_at=now(), vetted_by="x", approved_by="y")
    )  # fmt: skip
    made.save(ClaimNote(claim_id=claim.id, text=c["claim_note"], written_by="x", written_at=now()))
    day = made.save(DayOff(on_day=today(), is_workday=False))
    for role in Role:
        if role is not Role.MENTOR:
            w.people[f"{role.value} elsewhere"] = made.account(role, at=TOWN_A)
    named = made.account(Role.SAFEGUARDING_LEAD, Role.COORDINATOR)
    made.save(ConcernNamed(concern_id=concern.id, account_ref=named.ref))
    grid = made.account(Role.GRID_WORKER, at=VILLAGE_B)
    made.sight(two, grid.ref, FieldSet.DOOR, "role_grant", "assigned")
    w.people |= {
        "own mentor": mentor_two,
        "receiving partner": partner,
        "partner of another organisation": elsewhere,
        "assigned grid worker": grid,
        "own caseworker": made.account(Role.CASEWORKER, at=VILLAGE_B),
        "own supervisor": made.account(Role.SUPERVISOR, at=TOWN_B),
        "own coordinator": made.account(Role.COORDINATOR),
        "named in the concern": named,
        "admin": made.account(Role.ADMIN),
        "auditor": made.account(Role.AUDITOR),
        "confirmer": made.account(Role.CONFIRMER),
    }
    file = {"name", "ask", "given_name", "alias", "address", "school", "health", "carer", "carer_phone", "notes", "plan", "risk",
            "id_masked", "did", "part", "comment", "amendment", "to_staff", "said", "need", "need_note", "visit",
            "shared", "covering", "thread", "reached", "offer", "claim_note"}  # fmt: skip
    deciding = {"offer", "claimant", "vetting", "claim_note"}
    w.allowed = {
        "own mentor": frozenset({"alias", "did", "to_staff", "part", "comment", "amendment", "ask", "typed", "carer_phone",
                                 "volunteer", "carer", "complaint", "need"}),
        "assigned grid worker": frozenset({"name", "given_name", "alias", "address", "carer", "carer_phone"}),
        "receiving partner": frozenset({"shared", "covering", "thread", "reached"}),
        "own caseworker": frozenset(file),
        "own supervisor": frozenset(file | {"volunteer", "look"}),
        "own coordinator": frozenset(file | deciding | {"look", "parents", "ask", "volunteer", "complaint"}),
        "named in the concern": frozenset(file | deciding | {"look", "parents", "ask", "volunteer", "complaint"}),
        "confirmer": frozenset(deciding),
        "coordinator elsewhere": frozenset(),
        "safeguarding_lead elsewhere": frozenset(),
    }  # fmt: skip
    consent = made.consent(two, Purpose.MEDIA)
    grant = made.sight(two, made.account(Role.SUPERVISOR, at=TOWN_A).ref, FieldSet.PARENTS, "child", two.ref)
    token = new_token()
    feed = made.save(Feed(account_ref=mentor_two.ref, token_hash=token_hash(token), made_at=now()))
    device = made.save(
        RememberedDevice(
            account_id=mentor_two.id, token_hash="d", pin_hash="p", made_at=now(), ends_at=now() + timedelta(days=9)
        )
    )
    signed_in = made.save(AccountSession(account_id=mentor_two.id, token_hash="s", created_at=now(), seen_at=now()))
    deputy = made.save(
        Deputy(account_ref=mentor_two.ref, deputy_ref=named.ref, from_on=today(), until_on=today(), named_at=now())
    )
    notice = made.save(
        Notice(
            account_ref=mentor_two.ref, kind="log-returned", made_at=now(), facts={"day": c["comment"]}, url="/today"
        )
    )
    on_duty = made.save(
        DutyListEntry(region_path=two.region_path, position=1, account_ref=named.ref, phone=c["carer_phone"])
    )
    role = made.grant(mentor_two, Role.FACILITATOR, at=TOWN_B)
    complaint = made.save(
        Complaint(client_key="c", kind=next(iter(ComplaintKind)), text=c["complaint"], account_ref=mentor_two.ref, code_index="c",
                  region_path=two.region_path, made_at=now(), due_at=now() + timedelta(days=9))
    )  # fmt: skip
    view = made.save(
        SavedView(account_ref=mentor_two.ref, name=c["comment"], path="/children", query="sort=age", made_at=now())
    )
    entry = made.save(
        AuditEntry(
            at=now(), actor_ref=mentor_two.ref, what="child-edited", subject_kind="child", subject_ref=two.ref, facts={}
        )
    )
    card = made.save(new_code_row(two.id, actor=SYSTEM, now=now()))
    court = made.save(
        Organisation(name="示例法院", kind=OrgKind.COURT, region_path=made.path(DISTRICT), state=OrgState.ACTIVE, created_at=now(),
                     created_by="x", changed_at=now())
    )  # fmt: skip
    sealed = made.save(
        Programme(organisation_id=court.id, region_path=court.region_path, name=c["sealed"], description=c["sealed"], sealed=True,
                  public=False, created_at=now())
    )  # fmt: skip
    done = made.save(
        ProgrammeEntry(
            programme_id=sealed.id,
            on_day=today(),
            title=c["sealed"],
            text=c["sealed"],
            written_by="x",
            written_at=now(),
        )
    )
    project = made.save(
        Project(organisation_id=court.id, programme_id=sealed.id, region_path=court.region_path, kind=ProjectKind.OTHER,
                name=c["sealed"], starts_on=today(), ends_on=today(), created_at=now())
    )  # fmt: skip
    promised = made.save(
        Deliverable(project_id=project.id, title=c["sealed"], target=1, due_on=today(), changed_at=now())
    )
    watched = made.save(
        Service(organisation_id=court.id, programme_id=sealed.id, region_path=court.region_path, name=c["sealed"],
                help_kinds=["legal"], created_at=now(), changed_at=now())
    )  # fmt: skip
    spot = made.save(Location(organisation_id=court.id, name="立案大厅", region_path=court.region_path))
    award = made.save(Award(organisation_id=court.id, region_path=court.region_path, name="示例奖", given_by="主办单位",
                            given_on=today(), created_at=now()))  # fmt: skip
    clerk = made.save(Contact(organisation_id=court.id, name=c["clerk"], phone="13800009999", created_at=now()))
    w.people["court's own manager"] = made.account()
    made.grant(w.people["court's own manager"], Role.PARTNER_MANAGER, org_ref=court.ref)
    w.allowed["court's own manager"] = frozenset({"sealed", "clerk"})
    for who in ("own caseworker", "own supervisor", "own coordinator", "named in the concern", "assigned grid worker",
                "caseworker elsewhere", "grid_worker elsewhere", "supervisor elsewhere", "coordinator elsewhere",
                "safeguarding_lead elsewhere", "confirmer elsewhere", "confirmer"):  # fmt: skip
        w.allowed[who] = w.allowed.get(who, frozenset()) | {"clerk"}
    w.refs = {
        "organisations": court.ref, "services": watched.ref, "programmes": sealed.ref, "projects": project.ref,
        "deliverables": promised.ref, "locations": spot.ref, "contacts": clerk.ref,
        "awards": award.ref, "programme-entries": done.ref,
        "organizations": uuid_of("organization", court.ref), "service_at_locations": uuid_of("service_at_location", "none"),
        "c": card.token,
        "children": two.ref, "pairings": pairing.ref, "sessions": log.ref, "drafts": draft.client_key, "planned-sessions": planned.ref,
        "concerns": concern.ref, "needs": need.ref, "referrals": referral.ref, "board": offer.ref, "offers": offer.ref, "claims": claim.ref, "deletions": referral.ref,
        "documents": paper.ref, "visits": visit.ref, "photos": photo.ref, "volunteers": volunteer_two.ref, "people": mentor_two.ref, "asks": ask.ref, "goals": goal.ref,
        "facts": fact.ref, "parents": fact.ref, "carers": carer.ref, "bookings": booking.ref, "calendar": day.ref, "consents": consent.ref,
        "regions": made.regions()[VILLAGE_B].ref, "grants": grant.ref, "view-as": mentor_two.ref, "duty-list": on_duty.ref,
        "deputies": deputy.ref, "devices": device.ref, "notices": notice.ref, "roles": role.ref,
        "complaints": complaint.ref, "audit": entry.ref, "entries": entry.ref, "answers": "0000-0000", "feeds": feed.ref,
        "invitations": "no-such-token", "resets": "no-such-token", "my/sessions": signed_in.ref, "views": view.ref,
    }  # fmt: skip
    w.words = {
        "parts": tuple(PARTS), "steps": (*STEPS, *NEED_STEPS, *REFERRAL_STEPS, *OFFER_STEPS, *CLAIM_STEPS), "settings": ("idle_minutes",), "sign-in": ("mentor",),
        "pocket": ("en",), "talks": ("child", "carer", "mentor"),
    }  # fmt: skip
    return w
