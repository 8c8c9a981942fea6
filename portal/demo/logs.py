"""The demo's session logs: months of them for every pair, read, waiting, returned and still being written."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from portal.demo.content import staff_notes
from portal.demo.meetings import Meeting, Meetings
from portal.demo.pairs import Pair
from portal.demo.people import Staff
from portal.demo.store import Row, Store
from portal.kernel.clock import local_day, start_of
from portal.mentoring.models import SessionAmendment, SessionComment, SessionLog, SessionPart
from portal.mentoring.rules import LOGGABLE, LogState, Way

L = LogState
WAITING, WAITING_LONG = 22, 3
"""Logs to be reviewed: of the last days, and some that were forgotten."""
RETURNED, DRAFTS, DISCARDED, IN_ERROR, AMENDED = 8, 30, 6, 2, 26
AUDITED_DAYS = 60
"""The log of the portal tells of the sessions of the last two months; each one's own steps are kept whole."""
ALWAYS_FITS = (
    "写得很细，谢谢您，孩子的话记下来最珍贵。", "看到进步了，也辛苦您来回跑。", "这样陪就很好，不用急着见效果。",
    "写得短没关系，记得准时就好。",
)  # fmt: skip
FITS_WORRY = (
    "已转告儿童主任，这周入户会留意。",
    "收到，已约老师下周跟您通电话。",
    "您说的担心我记下了，下午给您回电话。",
)
SAY_MORE = "“情况不太好”能不能多写一句，您看到了什么、听到了什么？"
EIGHT_HOURS = "时长填了八小时，是不是多按了？"
MENDED = (
    "文中写了学校的名称，请改成“学校”，保护孩子的隐私。", "写到了同学的全名，麻烦隐去。",
    "这次是电话还是见面？选项和正文对不上。", "有一处写了具体门牌，请删去再提交。",
    "下次见面的时间早于今天，请再看一眼。", "正文和上一篇一样，可能是复制时漏改了。",
)  # fmt: skip
"""What was asked of logs that were mended and sent again: nothing of it is left in them."""
HALF_WRITTEN = (
    "带了新书，{child}翻了翻，", "先一起", "{child}说想接着上次的", "作业写得比上周快，后来我们", "和{carer}聊了几句，",
    "先聊了聊这一周，", "今天到得早，{child}正", "下了两盘棋，{child}",
)  # fmt: skip


