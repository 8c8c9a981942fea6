"""T2: the receiver sees exactly the listed fields, only while the referral is live; everybody else there, nothing."""

from __future__ import annotations

import io

import pytest

from portal.audit.models import AuditEntry
from portal.children.models import Child, Consent
from portal.children.operations.consents import withdraw_consent
from portal.children.rules import Purpose
from portal.files.models import Attachment
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs.models import Need
from portal.needs.operations import close_need
from portal.needs.rules import ConfirmedBy, NeedOutcome, NeedState
from portal.notices.models import Notice
from portal.referrals.models import Referral
from portal.referrals.rules import LIVE, DeclineReason, Field, ReferralState
from tests.factories import TOWN_B, VILLAGE_B
from tests.referrals.conftest import HEALTH, WORDS

S = ReferralState
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
LEAVES = {
    S.DECLINED: lambda act, p, ref: act("decline", ref, p.at("A"), DeclineReason.NO_CAPACITY),
    S.CANCELLED: lambda act, p, ref: act("cancel", ref, p.actor(p.town), reason="家长改主意了"),
    S.ENTERED_IN_ERROR: lambda act, p, ref: act("enter_in_error", ref, p.actor(p.district), reason="选错了"),
}


def text_of(answer):
    return answer.get_data(as_text=True)


def facts_of_child(child):
    return {
        Field.NAME: child.name, Field.BORN_ON: child.born_on.isoformat(), Field.ADDRESS: child.address,
        Field.CARER_NAME: "李桂英", Field.CARER_PHONE: "17000000001", Field.SCHOOL: "示例小学", Field.HEALTH: HEALTH,
        Field.NEED_TEXT: WORDS,
    }  # fmt: skip


@pytest.mark.parametrize("chosen", list(Field))
def test_the_receiver_sees_exactly_the_chosen_field(programme, drafted, act, sign_in, chosen):
    ref = drafted(fields=(chosen, Field.TOWN), covering="")
    act("send_referral", ref, programme.actor(programme.town))
    browser = sign_in(programme.people["A"])
    facts = facts_of_child(programme.child)
    for address in ("/today", "/referrals", f"/referrals/{ref}", "/search?q=张晓雨", f"/referrals/{ref}/steps/refusal"):
        page = text_of(browser.get(address)).partition("<main")[2]
        met = {field for field, text in facts.items() if text in page.replace("/search?q=", "")}
        allowed = {chosen} if address == f"/referrals/{ref}" else {Field.NAME} if "search" in address else set()
        assert met <= allowed, (address, met)
        if address == f"/referrals/{ref}" and chosen in facts:
            assert met == {chosen}


def test_what_changes_in_the_file_afterwards_does_not_reach_the_receiver(app, programme, referred, sign_in):
    ref = referred(S.ACCEPTED)
    with app.app_context():
        db.session.get(Child, programme.child.id).health = "后来写入的病情"
        db.session.commit()
    page = text_of(sign_in(programme.people["A"]).get(f"/referrals/{ref}"))
    assert HEALTH in page
    assert "后来写入的病情" not in page


@pytest.fixture
def with_paper(programme, referred, sign_in, app):
    """A live referral with a message and a paper of the programme's side; gives its ref and the paper's address."""

    def make(state=S.SENT):
        ref = referred(state)
        town = sign_in(programme.town)
        town.post(f"/referrals/{ref}/messages", data={"text": "母亲已同意", "client_key": "k"})
        answer = town.post(
            f"/referrals/{ref}/documents", data={"document": (io.BytesIO(PDF), "检查单.pdf")},
            content_type="multipart/form-data",
        )  # fmt: skip
        assert answer.status_code == 303, text_of(answer)
        with app.app_context():
            paper = db.session.query(Attachment).one().ref
        return ref, f"/referrals/{ref}/documents/{paper}"

    return make


def ways_in(ref, paper):
    return [
        ("GET", f"/referrals/{ref}"), ("GET", paper), ("GET", f"/referrals/{ref}/steps/refusal"),
        ("POST", f"/referrals/{ref}/steps/acceptance"), ("POST", f"/referrals/{ref}/steps/cancellation"),
        ("POST", f"/referrals/{ref}/messages"), ("POST", f"/referrals/{ref}/documents"),
    ]  # fmt: skip


@pytest.mark.parametrize("end", list(LEAVES))
def test_after_the_end_the_next_request_is_404_everywhere(programme, with_paper, act, sign_in, end):
    ref, paper = with_paper()
    browser = sign_in(programme.people["A"])
    assert browser.get(f"/referrals/{ref}").status_code == 200
    assert browser.get(paper).data == PDF
    LEAVES[end](act, programme, ref)
    for method, address in ways_in(ref, paper):
        assert browser.open(address, method=method).status_code == 404, address
    for address in ("/referrals", "/today", "/search?q=zxy", "/notices"):
        page = text_of(browser.get(address))
        assert not [t for t in facts_of_child(programme.child).values() if t in page], address
        assert address == "/notices" or f'"/referrals/{ref}"' not in page, address
    export = browser.post("/referrals/export", data={"reason": "核对", "kind": "csv"})
    assert export.status_code == 200
    assert ref[:6].upper() not in export.get_data(as_text=True).partition("\n")[2].upper()


