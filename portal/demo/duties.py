"""What is owed in the demo, what mentors have asked for, and what people have been told."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.access.models import GrantState, RoleGrant
from portal.demo.content import staff_notes
from portal.demo.pairs import Pair
from portal.demo.people import Staff, add_account, somebody
from portal.demo.places import Places
from portal.demo.store import Row, Store
from portal.duties.models import Duty
from portal.kernel.actor import Role
from portal.kernel.clock import start_of
from portal.kernel.db import Base
from portal.mentoring.models import SessionLog
from portal.mentoring.rules import CALL_DAYS, REVIEW_DAYS, LogState
from portal.notices.models import Notice
from portal.pairing.models import MentorAsk, Pairing
from portal.pairing.operations.asking import ANSWER_WITHIN
from portal.pairing.rules import ASK_WORDS, MENTOR_WORDS, AskKind, PairingState
from portal.places.settings import BY_NAME
from portal.safeguarding.models import Concern
from portal.safeguarding.rules import WAITING
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.rules import VolunteerState

ASKS = ((AskKind.HELP, 7), (AskKind.LEAVE, 4), (AskKind.CLOSURE, 3))
ANSWERED = 6
ANSWERS = (
    "已经安排，明天给您打电话细说。",
    "可以，见面前我先和家里说一声。",
    "谢谢您告诉我们，下周我陪您去一次。",
    "同意，请按约定先跟孩子说好。",
)


class Owed:
    """Writes duties, requests and notices from what the other rooms' rows say."""

    def __init__(self, store: Store, places: Places, staff: Staff, pairs: list[Pair]) -> None:
        self.store, self.places, self.staff, self.pairs = store, places, staff, pairs
        self.coordinator = staff.coordinators[0]
        self.names = {p.account["ref"]: p.account["name"] for p in pairs if p.account}

    def add_all(self) -> None:
        """Everything."""
        self._logs()
        self._silence()
        self._credentials()
        self._asks()
        self._concerns()
        self._mentor()
        self._role_that_waits()

    def owe(
        self, key: str, kind: str, model: type[Base], ref: str, *, due: datetime, opened: datetime, **more: object
    ) -> None:
        """One duty that is owed; by the coordinators of a path unless an owner is given."""
        owner = {} if "owner_ref" in more else {"owner_role": Role.COORDINATOR}
        self.store.add(
            Duty,
            key=key,
            kind=kind,
            subject_kind=model.__tablename__,
            subject_ref=ref,
            due_at=due,
            opened_at=opened,
            **owner,
            **more,
        )

    def tell(
        self, kind: str, to: str, url: str, *, at: datetime, read: bool = False, urgent: bool = False, **facts: str
    ) -> None:
        """One line in somebody's notification centre."""
        self.store.add(
            Notice, account_ref=to, kind=kind, url=url, urgent=urgent, made_at=at, facts=facts,
            read_at=min(at + timedelta(hours=9), self.store.now) if read else None,
        )  # fmt: skip

    def _logs(self) -> None:
        for log in self.store.rows[SessionLog]:
            ref = log["ref"]
            if log["state"] is LogState.SUBMITTED:
                at = log["submitted_at"]
                self.owe(
                    f"log-review:{ref}", "log-review", SessionLog, ref, due=at + timedelta(days=REVIEW_DAYS), opened=at,
                    path=log["region_path"], child_ref=log["child_ref"], url=f"/sessions/{ref}",
                )  # fmt: skip
                for person in self.staff.coordinators:
                    self.tell(
                        "log-submitted", person["ref"], f"/sessions/{ref}", at=at, name=self.names[log["author_ref"]]
                    )
            elif log["state"] is LogState.RETURNED:
                at = min(log["submitted_at"] + timedelta(days=1), self.store.now - timedelta(minutes=20))
                self.owe(
                    f"log-answer:{ref}", "log-answer", SessionLog, ref, due=at + timedelta(days=REVIEW_DAYS), opened=at,
                    owner_ref=log["author_ref"], child_ref=log["child_ref"], url=f"/sessions/{ref}/correction",
                )  # fmt: skip
                self.tell(
                    "log-returned",
                    log["author_ref"],
                    f"/sessions/{ref}/correction",
                    at=at,
                    day=log["on_day"].isoformat(),
                )

    def _silence(self) -> None:
        follow_up, alert = (BY_NAME[n].default for n in ("silent_follow_up_days", "silent_alert_days"))
        for pair in self.pairs:
            row = pair.row
            if pair.state is not PairingState.ACTIVE:
                continue
            since = row.get("last_contact_on") or row["started_on"]
            days = (self.store.as_of - since).days
            facts = {"path": row["region_path"], "child_ref": row["child_ref"], "url": f"/pairings/{row['ref']}"}
            if days >= follow_up:
                at = start_of(since + timedelta(days=follow_up))
                self.owe(
                    f"silent-pair:{row['ref']}",
                    "silent-pair",
                    Pairing,
                    row["ref"],
                    due=at + timedelta(days=CALL_DAYS),
                    opened=at,
                    **facts,
                )
            if days >= alert:
                at = start_of(since + timedelta(days=alert))
                self.owe(f"silent-alert:{row['ref']}", "silent-alert", Pairing, row["ref"], due=at, opened=at, **facts)
                self.tell(
                    "silent-pair", self.coordinator["ref"], facts["url"], at=at, read=days > alert + 9, days=str(alert)
                )

    def _credentials(self) -> None:
        volunteers = {v["id"]: v for v in self.store.rows[Volunteer]}
        for row in self.store.rows[Credential]:
            volunteer = volunteers[row["volunteer_id"]]
            working = (
                volunteer["state"] in (VolunteerState.READY, VolunteerState.ON_LEAVE) and "later_state" not in volunteer
            )
            if row["told_days"] is None or not working:
                row["told_days"] = None
                continue
            at = start_of(row["until_on"] - timedelta(days=row["told_days"]))
            at = min(at, self.store.now - timedelta(minutes=30))
            url = f"/volunteers/{volunteer['ref']}"
            self.owe(
                f"credential:{row['ref']}", "credential-expires", Volunteer, volunteer["ref"],
                due=start_of(row["until_on"]), opened=at, path=volunteer["region_path"], url=url,
            )  # fmt: skip
            if row["told_days"] == 7:
                facts = {"name": volunteer["name"], "day": row["until_on"].isoformat()}
                self.tell("credential-expires", self.coordinator["ref"], url, at=at, **facts)

    def _asks(self) -> None:
        store, rng = self.store, self.store.rng
        fit = [p for p in self.pairs[3:] if p.state is PairingState.ACTIVE and "later_state" not in p.helper.row]
        kinds = [kind for kind, number in ASKS for _ in range(number)]
        rng.shuffle(kinds)
        for number, (kind, pair) in enumerate(zip(kinds, rng.sample(fit, len(kinds)), strict=True)):
            answered = number < ANSWERED
            at = store.moment(store.day(rng.randint(12, 60) if answered else rng.randint(1, 4)), 20)
            row = store.add(
                MentorAsk, pairing_id=pair.row["id"], child_ref=pair.row["child_ref"],
                region_path=pair.row["region_path"], kind=kind, text=self._request(kind, pair),
                asked_by=pair.account["ref"], asked_at=at,
            )  # fmt: skip
            url = f"/pairings/{pair.row['ref']}"
            store.log(
                "mentor-asked", MentorAsk, row, by=pair.account, at=at, about=pair.row["child_ref"], kind=kind.value
            )
            if answered:
                row["answered_at"], row["answered_by"] = at + timedelta(days=1, hours=14), self.coordinator["ref"]
                row["answer_sealed"] = store.seal(MentorAsk, "answer_sealed", row["ref"], rng.choice(ANSWERS))
                store.log(
                    "mentor-answered",
                    MentorAsk,
                    row,
                    by=self.coordinator,
                    at=row["answered_at"],
                    about=pair.row["child_ref"],
                )
                continue
            self.owe(
                f"mentor-ask:{row['ref']}", "mentor-ask", MentorAsk, row["ref"], due=at + ANSWER_WITHIN, opened=at,
                path=pair.row["region_path"], child_ref=pair.row["child_ref"], url=url,
            )  # fmt: skip
            for person in self.staff.coordinators:
                self.tell("mentor-asks", person["ref"], url, at=at, name=pair.account["name"], what=ASK_WORDS[kind])

    def _request(self, kind: AskKind, pair: Pair) -> str:
        closure = staff_notes.CLOSURE_REASONS["mentor_left"]
        texts = {
            AskKind.HELP: staff_notes.HELP_REQUESTS,
            AskKind.LEAVE: staff_notes.LEAVE_REASONS,
            AskKind.CLOSURE: closure,
        }[kind]
        if kind is AskKind.HELP and pair.kid.age(self.store.as_of) < 14:
            texts = tuple(t for t in texts if "职校" not in t and "初中数学" not in t)
        kid = pair.kid
        return kid.fill(self.store.rng.choice(texts))

    def _concerns(self) -> None:
        for row in self.store.rows[Concern]:
            if row["state"] in WAITING:
                at = row["due_at"] - timedelta(minutes=BY_NAME[f"concern_minutes_{row['urgency'].value}"].default)
                self.tell("concern", row["asked_ref"], f"/concerns/{row['ref']}", at=at, urgent=True)

    def _mentor(self) -> None:
        """What the demo's mentors have been told of their own pairs."""
        for pair in self.pairs[:3]:
            row, ref = pair.row, pair.account["ref"]
            if pair.active_from is not None:
                self.tell(
                    "pairing-changed", ref, f"/pairings/{row['ref']}", at=pair.active_from, read=True,
                    child=pair.kid.row["given_initials"].upper(), state=MENTOR_WORDS[PairingState.ACTIVE],
                )  # fmt: skip
            read = [
                g
                for g in self.store.rows[SessionLog]
                if g["author_ref"] == ref and g.get("reviewed_at") and g["pairing_id"] == row["id"]
            ]
            for number, log in enumerate(read[-3:]):
                self.tell(
                    "log-reviewed",
                    ref,
                    f"/sessions/{log['ref']}",
                    at=log["reviewed_at"],
                    read=number < 2,
                    day=log["on_day"].isoformat(),
                )

    def _role_that_waits(self) -> None:
        """Somebody new, for whom one admin has asked a role that sees cases: the other one decides."""
        path = self.places.district["path"]
        new: Row = add_account(self.store, name=somebody(self.store)[0], region_path=path, days_ago=2)
        first, second = self.staff.admins
        at = new["created_at"] + timedelta(minutes=10)
        self.store.add(
            RoleGrant, account_id=new["id"], account_ref=new["ref"], role=Role.COORDINATOR, path=path, sees_cases=True,
            state=GrantState.ASKED, asked_by=second["ref"], asked_at=at,
        )  # fmt: skip
        self.tell("grant-asked", first["ref"], f"/people/{new['ref']}", at=at, name=new["name"])
