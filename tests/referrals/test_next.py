"""Preparing: the suggestions, one running try per need, the next organisation with one tap, who may send."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.orm.exc import StaleDataError

from portal.children.models import Child
from portal.kernel.clock import now
from portal.kernel.db import begin_writing, db
from portal.kernel.errors import DomainError, NotAllowed
from portal.needs.models import Need
from portal.needs.operations import escalate_need
from portal.needs.rules import Level, NeedKind
from portal.partners.models import Service
from portal.referrals import operations
from portal.referrals.models import Referral
from portal.referrals.rules import LIVE, DeclineReason, Field, ReferralState
from tests.referrals.conftest import HEALTH, WORDS

S = ReferralState


def text_of(answer):
    return answer.get_data(as_text=True)


def test_the_page_of_the_need_suggests_what_fits_with_reasons(programme, a_need, sign_in):
    programme.organisation("G", kinds=("schooling",))
    programme.organisation("V", capacity=1, taken=1)
    page = text_of(sign_in(programme.town).get(f"/needs/{a_need()}"))
    assert page.index("A医院") < page.index("B医院")
    assert "Usual wait: 3 days." in page
    assert "G医院" not in page
    assert "V医院" not in page


def test_an_organisation_without_anybody_who_can_sign_in_comes_last_and_is_never_the_next(
    app, programme, a_need, sign_in
):
    from portal.access.models import Account

    with app.app_context():
        db.session.get(Account, programme.people["A"].id).is_active = False
        db.session.commit()
    page = text_of(sign_in(programme.town).get(f"/referrals/new?need={a_need()}"))
    assert page.index("B医院") < page.index("A医院")
    assert "nobody there can sign in yet" in page


def test_each_field_is_shown_with_its_present_text_and_the_consent_before_sending(
    programme, a_need, sign_in, seen, app
):
    need, browser = a_need(), sign_in(programme.town)
    address = f"/referrals/new?need={need}&service={programme.services['A'].ref}"
    page = text_of(browser.get(address))
    for words in (HEALTH, WORDS, programme.child.address, "李桂英", "17000000001", "consent for referrals"):
        assert words in page, words
    assert 'value="health" checked' in page
    assert 'value="address" checked' not in page
    answer = browser.post(address, data={"fields_asked": ["age", "need_text"], "covering": "请联系我们"})
    assert answer.status_code == 303
    ref = answer.headers["Location"].rsplit("/", 1)[1]
    preview = text_of(browser.get(f"/referrals/{ref}"))
    assert WORDS in preview
    assert HEALTH not in preview
    assert sign_in(programme.people["A"]).get(f"/referrals/{ref}").status_code == 404
    assert browser.post(f"/referrals/{ref}/fields", data={"fields_asked": ["health"]}).status_code == 303
    assert browser.post(f"/referrals/{ref}/steps/sending").status_code == 303
    assert seen(ref).shared == {"health": HEALTH}


@pytest.mark.parametrize("fields", [[], ["parents"], ["id_number"]])
def test_nothing_chosen_or_a_field_that_is_no_field_prepares_nothing(app, programme, a_need, sign_in, fields):
    address = f"/referrals/new?need={a_need()}&service={programme.services['A'].ref}"
    answer = sign_in(programme.town).post(address, data={"fields_asked": fields})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.query(Referral).count() == 0


def test_what_a_stranger_names_as_service_or_need_is_not_taken(programme, a_need, sign_in, made):
    from portal.kernel.actor import Role
    from tests.factories import TOWN_B

    need = a_need()
    assert sign_in(made.account(Role.SUPERVISOR, at=TOWN_B)).get(f"/referrals/new?need={need}").status_code == 404
    assert sign_in(programme.village).get(f"/referrals/new?need={need}").status_code == 403
    programme.organisation("G", kinds=("schooling",))
    wrong = sign_in(programme.town).post(
        f"/referrals/new?need={need}&service={programme.services['G'].ref}", data={"fields_asked": ["age"]}
    )
    assert "Find an organisation" in text_of(wrong)


def test_a_service_for_another_kind_or_closed_takes_nobody(app, programme, drafted, a_need):
    from portal.partners.rules import ServiceState

    with pytest.raises(DomainError, match="does not help"):
        drafted("A", need_ref=a_need(NeedKind.LEGAL))
    with app.app_context():
        db.session.get(Service, programme.services["A"].id).state = ServiceState.PAUSED
        db.session.commit()
    with pytest.raises(DomainError, match="takes no referrals"):
        drafted("A")


@pytest.mark.parametrize("state", [S.DRAFTED, *LIVE])
def test_a_need_has_one_running_try(programme, referred, drafted, seen, app, state):
    ref = referred(state)
    need = seen(ref).need_ref
    with pytest.raises((DomainError, NotAllowed)):
        drafted("B", need_ref=need)


def test_two_senders_at_once_one_prepares_and_one_sends(app, programme, a_need, seen):
    need_ref, actors = a_need(), [programme.actor(programme.town), programme.actor(programme.district)]

    def together(act):
        gate, answers = threading.Barrier(2), ["?", "?"]

        def one(n):
            with app.app_context():
                gate.wait()
                try:
                    begin_writing()
                    act(n)
                    db.session.commit()
                    answers[n] = ""
                except (DomainError, StaleDataError) as error:
                    db.session.rollback()
                    answers[n] = type(error).__name__

        threads = [threading.Thread(target=one, args=(n,)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def prepare(n):
        need = db.session.query(Need).filter_by(ref=need_ref).one()
        service = db.session.get(Service, programme.services["AB"[n]].id)
        db.session.refresh(service, ["organisation"])
        operations.draft_referral(
            need, db.session.get(Child, need.child_id), service, fields=(Field.AGE,), actor=actors[n], now=now()
        )

    def send(n):
        referral = db.session.query(Referral).one()
        need = db.session.get(Need, referral.need_id)
        operations.send_referral(referral, need, db.session.get(Child, need.child_id), actor=actors[n], now=now())

    assert together(prepare).count("") == 1
    assert together(send).count("") == 1
    with app.app_context():
        assert db.session.query(Referral).one().state is S.SENT


@pytest.mark.parametrize("state", [S.DECLINED, S.EXPIRED, S.FAILED])
def test_the_next_one_is_one_tap_away_and_carries_the_history(app, programme, referred, sign_in, seen, act, state):
    if state is S.EXPIRED:
        ref = referred(S.SENT)
        with app.app_context():
            operations.remind_and_expire(seen(ref).expires_at)
            db.session.commit()
    else:
        ref = referred(state)
    browser = sign_in(programme.town)
    page = text_of(browser.get(f"/referrals/{ref}"))
    assert "Ask B医院 next" in page
    answer = browser.post(f"/referrals/{ref}/next-try")
    assert answer.status_code == 303
    after = answer.headers["Location"].rsplit("/", 1)[1]
    new = seen(after)
    assert (new.org_name, new.before_ref, new.state) == ("B医院", ref, S.DRAFTED)
    assert new.fields == seen(ref).fields
    assert new.covering == "请帮忙看看"
    page = text_of(browser.get(f"/referrals/{after}"))
    assert "A医院" in page
    assert f"/referrals/{ref}" in page
    assert browser.post(f"/referrals/{after}/steps/sending").status_code == 303
    # The other organisation's answer is nobody else's business.
    there = text_of(sign_in(programme.people["B"]).get(f"/referrals/{after}"))
    assert "A医院" not in there
    assert browser.post(f"/referrals/{ref}/next-try").status_code == 303
    with app.app_context():
        assert db.session.query(Referral).count() == 2


def test_when_all_have_declined_nobody_is_next_and_the_page_says_who_was_tried(
    programme, referred, act, sign_in, seen, drafted
):
    first = referred(S.DECLINED, "A")
    need = seen(first).need_ref
    second = referred(S.DECLINED, "B", need_ref=need)
    browser = sign_in(programme.town)
    page = text_of(browser.get(f"/referrals/{second}"))
    assert "/next-try" not in page
    assert "tried: turned down" in text_of(browser.get(f"/referrals/new?need={need}"))


def test_a_need_that_goes_up_while_a_draft_is_open_takes_it_along(app, programme, drafted, act, seen, sign_in):
    ref = drafted()
    with app.app_context():
        need = db.session.query(Need).one()
        escalate_need(need, note="镇里办不了", actor=programme.made.actor(programme.town), now=now())
        db.session.commit()
    with pytest.raises(NotAllowed):
        act("send_referral", ref, programme.actor(programme.town))
    assert sign_in(programme.town).get(f"/referrals/{ref}").status_code == 200
    assert seen(ref).state is S.DRAFTED
    act("send_referral", ref, programme.actor(programme.district))
    assert seen(ref).state is S.SENT


def test_a_need_at_the_village_is_not_sent_to_anybody(programme, drafted, a_need):
    need = a_need(level=Level.VILLAGE)
    for by in (programme.village, programme.town, programme.district):
        with pytest.raises(NotAllowed):
            drafted(need_ref=need, by=by)


def test_the_same_message_twice_is_one_line(app, programme, referred, sign_in):
    from portal.referrals.models import ReferralMessage

    ref = referred(S.ACCEPTED)
    browser = sign_in(programme.people["A"])
    for _again in range(3):
        answer = browser.post(
            f"/referrals/{ref}/messages", data={"text": "周三来院", "client_key": "k1"},
            headers={"Accept": "application/json"},
        )  # fmt: skip
        assert answer.json["saved"] == "k1"
    with app.app_context():
        assert [m.from_partner for m in db.session.query(ReferralMessage)] == [True]
    assert "周三来院" in text_of(sign_in(programme.town).get(f"/referrals/{ref}"))


def test_a_wrong_paper_is_answered_with_a_sentence(programme, referred, sign_in):
    import io

    ref = referred(S.ACCEPTED)
    answer = sign_in(programme.people["A"]).post(
        f"/referrals/{ref}/documents", data={"document": (io.BytesIO(b"MZ\x90"), "x.exe"), "text": ""},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 422
    assert 'id="document-error"' in text_of(answer)


def test_declining_by_the_page_asks_for_a_reason(programme, referred, sign_in, seen):
    ref = referred(S.SENT)
    browser = sign_in(programme.people["A"])
    assert browser.post(f"/referrals/{ref}/steps/refusal", data={}).status_code == 422
    assert seen(ref).state is S.SENT
    answer = browser.post(f"/referrals/{ref}/steps/refusal", data={"reason": "no_capacity"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/referrals")
    assert seen(ref).decline_reason is DeclineReason.NO_CAPACITY


def test_referrals_go_with_the_child_who_moves(app, programme, referred, sign_in, made):
    from portal.kernel.actor import Role
    from portal.kernel.events import child_moved
    from portal.places.models import Region
    from tests.factories import TOWN_B, VILLAGE_B

    ref = referred(S.SENT)
    there = sign_in(made.account(Role.SUPERVISOR, at=TOWN_B))
    assert there.get(f"/referrals/{ref}").status_code == 404
    actor = programme.actor(programme.district)
    with app.app_context():
        child = db.session.get(Child, programme.child.id)
        before, region = child.region_path, db.session.query(Region).filter_by(code=VILLAGE_B).one()
        child.region_id, child.region_path = region.id, region.path
        child_moved.send(child, before=before, actor=actor, now=now())
        db.session.commit()
    assert there.get(f"/referrals/{ref}").status_code == 200
    assert sign_in(programme.town).get(f"/referrals/{ref}").status_code == 404


def test_accepted_referrals_take_the_places_of_a_service_and_give_them_back(
    app, programme, referred, act, a_need, sign_in
):
    with app.app_context():
        db.session.get(Service, programme.services["A"].id).capacity = 1
        db.session.commit()

    def taken():
        with app.app_context():
            return db.session.get(Service, programme.services["A"].id).taken

    ref = referred(S.SENT)
    assert taken() == 0
    act("accept", ref, programme.at("A"))
    assert taken() == 1
    assert "A医院" not in text_of(sign_in(programme.town).get(f"/referrals/new?need={a_need()}"))
    act("fail", ref, programme.at("A"), reason="不适合手术")
    assert taken() == 0
