"""When the demo's pairs met, what they did, and how the child seemed: drawn once, written down as logs and plans."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from portal.demo.content import staff_notes
from portal.demo.content.scenes import MOODS, Activity, Mood
from portal.demo.content.seasons import festival_near, term_part
from portal.demo.content.session_notes import compose_note
from portal.demo.pairs import Pair
from portal.demo.store import Store
from portal.mentoring.rules import PlaceKind, Way
from portal.pairing.rules import PairingState

OLDEST_DAYS = 560
WEEKS = ((1, 10), (2, 50), (3, 40))
"""Weeks between two sessions, with weights."""
WAYS = ((Way.IN_PERSON, 80), (Way.PHONE, 11), (Way.VIDEO, 4), (Way.GROUP, 5))
PLACES = (
    (PlaceKind.HOME, 50), (PlaceKind.CENTRE, 21), (PlaceKind.OUTDOORS, 10), (PlaceKind.LIBRARY, 9),
    (PlaceKind.SCHOOL, 5), (PlaceKind.OTHER, 5),
)  # fmt: skip
ATTEMPTS = 0.045
"""Of all entries, attempts without contact."""
ABOUT: dict[str, tuple[tuple[Activity, int], ...]] = {
    "little": (
        ("reading", 22), ("crafts", 24), ("company", 18), ("outdoors", 16), ("life_skills", 8), ("sport", 6),
        ("talk", 6),
    ),
    "school": (
        ("homework", 30), ("reading", 16), ("company", 12), ("talk", 10), ("outdoors", 9), ("crafts", 9), ("sport", 8),
        ("life_skills", 6),
    ),
    "big": (
        ("talk", 26), ("homework", 24), ("life_skills", 14), ("sport", 12), ("company", 10), ("reading", 8),
        ("outdoors", 6),
    ),
}  # fmt: skip
TOGETHER = (
    "两个孩子一起来的，先各写各的作业，再凑到一张桌上下棋。", "一人挑了一样玩的，换着来，时间到了谁都不肯停。",
    "今天是三个人的读书会，轮流念，轮流听。", "两个孩子分工做了一顿简单的饭，一个洗一个切，我管火。",
    "先分头聊了一会儿，后来一起收拾了书桌。", "一起画了张长画，一人从一头画起，在中间碰上了。",
    "打了一下午羽毛球，两个对我一个，我输了。", "今天小的问大的题，大的讲得比我耐心。",
    "两个孩子拌了两句嘴，过了一会儿自己好了。", "各看各的书，看完换着讲给对方听。",
)  # fmt: skip


AFTERWARDS = (
    "明天傍晚再试一次。", "已给{carer}留了言。", "先不打扰，周末再约。", "改到下周同一时间。",
    "回头问问儿童主任最近忙不忙。", "没事就好，下次补上。", "给{child}留了张纸条，写的是下次见。",
    "路上想了想，以后出发前先打电话。", "等{carer}有空回我。", "过两天再联系。", "记一笔，不算白跑。",
    "晚上发了条信息，说我来过。", "下次换个时间，避开饭点。", "约好的书先放我这儿。", "已经跟协调员说了一声。",
    "不着急，慢慢来。",
)  # fmt: skip
"""What follows an attempt without contact."""


@dataclass
class Meeting:
    """One session, or an attempt at one, with what the mentor wrote of it."""

    pairs: list[Pair]
    on: date
    way: Way
    place: PlaceKind | None
    minutes: int | None
    activities: list[str]
    moods: list[int | None]
    did: str
    texts: list[str] = field(default_factory=list)
    to_staff: str = ""
    attempt: bool = False
    submitted_at: datetime = datetime.min  # noqa: DTZ901


class Meetings:
    """Draws the meetings of all pairs."""

    def __init__(self, store: Store, pairs: list[Pair]) -> None:
        self.store = store
        self.pairs = pairs
        self.told: dict[int, set[str]] = {}

    def all(self) -> list[Meeting]:
        """Of every pair, siblings of one mentor mostly together."""
        found: list[Meeting] = []
        brothers: dict[tuple[int, str], Pair] = {}
        for pair in self.pairs:
            if not pair.is_logged:
                continue
            key = (pair.helper.row["id"], pair.kid.family.address)
            elder = brothers.setdefault(key, pair)
            days = self._days(pair)
            if elder is not pair and elder.state is pair.state is PairingState.ACTIVE:
                shared = [
                    m
                    for m in found
                    if elder in m.pairs and not m.attempt and m.way is Way.IN_PERSON and m.on >= pair.row["started_on"]
                ]
                for meeting in shared[::2]:
                    self._together(meeting, pair)
                days = [d for d in days if all(abs((d - m.on).days) > 2 for m in shared)]
            found += [self._meeting(pair, day) for day in days]
            found += [self._attempt(pair, day) for day in self._failed_days(pair, days)]
        return found

    def _days(self, pair: Pair) -> list[date]:
        """The days of contact, oldest first; the last one is the pair's last contact."""
        rng = self.store.rng
        last = pair.last_contact_on or pair.row["started_on"]
        weeks = 1 if pair.is_demo else rng.choices([w for w, _ in WEEKS], [n for _, n in WEEKS])[0]
        first = max(pair.row["started_on"], self.store.day(OLDEST_DAYS))
        days = []
        while last > first:
            days.append(last)
            gap = weeks * 7 + rng.choice((-1, 0, 0, 0, 0, 1, 2)) + (7 * weeks if rng.random() < 0.06 else 0)
            last -= timedelta(days=max(gap, 3))
        return days[::-1]

    def _failed_days(self, pair: Pair, days: list[date]) -> list[date]:
        rng = self.store.rng
        found = [
            d - timedelta(days=2)
            for d in days
            if rng.random() < ATTEMPTS and d - timedelta(days=2) > pair.row["started_on"]
        ]
        silent = (self.store.as_of - days[-1]).days if days else 0
        if pair.state is PairingState.ACTIVE and silent >= 14:
            # Nobody fell silent without trying.
            found += [days[-1] + timedelta(days=n) for n in range(8, silent, 9)][: rng.randint(0, 2)]
        return [d for d in found if d not in days]

    def _meeting(self, pair: Pair, on: date) -> Meeting:
        rng, kid = self.store.rng, pair.kid
        age, mood = kid.age(on), self._mood(pair, on)
        way = rng.choices([w for w, _ in WAYS], [n for _, n in WAYS])[0]
        far = way in (Way.PHONE, Way.VIDEO)
        place = None if far else PlaceKind.CENTRE if way is Way.GROUP else self._place(pair)
        activities: list[Activity] = ["check_in"] if far else self._activities(age, on)
        minutes = (
            rng.choice((10, 15, 20, 25, 30))
            if far
            else rng.choices((45, 60, 75, 90, 120, 150), (8, 28, 8, 30, 22, 4))[0]
        )
        did = self._note(pair, age, activities, mood, on, at_home=place is PlaceKind.HOME)
        alone = pair.kid.fill(rng.choice(staff_notes.GROUP_PRIVATE_PARTS)) if way is Way.GROUP else ""
        to_staff = ""
        if rng.random() < (0.5 if mood <= 1 else 0.16 if mood == 2 else 0.045):
            to_staff = pair.kid.fill(self._new(pair, staff_notes.PRIVATE_NOTES[mood]))
        return Meeting([pair], on, way, place, minutes, list(activities), [mood], did, [alone], to_staff)

    def _new(self, pair: Pair, lines: tuple[str, ...]) -> str:
        """A sentence that this mentor has not used yet, while there are any."""
        told = self.told.setdefault(pair.helper.row["id"], set())
        line = self.store.rng.choice([t for t in lines if t not in told] or lines)
        told.add(line)
        return line

    def _note(self, pair: Pair, age: int, activities: list[Activity], mood: Mood, on: date, *, at_home: bool) -> str:
        kid = pair.kid
        while True:
            text = compose_note(
                self.store.rng, given_name=kid.called, sex=kid.row["sex"].value, age=age, activities=activities,
                mood=mood, on=on, carer=kid.family.called, at_home=at_home,
                told=self.told.setdefault(pair.helper.row["id"], set()),
            )  # fmt: skip
            # Where two characters meet by chance as the child's whole name, the note is drawn again.
            if kid.row["name"] not in text:
                return text

    def _mood(self, pair: Pair, on: date) -> Mood:
        """Better with time, on the whole."""
        rng = self.store.rng
        months = min((on - pair.row["started_on"]).days / 30, 12)
        middle = 3.25 + months * 0.06 + (pair.row["id"] % 5 - 2) * 0.18
        mood: Mood = MOODS[min(5, max(1, round(rng.gauss(middle, 0.85)))) - 1]
        return mood

    def _place(self, pair: Pair) -> PlaceKind:
        found: PlaceKind = self.store.rng.choices([p for p, _ in PLACES], [n for _, n in PLACES])[0]
        return PlaceKind.CENTRE if found is PlaceKind.HOME and pair.kid.family.in_institution else found

    def _activities(self, age: int, on: date) -> list[Activity]:
        rng = self.store.rng
        table = dict(ABOUT["little" if age < 7 else "school" if age < 14 else "big"])
        if age < 7:
            table.pop("homework", None)
        elif term_part(on) in ("暑假", "寒假"):
            table["homework"] = table.get("homework", 0) // 2
        found: list[Activity] = []
        for _ in range(rng.choices((1, 2, 3), (46, 42, 12))[0]):
            found.append(rng.choices(list(table), list(table.values()))[0])
            table.pop(found[-1])
        if festival_near(on) is not None and rng.random() < 0.4:
            found[0] = "festival"
        return found

    def _attempt(self, pair: Pair, on: date) -> Meeting:
        rng = self.store.rng
        by_phone = rng.random() < 0.55
        texts: tuple[str, ...] = staff_notes.ATTEMPTS_BY_PHONE if by_phone else staff_notes.ATTEMPTS_AT_HOME
        if pair.kid.age(on) < 12:
            texts = tuple(t for t in texts if "晚自习" not in t)
        did = pair.kid.fill(self._new(pair, texts) + (self._new(pair, AFTERWARDS) if rng.random() < 0.85 else ""))
        return Meeting(
            [pair], on, Way.PHONE if by_phone else Way.IN_PERSON, None, None, [], [None], did, [""], attempt=True
        )

    def _together(self, meeting: Meeting, pair: Pair) -> None:
        """One entry for two children: what was common, and of each child what is its own."""
        rng = self.store.rng
        own = meeting.did
        age = pair.kid.age(meeting.on)
        fit: list[Activity] = [a for a in meeting.activities if a not in ("homework", "check_in")] or ["company"]  # type: ignore[misc]
        mood = self._mood(pair, meeting.on)
        other = self._note(pair, age, fit, mood, meeting.on, at_home=meeting.place is PlaceKind.HOME)
        meeting.pairs.append(pair)
        meeting.moods.append(mood)
        meeting.texts = [own, other]
        meeting.did = rng.choice(TOGETHER)
