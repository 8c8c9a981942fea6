"""Role × own, other and former: who knows of a need, reads it whole, handles it, refers it and offers it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.audit.models import AuditEntry
from portal.children.models import Child, Sight
from portal.children.rules import FieldSet, FileState
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import DomainError, NotAllowed
from portal.kernel.events import child_moved
from portal.needs import policy, queries
from portal.needs.models import Need
from portal.needs.operations import withdraw_need
from portal.needs.rules import NeedState
from portal.places.models import Region
from tests.factories import DISTRICT, TOWN_A, TOWN_B, VILLAGE_A, VILLAGE_A2, VILLAGE_B

AT = {"village": NeedState.AT_VILLAGE, "town": NeedState.AT_TOWN, "district": NeedState.AT_DISTRICT}


def rights(app, actor, ref):
    """What an actor may do with a need, as a string of letters."""
    with app.app_context():
        found = db.session.scalar(policy.visible_to(actor).where(Need.ref == ref))
        if found is None:
            return ""
        need = queries.need_or_404(actor, ref)
        may = {
            "w": policy.reads_whole(actor, need), "h": policy.can_handle(actor, need), "u": policy.can_escalate(actor, need),
            "d": policy.can_return(actor, need), "n": policy.can_remark(actor, need), "r": policy.can_refer(actor, need),
            "o": policy.can_offer(actor, need), "x": policy.can_enter_in_error(actor, need),
        }  # fmt: skip
        return "s" + "".join(letter for letter, allowed in may.items() if allowed)


TABLE = {
    # who, where:                       village   town      district
    (Role.CASEWORKER, VILLAGE_A): ("swhun", "swn", "swn"),
    (Role.CASEWORKER, VILLAGE_A2): ("", "", ""),
    (Role.SUPERVISOR, TOWN_A): ("swhun", "swhudnr", "swn"),
    (Role.SUPERVISOR, TOWN_B): ("", "", ""),
    (Role.COORDINATOR, DISTRICT): ("swhunx", "swhudnrx", "swhdnrox"),
    (Role.COORDINATOR, TOWN_B): ("", "", ""),
    (Role.GRID_WORKER, VILLAGE_A): ("", "", ""),
    (Role.SAFEGUARDING_LEAD, DISTRICT): ("", "", ""),
    (Role.CONFIRMER, DISTRICT): ("", "", ""),
    (Role.FACILITATOR, TOWN_A): ("", "", ""),
    (Role.CAMP_LEADER, DISTRICT): ("", "", ""),
    (Role.PARTNER, DISTRICT): ("", "", ""),
    (Role.PARTNER_MANAGER, DISTRICT): ("", "", ""),
    (Role.GUARDIAN, DISTRICT): ("", "", ""),
    (Role.AUDITOR, DISTRICT): ("", "", ""),
    (Role.ADMIN, DISTRICT): ("", "", ""),
}


@pytest.mark.parametrize(("role", "at"), TABLE, ids=str)
def test_each_role_by_its_scope_and_the_level_of_the_need(app, levels, raised, run, role, at):
    account = levels.made.account(role, at=at)
    ref = raised()
    found = [rights(app, levels.actor(account), ref)]
    for _level in range(2):
        run("escalate_need", ref, levels.actor(levels.district), note="做不了")
        found.append(rights(app, levels.actor(account), ref))
    assert tuple(found) == TABLE[role, at]


def assigned(levels, child=None, fields=FieldSet.DOOR):
    """A grid worker to whom the child is assigned."""
    worker = levels.made.account(Role.GRID_WORKER, at=VILLAGE_A, name="网格员")
    levels.made.sight(child or levels.child, worker.ref, fields, "child", "assigned")
    return worker


def test_a_grid_worker_raises_for_the_assigned_child_and_handles_it_at_the_village(app, levels, raised, run):
    worker = assigned(levels)
    by_others, own = raised(), raised(by=worker)
    assert rights(app, levels.actor(worker), by_others) == ""
    assert rights(app, levels.actor(worker), own) == "shu"
    run("escalate_need", own, levels.actor(worker), note="村里办不了")
    assert rights(app, levels.actor(worker), own) == "s"


def test_nobody_raises_for_a_child_that_is_not_theirs(levels, raised):
    worker = levels.made.account(Role.GRID_WORKER, at=VILLAGE_A)
    elsewhere = levels.made.account(Role.CASEWORKER, at=VILLAGE_B)
    mentor, _volunteer = levels.made.mentor()
    for account in (worker, elsewhere, mentor):
        with pytest.raises(NotAllowed):
            raised(by=account)


def test_nothing_is_raised_for_a_closed_file(levels, raised):
    child = levels.made.child(state=FileState.CLOSED)
    with pytest.raises(DomainError, match="closed"):
        raised(child=child)


def test_former_staff_of_the_village_see_it_no_more_and_the_new_ones_have_it(app, levels, raised, run):
    from portal.children.operations.files import move_house
    from portal.duties.models import Duty, DutyState

    ref = raised()
    there = levels.made.account(Role.CASEWORKER, at=VILLAGE_B, name="新村主任")
    with app.app_context():
        child = db.session.get(Child, levels.child.id)
        from portal.places.models import Region

        region = db.session.query(Region).filter_by(code=VILLAGE_B).one()
        move_house(child, region, reason="搬家", actor=levels.actor(levels.district), now=now())
        db.session.commit()
    assert rights(app, levels.actor(levels.village), ref) == ""
    assert rights(app, levels.actor(levels.town), ref) == ""
    assert rights(app, levels.actor(there), ref) == "swhun"
    with app.app_context():
        owed = db.session.query(Duty).filter_by(subject_ref=ref, state=DutyState.OWED).one()
        assert owed.path == levels.made.path(VILLAGE_B)


def test_needs_of_a_file_entered_by_mistake_are_seen_by_nobody(app, levels, raised):
    ref = raised()
    with app.app_context():
        db.session.get(Child, levels.child.id).state = FileState.ENTERED_IN_ERROR
        db.session.commit()
    for account in (levels.village, levels.town, levels.district):
        assert rights(app, levels.actor(account), ref) == ""


def test_a_mistake_is_met_by_the_coordinator_alone(app, levels, raised, run):
    ref = raised()
    run("enter_need_in_error", ref, levels.actor(levels.district), reason="录错了")
    assert rights(app, levels.actor(levels.village), ref) == ""
    assert rights(app, levels.actor(levels.district), ref) == "sw"


def test_a_closed_file_withdraws_what_is_open_and_leaves_what_is_to_be_confirmed(app, levels, raised, run, seen):
    from portal.kernel.events import child_left

    one, two = raised(), raised()
    run("resolve_need", two, levels.actor(levels.village), note="办好了")
    with app.app_context():
        child_left.send(db.session.get(Child, levels.child.id), actor=levels.actor(levels.district), now=now())
        db.session.commit()
    assert [seen(one).state, seen(two).state] == [NeedState.WITHDRAWN, NeedState.RESOLVED]


def test_who_handles_a_concern_reads_the_needs_of_that_file_and_the_log_hides_it(app, levels, raised, sign_in):
    ref = raised()
    lead = levels.made.account(Role.SAFEGUARDING_LEAD, at=DISTRICT)
    assert sign_in(lead).get(f"/needs/{ref}").status_code == 404
    levels.made.sight(levels.child, lead.ref, FieldSet.CONCERN, "concern", "concern-1")
    assert rights(app, levels.actor(lead), ref) == "sw"
    assert "右眼看不清黑板" in sign_in(lead).get(f"/needs/{ref}").get_data(as_text=True)
    with app.app_context():
        reads = db.session.query(AuditEntry).filter_by(what="need-read", subject_ref=ref).all()
        assert [(r.actor_ref, r.hidden) for r in reads] == [(lead.ref, True)]
    looked = sign_in(levels.district).get(f"/children/{levels.child.ref}/looks").get_data(as_text=True)
    assert lead.name not in looked


def test_every_look_at_a_need_stands_on_the_page_of_who_looked(levels, raised, sign_in):
    ref = raised()
    sign_in(levels.town).get(f"/needs/{ref}")
    assert "镇督导" in sign_in(levels.district).get(f"/children/{levels.child.ref}/looks").get_data(as_text=True)


def test_a_frozen_pair_hides_the_need_from_its_mentor(app, made, levels, raised, sign_in):
    mentor, volunteer = made.mentor()
    made.pairing(levels.child, volunteer)
    ref = raised(by=mentor)
    browser = sign_in(mentor)
    assert browser.get(f"/needs/{ref}").status_code == 200
    with app.app_context():
        db.session.query(Sight).filter_by(account_ref=mentor.ref).update({"ended_at": now() - timedelta(minutes=1)})
        db.session.commit()
    assert browser.get(f"/needs/{ref}").status_code == 404
    assert ref not in browser.get("/needs/raised").get_data(as_text=True)


def test_what_was_sent_before_is_found_again_when_the_right_has_ended_meanwhile(app, levels, raised):
    worker = assigned(levels)
    actor = levels.actor(worker)
    ref = raised(actor=actor, client_key="phone-7")
    with app.app_context():
        db.session.query(Sight).filter_by(account_ref=worker.ref).update({"ended_at": now() - timedelta(minutes=1)})
        db.session.commit()
    assert raised(actor=actor, client_key="phone-7") == ref
    with pytest.raises(NotAllowed):
        raised(actor=actor, client_key="phone-8")


def test_a_need_that_has_ended_goes_with_the_child_who_moves_too(app, made, levels, raised):
    """Privacy: what the old village once read of a child is not read there any more."""
    ref = raised()
    there = made.account(Role.CASEWORKER, at=VILLAGE_B)
    with app.app_context():
        need = db.session.query(Need).filter_by(ref=ref).one()
        withdraw_need(need, reason="已解决", actor=levels.actor(levels.village), now=now())
        child = db.session.get(Child, levels.child.id)
        before, region = child.region_path, db.session.query(Region).filter_by(code=VILLAGE_B).one()
        child.region_id, child.region_path = region.id, region.path
        child_moved.send(child, before=before, actor=levels.actor(levels.district), now=now())
        db.session.commit()
    assert rights(app, levels.actor(levels.village), ref) == ""
    assert rights(app, made.actor(there), ref) != ""