def test_the_end_empties_what_was_shared_and_where_nothing_was_done_the_papers_too(app, programme, with_paper, act):
    ref, _paper = with_paper()
    act("decline", ref, programme.at("A"), DeclineReason.NO_CAPACITY)
    with app.app_context():
        assert db.session.query(Referral).filter_by(ref=ref).one().shared_sealed is None
        assert db.session.query(Attachment).count() == 0


def test_people_of_another_organisation_get_the_same_as_for_a_missing_one(programme, with_paper, sign_in):
    ref, paper = with_paper()
    stranger = sign_in(programme.people["B"])
    for method, address in ways_in(ref, paper):
        missing = stranger.open(address.replace(ref, "0" * 16), method=method)
        answer = stranger.open(address, method=method)
        assert answer.status_code == missing.status_code == 404, address
    page = text_of(stranger.get("/referrals"))
    assert f"/referrals/{ref}" not in page
    assert sign_in(programme.people["B"]).get(f"/referrals/deletions/{ref}").status_code == 404


def test_two_accounts_of_one_organisation_see_and_do_the_same_and_one_who_leaves_nothing(
    app, programme, with_paper, sign_in, made, seen
):
    ref, paper = with_paper()
    colleague = programme.member(programme.hospitals["A"], "A院主管", Role.PARTNER_MANAGER)
    browser = sign_in(colleague)
    assert browser.get(paper).data == PDF
    assert browser.post(f"/referrals/{ref}/steps/acceptance").status_code == 303
    assert seen(ref).state is S.ACCEPTED
    # The first one, slower, is told so and changes nothing.
    slower = sign_in(programme.people["A"])
    answer = slower.post(f"/referrals/{ref}/steps/refusal", data={"reason": "no_capacity", "note": "没有床位了"})
    assert answer.status_code == 422
    assert "没有床位了" in text_of(answer)
    from portal.access.models import GrantState, RoleGrant

    with app.app_context():
        grant = db.session.query(RoleGrant).filter_by(account_id=colleague.id, role=Role.PARTNER_MANAGER).one()
        grant.state = GrantState.ENDED
        db.session.commit()
    assert browser.get(f"/referrals/{ref}").status_code in (403, 404)
    assert browser.get(paper).status_code in (403, 404)


def test_staff_of_another_town_and_a_grid_worker_see_nothing(programme, with_paper, sign_in, made):
    ref, paper = with_paper()
    for account in (made.account(Role.SUPERVISOR, at=TOWN_B), made.account(Role.CASEWORKER, at=VILLAGE_B)):
        browser = sign_in(account)
        assert browser.get(f"/referrals/{ref}").status_code == 404
        assert browser.get(paper).status_code == 404
    for role in (Role.GRID_WORKER, Role.CONFIRMER, Role.ADMIN, Role.AUDITOR, Role.SAFEGUARDING_LEAD):
        assert sign_in(made.account(role)).get(f"/referrals/{ref}").status_code == 403


@pytest.mark.parametrize("what", ["page", "paper"])
def test_every_look_of_a_receiver_is_logged_as_a_read_of_the_child(app, programme, with_paper, sign_in, what):
    ref, paper = with_paper()
    sign_in(programme.people["A"]).get(paper if what == "paper" else f"/referrals/{ref}")
    with app.app_context():
        entry = (
            db.session.query(AuditEntry)
            .filter_by(actor_ref=programme.people["A"].ref, about_ref=programme.child.ref, why="referral")
            .one()
        )
        assert entry.what == ("referral-document-read" if what == "paper" else "referral-read")
    looks = text_of(sign_in(programme.district).get(f"/children/{programme.child.ref}/looks"))
    assert "A院社工" in looks


def test_it_is_not_sent_without_a_standing_consent(app, programme, drafted, act, seen, sign_in):
    ref = drafted()
    withdraw(app, programme, Purpose.REFERRAL)
    other = drafted("B")
    assert seen(ref).state is S.CANCELLED
    with pytest.raises(DomainError, match="no standing consent"):
        act("send_referral", other, programme.actor(programme.town))
    page = text_of(sign_in(programme.town).get(f"/referrals/{other}"))
    assert "no standing consent" in page
    assert sign_in(programme.people["B"]).get(f"/referrals/{other}").status_code == 404