class Logs:
    """Writes what the meetings of all pairs left behind."""

    def __init__(self, store: Store, staff: Staff, pairs: list[Pair]) -> None:
        self.store, self.staff, self.pairs = store, staff, pairs
        self.written: list[tuple[Meeting, Row]] = []
        self.by_account = {p.account["ref"]: p.account for p in pairs if p.account}

    def add_all(self, meetings: list[Meeting]) -> None:
        """Every log, oldest first, then drafts."""
        for meeting in meetings:
            meeting.submitted_at = self._submitted(meeting)
        meetings.sort(key=lambda m: m.submitted_at)
        states = self._states(meetings)
        for number, meeting in enumerate(meetings):
            if number not in states:
                self._in_time(meeting)
            self.written.append((meeting, self._add(meeting, states.get(number, L.REVIEWED))))
        self._amend()
        self._drafts()
        for meeting, row in self.written:
            if not meeting.attempt and row["state"] in (L.SUBMITTED, L.REVIEWED, L.RETURNED):
                for pair in meeting.pairs:
                    known = pair.row.get("last_contact_on")
                    pair.row["last_contact_on"] = max(known, meeting.on) if known else meeting.on

    def _submitted(self, meeting: Meeting) -> datetime:
        rng = self.store.rng
        late = 0 if meeting.pairs[0].is_demo else rng.choices((0, 1, 2, 4), (62, 24, 10, 4))[0]
        return self.store.moment(
            meeting.on + timedelta(days=late), rng.randint(19, 21) if rng.random() < 0.75 else rng.randint(12, 18)
        )

    def _states(self, meetings: list[Meeting]) -> dict[int, LogState]:
        """Which of the sorted meetings' logs are not simply reviewed."""
        rng, store = self.store.rng, self.store
        demo = self.pairs[0]
        own = [n for n, m in enumerate(meetings) if demo in m.pairs and not m.attempt]
        found = dict.fromkeys(range(len(meetings) - WAITING, len(meetings)), L.SUBMITTED)
        found[own[-1]], found[own[-2]] = L.RETURNED, L.REVIEWED

        def some(number: int, state: LogState, newest: int, oldest: int) -> None:
            fit = [
                n for n, m in enumerate(meetings)
                if n not in found and not m.attempt and demo not in m.pairs
                and newest <= (store.as_of - m.on).days <= oldest
                and (state is not L.RETURNED or m.pairs[0].state in LOGGABLE)
            ]  # fmt: skip
            found.update(dict.fromkeys(rng.sample(fit, number), state))

        some(WAITING_LONG, L.SUBMITTED, 8, 12)
        some(RETURNED - 1, L.RETURNED, 3, 10)
        some(IN_ERROR, L.ENTERED_IN_ERROR, 30, 120)
        return found

    def _add(self, meeting: Meeting, state: LogState) -> Row:
        store, rng = self.store, self.store.rng
        pair = meeting.pairs[0]
        by = pair.account
        row = store.add(
            SessionLog, client_key=store.rng.randbytes(16).hex(), author_ref=by["ref"],
            volunteer_ref=pair.helper.row["ref"], pairing_id=pair.row["id"], child_ref=pair.row["child_ref"],
            region_path=pair.row["region_path"], state=state, on_day=meeting.on, minutes=meeting.minutes,
            way=meeting.way, place=meeting.place, activities=meeting.activities, attempt=meeting.attempt,
            did=meeting.did, to_staff=meeting.to_staff, typed_version=rng.getrandbits(28) + 1,
            created_at=meeting.submitted_at - timedelta(minutes=rng.randint(2, 14)),
            submitted_at=meeting.submitted_at,
        )  # fmt: skip
        for part_of, mood, text in zip(meeting.pairs, meeting.moods, meeting.texts, strict=True):
            store.add(
                SessionPart, log_id=row["id"], pairing_id=part_of.row["id"], child_ref=part_of.row["child_ref"],
                region_path=part_of.row["region_path"], mood=mood, text=text,
            )  # fmt: skip
        self._move(row, L.DRAFT, L.SUBMITTED, by=by, at=meeting.submitted_at)
        if state is L.REVIEWED:
            self._review(meeting, row)
        elif state is L.RETURNED:
            self._return(meeting, row)
        elif state is L.ENTERED_IN_ERROR:
            at = store.moment(meeting.on + timedelta(days=6))
            self._move(
                row, L.SUBMITTED, L.ENTERED_IN_ERROR, by=self.staff.coordinators[0], at=at, reason="与另一篇重复。"
            )
        return row

    def _in_time(self, meeting: Meeting) -> None:
        """What was read already had come in while people were still at work."""
        last = self.store.day(1)
        if meeting.submitted_at > start_of(last) + timedelta(hours=15):
            earliest = 11 if meeting.on == last else 8
            meeting.submitted_at = self.store.moment(last, self.store.rng.randint(earliest, 13))

    def _after(self, moment: datetime, low: int, high: int) -> datetime:
        """A working hour some days later, after the moment and before now."""
        store = self.store
        day, yesterday = local_day(moment) + timedelta(days=store.rng.randint(low, high)), store.day(1)
        if day > yesterday and local_day(moment) < yesterday:
            day = yesterday
        later = store.moment(min(day, yesterday))
        if later > moment:
            return later
        at_work = store.now - timedelta(hours=6)
        end = at_work if moment < at_work else store.now
        return moment + (end - moment) * store.rng.uniform(0.3, 0.9)

    def _review(self, meeting: Meeting, row: Row) -> None:
        store, rng = self.store, self.store.rng
        by = self._reviewer(meeting)
        if rng.random() < 0.018 and meeting.on < store.day(12):
            returned = self._after(meeting.submitted_at, 1, 2)
            text = rng.choice(MENDED)
            self._move(row, L.SUBMITTED, L.RETURNED, by=by, at=returned, reason=text)
            self._comment(row, text, by=by, at=returned)
            again = self._after(returned, 1, 3)
            self._move(row, L.RETURNED, L.SUBMITTED, by=meeting.pairs[0].account, at=again)
            row["submitted_at"] = again
        row["reviewed_at"] = self._after(row["submitted_at"], 1, 5)
        row["reviewed_by"] = by["ref"]
        self._move(row, L.SUBMITTED, L.REVIEWED, by=by, at=row["reviewed_at"])
        worried = bool(meeting.to_staff) and (meeting.moods[0] or 3) <= 2
        if worried or rng.random() < 0.05:
            self._comment(row, rng.choice(FITS_WORRY if worried else ALWAYS_FITS), by=by, at=row["reviewed_at"])

    def _return(self, meeting: Meeting, row: Row) -> None:
        by, at = self._reviewer(meeting), self._after(row["submitted_at"], 1, 2)
        text = SAY_MORE
        if meeting.pairs[0] is self.pairs[0] or self.store.rng.random() < 0.5:
            # The question fits what stands there.
            row["minutes"], text = 480, EIGHT_HOURS
        self._move(row, L.SUBMITTED, L.RETURNED, by=by, at=at, reason=text)
        self._comment(row, text, by=by, at=at)

    def _reviewer(self, meeting: Meeting) -> Row:
        return self.staff.coordinators[int(meeting.pairs[0].row["id"] % 3 == 0)]

    def _comment(self, row: Row, text: str, *, by: Row, at: datetime) -> None:
        pair = next(p for p in self.pairs if p.row["id"] == row["pairing_id"])
        words = pair.kid.fill(text)
        self.store.add(
            SessionComment, log_id=row["id"], text=words, written_by=by["ref"], writer_name=by["name"], written_at=at
        )

    def _move(self, row: Row, before: LogState, after: LogState, *, by: Row, at: datetime, reason: str = "") -> None:
        self.store.note_move(SessionLog, row["ref"], before.value, after.value, by=by, at=at, reason=reason)
        if row["on_day"] > self.store.day(AUDITED_DAYS):
            self.store.log(
                "session-log-moved", SessionLog, row, by=by, at=at, about=row["child_ref"], reason=reason,
                source=before.value, target=after.value,
            )  # fmt: skip

    def _amend(self) -> None:
        """Some logs were completed after the lock; both texts are kept."""
        store, rng = self.store, self.store.rng
        added = [t for t in staff_notes.AMENDMENTS if t.startswith("补充") and "另一对" not in t and "发烧" not in t]
        old = [
            (m, r)
            for m, r in self.written
            if m.on < store.day(40) and not m.attempt and r["state"] is L.REVIEWED and len(m.pairs) == 1
        ]
        for number, (meeting, row) in enumerate(rng.sample(old, AMENDED)):
            pair = meeting.pairs[0]
            at = min(row["submitted_at"] + timedelta(days=rng.randint(15, 25)), store.now - timedelta(hours=9))
            if number % 4 == 0 and meeting.minutes:
                field, before, after, reason = (
                    "minutes",
                    str(meeting.minutes + 60),
                    str(meeting.minutes),
                    "时长多按了一小时。",
                )
            else:
                said = pair.kid.fill(rng.choice(added))
                field, before, after, reason = (
                    "did",
                    meeting.did,
                    meeting.did + said.removeprefix("补充："),
                    "补充当时漏写的一句。",
                )
                self._say(row, after)
            store.add(
                SessionAmendment, log_id=row["id"], field=field, before=before, after=after, reason=reason,
                made_by=pair.account["ref"], maker_name=pair.account["name"], made_at=at,
            )  # fmt: skip
            store.log(
                "session-log-amended",
                SessionLog,
                row,
                by=pair.account,
                at=at,
                about=row["child_ref"],
                reason=reason,
                field=field,
            )

    def _say(self, row: Row, text: str) -> None:
        row["did_sealed"] = self.store.seal(SessionLog, "did_sealed", row["ref"], text)

    def _drafts(self) -> None:
        """Entries being written on phones, and a few that were put away."""
        store, rng = self.store, self.store.rng
        fit = [p for p in self.pairs if p.state in LOGGABLE and p.is_logged]
        chosen = [self.pairs[0], *rng.sample(fit[3:], DRAFTS + DISCARDED - 1)]
        for number, pair in enumerate(chosen):
            on = store.day(1 if number == 0 else rng.randint(1, 6))
            typed_at = store.moment(on, rng.randint(18, 21))
            state = L.DRAFT if number < DRAFTS else L.DISCARDED
            row = store.add(
                SessionLog, client_key=rng.randbytes(16).hex(), author_ref=pair.account["ref"],
                volunteer_ref=pair.helper.row["ref"], pairing_id=pair.row["id"], child_ref=pair.row["child_ref"],
                region_path=pair.row["region_path"], state=state, on_day=on,
                created_at=typed_at - timedelta(minutes=4),
                typed=self._typed(pair, on, number) if state is L.DRAFT else None,
                typed_version=rng.getrandbits(28) + 1, typed_at=typed_at,
                typed_on=rng.choice(("Android", "Android", "iPhone")),
            )  # fmt: skip
            if state is L.DISCARDED:
                self._move(row, L.DRAFT, L.DISCARDED, by=pair.account, at=typed_at)

    def _typed(self, pair: Pair, on: date, number: int) -> dict[str, str | list[str]]:
        """A form half filled, as the phone kept it."""
        kid = pair.kid
        said = kid.fill(HALF_WRITTEN[number % len(HALF_WRITTEN)])
        return {
            "pairs": [pair.row["ref"]], "contact": "yes", "on": on.isoformat(), "minutes": "60",
            "way": Way.IN_PERSON.value, "place": "home", "activities": ["company"], "did": said,
            f"mood_{pair.row['ref']}": "4",
        }  # fmt: skip


def add_logs(store: Store, staff: Staff, pairs: list[Pair]) -> list[tuple[Meeting, Row]]:
    """Every log of every pair; gives the meetings with their rows, oldest first."""
    logs = Logs(store, staff, pairs)
    logs.add_all(Meetings(store, pairs).all())
    return logs.written
