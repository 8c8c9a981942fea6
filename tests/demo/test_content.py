"""The hand-written material of the demo: enough of it, all different, nothing in it that a mentor may not see."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from types import ModuleType

import phonenumbers
import pytest
from pypinyin import Style, pinyin

from portal.children.rules import Relation, Schooling
from portal.demo.content import (
    children,
    identity,
    names,
    note_frames,
    notes_5_7,
    notes_8_11,
    notes_12_14,
    notes_15_17,
    seasons,
    staff_notes,
    volunteers,
)
from portal.demo.content.scenes import ACTIVITIES, BANDS, MOODS, Activity, Scenes, band_of
from portal.demo.content.session_notes import SCENES, compose_note
from portal.mentoring.rules import ACTIVITY_WORDS
from portal.pairing.rules import ClosureReason
from portal.safeguarding.rules import Urgency
from portal.volunteers.rules import LANGUAGES, SKILLS, SLOTS, VolunteerState

MENTOR_VISIBLE = (note_frames, notes_5_7, notes_8_11, notes_12_14, notes_15_17, seasons, staff_notes)
PLACEHOLDER = re.compile(r"\{(\w*)\}")
IN_PERSON_ONLY = note_frames.OPENINGS + note_frames.OPENINGS_AT_HOME + note_frames.OPENINGS_ELSEWHERE


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Scenes):
        yield from value.all()
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _sentences(module: ModuleType) -> list[str]:
    """The prose of a module: its upper-case constants, without codes, single words and calendars."""
    found = [text for name, value in vars(module).items() if name.isupper() for text in _strings(value)]
    return [text for text in found if text[-1:] in "。？！”"]


def _notes(number: int, *, seed: int, given_name: str = "乐乐") -> list[str]:
    rng = random.Random(seed)
    notes = []
    for _ in range(number):
        by_phone = rng.random() < 0.1
        activities: list[Activity] = ["check_in"] if by_phone else rng.sample(ACTIVITIES[:9], rng.choice((1, 1, 2, 3)))
        notes.append(
            compose_note(
                rng,
                given_name=given_name,
                sex=rng.choice(("female", "male")),
                age=rng.randint(4, 19),
                activities=activities,
                mood=rng.choices(MOODS, (2, 8, 25, 45, 20))[0],
                on=date(2025, 1, 1) + timedelta(days=rng.randrange(365)),
            )
        )
    return notes


def test_hundreds_of_sentences_for_notes_and_no_two_alike() -> None:
    written = [text for module in MENTOR_VISIBLE for text in _sentences(module)]
    twice = [text for text, times in Counter(written).items() if times > 1]
    assert not twice
    assert len(written) >= 700
    assert len({text for scenes in SCENES.values() for text in scenes.all()}) >= 450


def test_every_age_and_activity_has_something_for_every_mood() -> None:
    assert set(SCENES) == {(band, activity) for band in BANDS for activity in ACTIVITIES}
    for scenes in SCENES.values():
        assert all(len(scenes.fitting(mood)) >= 3 for mood in MOODS)
    assert set(seasons.SEASON_LINES) == set(range(1, 13))


@pytest.mark.parametrize("module", MENTOR_VISIBLE, ids=lambda module: module.__name__.rsplit(".", 1)[1])
def test_only_the_three_known_placeholders(module: ModuleType) -> None:
    for text in _sentences(module):
        assert set(PLACEHOLDER.findall(text)) <= {"child", "she", "carer"}, text
        assert text.count("{") == text.count("}") == len(PLACEHOLDER.findall(text)), text


def test_nobody_else_is_named_and_no_parent_is_told_of() -> None:
    surnames = "|".join(names.SURNAMES)
    titled = re.compile(rf"(?:{surnames})(?:老师|同学|阿姨|叔叔|大爷|大娘|奶奶|爷爷|主任|某)")
    parents = re.compile("服刑|监狱|判刑|坐牢|吸毒|戒毒|艾滋|精神病|犯罪|爸爸|妈妈|父亲|母亲")
    places = re.compile(r"(?:示例|第[一二三四]|实验|中心)(?:小学|中学|村)|\d+ ?号")
    for module in MENTOR_VISIBLE:
        for text in _sentences(module):
            assert not titled.search(text.replace("任老师", "")), text
            assert not parents.search(text), text
            assert not places.search(text), text


def test_notes_are_rarely_the_same() -> None:
    notes = _notes(5000, seed=7)
    assert 1 - len(set(notes)) / len(notes) < 0.03


def test_a_note_is_one_to_four_sentences_without_a_repeat_or_a_leak() -> None:
    known = [text for module in MENTOR_VISIBLE for text in _sentences(module)]
    filled = {text.format(child="乐乐", she=she, carer="家里人") for text in known for she in "她他"}
    longest_first = re.compile("|".join(re.escape(text) for text in sorted(filled, key=len, reverse=True)))
    for note in _notes(800, seed=11):
        parts = longest_first.findall(note)
        assert "".join(parts) == note
        assert 1 <= len(parts) <= 4
        assert len(set(parts)) == len(parts)
        assert "{" not in note
        assert "None" not in note


def test_the_pronoun_and_the_carer_fit() -> None:
    rng = random.Random(3)
    for _ in range(300):
        note = compose_note(
            rng, given_name="安安", sex="male", age=13, activities=["talk"], mood=2, on=date(2025, 5, 9), carer="姥姥"
        )
        assert "她" not in note
        assert "家里人" not in note


def test_a_pair_log_does_not_repeat_itself() -> None:
    rng, told, drawn = random.Random(5), set[str](), 0
    for week in range(12):
        before = len(told)
        compose_note(
            rng,
            given_name="安安",
            sex="female",
            age=10,
            activities=[ACTIVITIES[week % 8]],
            mood=4,
            on=date(2025, 3, 1) + timedelta(weeks=week),
            told=told,
        )
        assert len(told) > before
        drawn += len(told) - before
    assert drawn == len(told)


def test_a_call_never_tells_of_a_meeting() -> None:
    rng = random.Random(9)
    face_to_face = [line.format(child="安安", she="她", carer="家里人") for line in IN_PERSON_ONLY]
    for _ in range(500):
        note = compose_note(
            rng, given_name="安安", sex="female", age=9, activities=["check_in"], mood=4, on=date(2025, 7, 20)
        )
        assert not any(line in note for line in face_to_face)


def test_the_little_ones_sit_no_examinations_and_the_big_ones_keep_no_childrens_day() -> None:
    rng, little, big = random.Random(14), set[str](), set[str]()
    for _ in range(300):
        compose_note(
            rng, given_name="安安", sex="male", age=6, activities=["talk"], mood=4, on=date(2025, 6, 25), told=little
        )
        compose_note(
            rng, given_name="安安", sex="male", age=16, activities=["festival"], mood=4, on=date(2024, 6, 1), told=big
        )
    assert not little & set(seasons.TERM_LINES["期末"])
    assert not big & set(seasons.FESTIVAL_LINES["六一"])


@pytest.mark.parametrize(
    ("on", "festival"),
    [
        (date(2025, 1, 27), "春节"),
        (date(2025, 2, 12), "元宵"),
        (date(2025, 4, 4), "清明"),
        (date(2025, 5, 31), "六一"),
        (date(2024, 6, 9), "端午"),
        (date(2026, 9, 25), "中秋"),
        (date(2026, 12, 30), "元旦"),
        (date(2025, 7, 20), None),
    ],
)
def test_festivals_are_kept_on_their_days(on: date, festival: str | None) -> None:
    if on == date(2025, 5, 31):  # in 2025 the Dragon Boat Festival itself falls on this day
        festival = "端午"
    assert seasons.festival_near(on) == festival


def test_festival_lines_speak_of_the_festival_that_is_near() -> None:
    rng, lines = random.Random(2), set(seasons.FESTIVAL_LINES["春节"])
    told: set[str] = set()
    for _ in range(40):
        compose_note(
            rng,
            given_name="安安",
            sex="male",
            age=9,
            activities=["festival"],
            mood=4,
            on=date(2026, 2, 15),
            told=told,
        )
    assert told & lines
    others = {text for name, texts in seasons.FESTIVAL_LINES.items() if name != "春节" for text in texts}
    assert not told & others


@pytest.mark.parametrize(
    ("age", "band"), [(3, "5-7"), (7, "5-7"), (8, "8-11"), (12, "12-14"), (15, "15-17"), (19, "15-17")]
)
def test_bands_have_no_gaps(age: int, band: str) -> None:
    assert band_of(age) == band


def test_id_numbers_hold_the_standard() -> None:
    rng = random.Random(1)
    assert identity.check_digit("11010519491231002") == "X"  # the worked example of GB 11643
    for _ in range(500):
        born = date(2006, 1, 1) + timedelta(days=rng.randrange(5000))
        sex: identity.Sex = rng.choice(("female", "male"))
        number = identity.id_number(rng, born, sex)
        assert re.fullmatch(r"371399\d{11}[\dX]", number)
        assert number[6:14] == f"{born:%Y%m%d}"
        assert int(number[16]) % 2 == (sex == "male")
        weights = [2 ** (17 - place) % 11 for place in range(18)]
        digits = [10 if char == "X" else int(char) for char in number]
        assert sum(w * d for w, d in zip(weights, digits, strict=True)) % 11 == 1


def test_phones_are_valid_in_form_and_visibly_invented() -> None:
    rng = random.Random(1)
    for _ in range(200):
        number = identity.phone(rng)
        assert number.startswith("170000")
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "CN"))


def test_eleven_towns_share_everything() -> None:
    assert len({town.code for town in identity.TOWNS}) == 11
    assert sum(town.files for town in identity.TOWNS) == 1000
    assert sum(town.volunteers for town in identity.TOWNS) == 1000
    assert len(set(identity.VILLAGES)) == 20
    assert identity.VILLAGES[10] == "示例十一村"
    rng = random.Random(4)
    for town in identity.TOWNS:
        villages = identity.villages_of(town)
        assert len(villages) == town.villages
        assert re.fullmatch(r"示例[一二三四五六七八九十]+村 \d+ 号", identity.street_address(rng, villages[-1]))
    drawn = Counter(identity.town_of_child(rng).name for _ in range(3000))
    assert drawn["义堂镇"] > drawn["银雀山街道"]
    helpers = Counter(identity.town_of_volunteer(rng).name for _ in range(3000))
    assert helpers["兰山街道"] > helpers["李官镇"]


def test_names_are_many_common_and_have_pinyin() -> None:
    given = [name for group in names.GIVEN_NAMES.values() for name in group]
    assert len(names.SURNAMES) >= 115
    assert len(set(given)) >= 300
    assert all(len(set(group)) == len(group) for group in names.GIVEN_NAMES.values())
    for word in (*names.SURNAMES, *given, *names.NICKNAMES):
        assert all(sound[0].isascii() for sound in pinyin(word, style=Style.FIRST_LETTER)), word
    rng = random.Random(6)
    drawn = Counter(names.surname(rng) for _ in range(4000))
    assert drawn.most_common(1)[0][0] in {"王", "张", "李"}
    assert names.full_name(rng, "female", 2015) != names.full_name(rng, "male", 1960)


def test_carers_are_mostly_grandparents() -> None:
    rng = random.Random(8)
    drawn = Counter(names.carer_of(rng)[0] for _ in range(2000))
    grand = sum(times for relation, times in drawn.items() if relation.startswith(("grand", "maternal")))
    assert 0.6 < grand / 2000 < 0.85


def test_volunteers_speak_in_many_voices() -> None:
    lines = volunteers.WHY + volunteers.LIKES
    assert len(set(lines)) == len(lines) >= 80
    rng = random.Random(12)
    for _ in range(300):
        _, skills = volunteers.occupation(rng)
        assert 1 <= len(skills) == len(set(skills))
        assert set(skills) <= set(volunteers.SKILL_CODES)
        assert "mandarin" in volunteers.languages(rng)
        assert ("sign" in volunteers.languages(rng, skills)) >= ("sign_language" in skills)
        assert volunteers.availability(rng)
    assert len({volunteers.profile(rng) for _ in range(926)}) > 650
    assert all(set(own) <= set(volunteers.SKILL_CODES) for _, _, own in volunteers.OCCUPATIONS)


def test_file_sentences_are_distinct_and_schools_are_invented() -> None:
    written = _sentences(children)
    assert len(set(written)) == len(written) >= 130
    assert len(children.HEALTH) == len(children.HEALTH_WEIGHTS)
    rng = random.Random(13)
    assert children.health(rng) in children.HEALTH
    for town in identity.TOWNS:
        for schooling in children.SCHOOLING:
            school = children.school(rng, town, schooling)
            assert (school is None) == (schooling in {"none", "dropped_out"})
            assert school is None or "示例" in school


def test_codes_are_those_of_the_rooms() -> None:
    assert set(ACTIVITIES) == set(ACTIVITY_WORDS)
    assert set(volunteers.SKILL_CODES) == set(SKILLS)
    assert {code for code, _ in volunteers.LANGUAGES} == set(LANGUAGES)
    assert {slot for slots, _ in volunteers.AVAILABILITY for slot in slots} <= set(SLOTS)
    assert set(volunteers.STATUS_REMARKS) == set(VolunteerState) - {VolunteerState.ENTERED_IN_ERROR}
    assert set(staff_notes.CLOSURE_REASONS) <= set(ClosureReason)
    assert set(staff_notes.CONCERNS) == set(Urgency)
    assert set(children.SCHOOLING) == set(Schooling)
    assert {carer[0] for carer in names.CARERS} <= set(Relation)