def withdraw(app, programme, purpose):
    actor = programme.actor(programme.village)
    with app.app_context():
        child = db.session.get(Child, programme.child.id)
        consent = db.session.query(Consent).filter_by(child_id=child.id, purpose=purpose).one()
        withdraw_consent(child, consent, reason="家长电话撤回", actor=actor, now=now())
        db.session.commit()


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize("purpose", [Purpose.REFERRAL, Purpose.FILE])
def test_a_consent_withdrawn_half_way_stops_the_sharing_and_the_receiver_is_told_to_delete(
    app, programme, referred, sign_in, seen, need_state, state, purpose
):
    ref = referred(state)
    browser = sign_in(programme.people["A"])
    assert browser.get(f"/referrals/{ref}").status_code == 200
    withdraw(app, programme, purpose)
    assert browser.get(f"/referrals/{ref}").status_code == 404
    kept = seen(ref)
    assert kept.shared_sealed is None
    assert kept.delete_by is not None
    if state is not S.COMPLETED:
        assert (kept.state, need_state(ref)) == (S.CANCELLED, NeedState.AT_TOWN)
    with app.app_context():
        told = db.session.query(Notice).filter_by(account_ref=programme.people["A"].ref, kind="referral-delete").one()
        assert told.url == f"/referrals/deletions/{ref}"
    assert "/referrals/deletions/" in text_of(browser.get("/today"))
    page = text_of(browser.get(f"/referrals/deletions/{ref}"))
    assert not [t for t in facts_of_child(programme.child).values() if t in page]
    assert browser.post(f"/referrals/deletions/{ref}").status_code == 303
    assert seen(ref).deleted_at is not None
    assert "/referrals/deletions/" not in text_of(browser.get("/today"))
    assert sign_in(programme.people["B"]).get(f"/referrals/deletions/{ref}").status_code == 404


def test_what_was_done_before_the_withdrawal_is_still_confirmed_but_nobody_goes_on(
    app, programme, referred, act, seen, need_state
):
    from portal.needs.rules import ConfirmedBy, NeedOutcome

    ref = referred(S.COMPLETED)
    withdraw(app, programme, Purpose.REFERRAL)
    act("confirm", ref, programme.actor(programme.village), by=ConfirmedBy.CARER, met=NeedOutcome.MET)
    assert (seen(ref).state, need_state(ref)) == (S.CONFIRMED, NeedState.MET)


def test_a_dispute_after_the_withdrawal_ends_it_and_the_need_is_in_its_queue_with_a_running_clock(
    app, programme, referred, act, seen, need_state
):
    from portal.needs.models import Need

    ref = referred(S.COMPLETED)
    withdraw(app, programme, Purpose.REFERRAL)
    act("dispute", ref, programme.actor(programme.village), reason="没做")
    assert (seen(ref).state, need_state(ref)) == (S.CANCELLED, NeedState.AT_TOWN)
    with app.app_context():
        assert db.session.query(Need).one().held_since is None


def test_another_consent_changes_nothing(app, programme, referred, seen):
    ref = referred(S.ACCEPTED)
    withdraw(app, programme, Purpose.PAIRING)
    assert seen(ref).state is S.ACCEPTED


def test_no_fact_of_the_child_stands_in_notices_duties_or_mails(app, programme, referred, act):
    from portal.duties.models import Duty
    from portal.kernel.outbox import OutboxMessage

    ref = referred(S.COMPLETED)
    act("dispute", ref, programme.actor(programme.village), reason=WORDS)
    with app.app_context():
        rows = [n.facts for n in db.session.query(Notice)] + [o.facts for o in db.session.query(OutboxMessage)]
        told = " ".join(map(str, rows)) + " ".join(d.url for d in db.session.query(Duty))
    assert "A医院" in told
    assert not [t for t in (*facts_of_child(programme.child).values(), programme.child.given_name) if t in told]


def test_a_deputy_of_the_receiver_acts_and_the_log_says_for_whom(app, programme, referred, sign_in, made):
    from portal.access.models import Deputy
    from portal.kernel.clock import today

    ref = referred(S.SENT)
    deputy = programme.member(programme.hospitals["B"], "B院同事")
    made.save(
        Deputy(
            account_ref=programme.people["A"].ref,
            deputy_ref=deputy.ref,
            from_on=today(),
            until_on=today(),
            named_at=now(),
        )
    )
    assert sign_in(deputy).get(f"/referrals/{ref}").status_code == 200
    with app.app_context():
        entry = db.session.query(AuditEntry).filter_by(actor_ref=deputy.ref, what="referral-read").one()
        assert entry.deputy_for == programme.people["A"].ref


@pytest.mark.parametrize("page", ["the referral's", "the need's"])
def test_the_receivers_people_never_say_for_the_family_that_it_has_it(app, made, programme, referred, act, seen, page):
    """Somebody may work at the organisation and in the village too: then another person asks the family."""
    ref = referred(S.COMPLETED)
    made.grant(programme.village, Role.PARTNER, org_ref=programme.hospitals["A"].ref)
    both = programme.actor(programme.village)

    def on_the_need():
        with app.app_context():
            need = db.session.get(Need, db.session.query(Referral).filter_by(ref=ref).one().need_id)
            close_need(need, NeedOutcome.MET, confirmed_by=ConfirmedBy.CARER, actor=both, now=now())

    def on_the_referral():
        act("confirm", ref, both, by=ConfirmedBy.CARER, met=NeedOutcome.MET)

    with pytest.raises(NotAllowed):
        (on_the_need if page == "the need's" else on_the_referral)()
    assert seen(ref).state is S.COMPLETED
    act("confirm", ref, programme.actor(programme.town), by=ConfirmedBy.CARER, met=NeedOutcome.MET)
    assert seen(ref).state is S.CONFIRMED
