"""Done-when 2 of issue 3: a need walks village → town → district → hospital A → hospital B → surgery → the carer.

Through the pages alone, with the clocks advanced; at each step each role sees what it may and nothing else.
"""

from __future__ import annotations

import re
from datetime import timedelta

from portal.kernel.clock import standing_at
from portal.kernel.db import db
from portal.needs.models import Need
from portal.needs.rules import NeedState
from portal.referrals.models import Referral
from portal.referrals.rules import ReferralState
from tests.referrals.conftest import HEALTH, MONDAY, WORDS


def text_of(answer):
    return answer.get_data(as_text=True)


def test_a_need_walks_from_the_village_to_the_second_hospital_and_back_to_the_family(app, programme, sign_in, fresh):
    child, people = programme.child, programme.people
    clock = MONDAY

    def browser(account):
        return sign_in(account)

    def press(account, address, **data):
        answer = browser(account).post(address, data=data)
        assert answer.status_code == 303, (address, text_of(answer)[:3000])
        return answer.headers["Location"]

    def state():
        with fresh():
            return db.session.query(Need).one().state

    def sees(account, address):
        return browser(account).get(address).status_code

    with standing_at(clock):
        need = press(
            programme.village,
            f"/needs/new?child={child.ref}",
            kind="medical",
            text=WORDS,
            urgency="ordinary",
            channel="carer",
        )
        assert state() is NeedState.AT_VILLAGE
        assert sees(programme.village, need) == 200
        # Nobody at the village sends it to a hospital, and no hospital knows of it.
        assert sees(programme.village, f"/referrals/new?need={need.rsplit('/', 1)[1]}") == 403
        assert sees(people["A"], need) == 403
        press(programme.village, f"{need}/steps/escalation", note="村里没有眼科", seen="village")

    with standing_at(clock + timedelta(days=1)):
        assert state() is NeedState.AT_TOWN
        assert WORDS in text_of(browser(programme.town).get(need))
        assert need in text_of(browser(programme.town).get("/needs"))
        press(programme.town, f"{need}/steps/escalation", note="镇卫生院做不了手术", seen="town")

    clock += timedelta(days=2)
    with standing_at(clock):
        assert state() is NeedState.AT_DISTRICT
        # The town has passed it on: only the district sends it now.
        assert sees(programme.town, f"/referrals/new?need={need.rsplit('/', 1)[1]}") == 403
        page = text_of(browser(programme.district).get(need))
        assert page.index("A医院") < page.index("B医院")
        choose = f"/referrals/new?need={need.rsplit('/', 1)[1]}&service={programme.services['A'].ref}"
        assert HEALTH in text_of(browser(programme.district).get(choose))
        first = press(
            programme.district, choose, fields_asked=["name", "age", "health", "need_text"], covering="请安排检查"
        )
        assert sees(people["A"], first) == 404
        press(programme.district, f"{first}/steps/sending")
        page = text_of(browser(people["A"]).get(first))
        assert HEALTH in page
        assert child.address not in page
        assert "17000000001" not in page
        assert sees(people["B"], first) == 404
        assert sees(programme.village, first) == 200
        with fresh():
            assert db.session.query(Need).one().held_since is not None

    clock += timedelta(days=1)
    with standing_at(clock):
        app_sweep(app, clock)
        assert "still waits for your answer" in text_of(browser(people["A"]).get("/notices"))
        press(people["A"], f"{first}/steps/refusal", reason="no_capacity")
        assert sees(people["A"], first) == 404
        with fresh():
            assert db.session.query(Need).one().held_since is None
        page = text_of(browser(programme.district).get(first))
        assert "no capacity" in page
        assert "Ask B医院 next" in page
        second = press(programme.district, f"{first}/next-try")
        press(programme.district, f"{second}/steps/sending")
        assert sees(people["A"], second) == 404
        assert "A医院" not in text_of(browser(people["B"]).get(second))

    clock += timedelta(days=1)
    with standing_at(clock):
        press(people["B"], f"{second}/steps/question", reason="有没有做过检查？")
        assert "有没有做过检查？" in text_of(browser(programme.district).get(second))
        assert "B医院 asks something" in text_of(browser(programme.district).get("/today"))
        press(programme.district, f"{second}/steps/answer", reason="没有做过")
        press(people["B"], f"{second}/steps/acceptance")
        press(people["B"], f"{second}/steps/progress", step="diagnosis", on_day=str(clock.date()), note="可以手术")
        later = str((clock + timedelta(days=10)).date())
        press(people["B"], f"{second}/steps/progress", step="surgery_date", on_day=later)
        # What the district would have had as its last day passes meanwhile: the clock stands.

    clock += timedelta(days=40)
    with standing_at(clock):
        app_sweep(app, clock)
        assert state() is NeedState.AT_DISTRICT
        press(people["B"], f"{second}/steps/progress", step="surgery", on_day=str(clock.date()))
        press(people["B"], f"{second}/steps/outcome", outcome="surgery_done", note="手术顺利")
        assert state() is NeedState.RESOLVED
        page = text_of(browser(programme.village).get(second))
        assert "Surgery or treatment" in page
        assert re.search(r"surgery done", page)
        assert browser(people["B"]).get(f"{second}/steps/confirmation").status_code == 403
        press(
            programme.village, f"{second}/steps/confirmation", met="met", confirmed_by="carer", note="孩子看得见黑板了"
        )

    with standing_at(clock + timedelta(days=1)):
        assert state() is NeedState.MET
        with fresh():
            found = {r.org_name: r.state for r in db.session.query(Referral)}
        assert found == {"A医院": ReferralState.DECLINED, "B医院": ReferralState.CONFIRMED}
        for name in "AB":
            for address in (first, second, need, f"/children/{child.ref}"):
                assert sees(people[name], address) in (403, 404), (name, address)
            assert WORDS not in text_of(browser(people[name]).get("/referrals"))
        page = text_of(browser(programme.village).get(f"/children/{child.ref}"))
        assert second in page
        assert first in page
        assert "A院社工" in text_of(browser(programme.district).get(f"/children/{child.ref}/looks"))


def app_sweep(app, moment):
    """What the worker does about needs and referrals."""
    from portal.needs.operations import climb_overdue
    from portal.referrals.operations import remind_and_expire

    with app.app_context():
        climb_overdue(moment)
        remind_and_expire(moment)
        db.session.commit()
