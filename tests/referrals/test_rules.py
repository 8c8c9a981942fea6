"""The pure rules: what each kind shares, reaches and ends with."""

from __future__ import annotations

import pytest

from portal.needs.rules import NeedKind
from portal.partners.rules import HELP_KINDS
from portal.referrals.rules import (
    DECLINE_WORDS,
    FIELD_WORDS,
    LIVE,
    NOTHING_DONE,
    OUTCOME_WORDS,
    OUTCOMES,
    REFERRAL,
    REMIND_AFTER,
    STEP_WORDS,
    STEPS,
    SUGGESTED,
    WITHOUT_SHARING,
    DeclineReason,
    Field,
    Outcome,
    ReferralState,
    Step,
    number_of,
    outcome_problem,
    shareable,
)


@pytest.mark.parametrize("table", [STEPS, OUTCOMES, SUGGESTED, HELP_KINDS], ids=["steps", "outcomes", "fields", "help"])
def test_every_kind_of_need_has_its_own(table):
    assert set(table) == {kind.value for kind in NeedKind}


def test_every_word_has_its_text():
    assert set(STEP_WORDS) == set(Step)
    assert set(OUTCOME_WORDS) == set(Outcome)
    assert set(FIELD_WORDS) == set(Field)
    assert set(DECLINE_WORDS) == set(DeclineReason)


def test_the_eye_surgery_of_the_article_can_be_walked():
    assert STEPS["medical"] == (
        Step.DIAGNOSIS, Step.ESTIMATE, Step.FUND, Step.SURGERY_DATE, Step.SURGERY, Step.FOLLOW_UP,
    )  # fmt: skip
    assert Outcome.SURGERY_DONE in OUTCOMES["medical"]


def test_no_kind_suggests_the_number_and_only_medical_help_the_health():
    for kind, fields in SUGGESTED.items():
        assert Field.ID_MASKED not in fields
        assert (Field.HEALTH in fields) == (kind == "medical")


def test_live_is_from_sent_to_completed_and_nothing_is_shared_in_any_other_state():
    assert [s for s in ReferralState if s not in LIVE] == [
        ReferralState.DRAFTED,
        *(s for s in ReferralState if s in WITHOUT_SHARING),
    ]
    assert set(NOTHING_DONE) < set(WITHOUT_SHARING)


def test_reminders_come_before_the_end_of_any_five_working_days():
    assert [after.total_seconds() / 3600 for after in REMIND_AFTER] == [24, 48]


def test_what_is_no_field_is_left_out_and_the_order_is_the_pages():
    assert shareable(["need_text", "parents", "name", "name"]) == (Field.NAME, Field.NEED_TEXT)


@pytest.mark.parametrize(
    ("outcome", "steps", "signed", "right"),
    [
        (Outcome.DELIVERED, {Step.DELIVERED}, True, True),
        (Outcome.DELIVERED, {Step.DELIVERED}, False, False),
        (Outcome.DELIVERED, set(), True, False),
        (Outcome.PARTLY, set(), False, True),
        (Outcome.TREATED, set(), False, False),
        (None, set(), False, False),
    ],
)
def test_goods_end_with_a_signature_and_each_kind_with_its_own_outcomes(outcome, steps, signed, right):
    assert (outcome_problem("material", outcome, steps, signed=signed) is None) == right


def test_a_number_holds_nothing_of_the_child_and_six_signs():
    assert number_of("-a_B3x9Zk") == "AB3X9Z"


def test_only_the_partner_answers_and_only_staff_confirm():
    by = {(m.source, m.target): m.by for m in REFERRAL.moves}
    assert by[ReferralState.SENT, ReferralState.ACCEPTED] == "partner"
    assert "caseworker" in by[ReferralState.COMPLETED, ReferralState.CONFIRMED]
