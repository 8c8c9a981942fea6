"""Makes records for tests, straight into the tables, each one as its room would have left it."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any, TypeVar

from portal.access.models import Account, GrantState, RoleGrant
from portal.children.models import Carer, Child, Consent, Sight
from portal.children.rules import FieldSet, Purpose, Relation
from portal.kernel.actor import SEES_CASES, Actor, Role
from portal.kernel.clock import now, today
from portal.kernel.db import Model, db
from portal.kernel.people import Sex
from portal.kernel.secrets import vault
from portal.mentoring.models import PlannedSession, SessionLog, SessionPart
from portal.mentoring.rules import LogState, PlaceKind, Way
from portal.pairing.models import Pairing
from portal.pairing.rules import LIVE, PairingState
from portal.places.models import Region
from portal.visits.models import Visit
from portal.visits.rules import ALL_WELL, VisitKind
from portal.volunteers.models import Credential, Volunteer
from portal.volunteers.rules import CredentialKind, Result, VolunteerState
from portal.web.flow import Portal

Row = TypeVar("Row", bound=Model)
DISTRICT, TOWN_A, TOWN_B = "371302", "371302105", "371302109"
VILLAGE_A, VILLAGE_A2, VILLAGE_B = "371302105001", "371302105002", "371302109001"


class Factory:
    """Every method commits and gives back detached rows."""

    def __init__(self, app: Portal) -> None:
        self.app = app
        self.count = itertools.count(1)

    def save(self, *rows: Row) -> Row:
        """Add rows, commit, load their columns, detach; gives the first."""
        with self.app.app_context():
            db.session.add_all(rows)
            db.session.commit()
            for row in rows:
                db.session.refresh(row)
            for row in rows:
                db.session.expunge(row)
        return rows[0]

    def regions(self) -> dict[str, Region]:
        """Province › city › district › two towns › three villages, by code; made once per test."""
        with self.app.app_context():
            known = {r.code: r for r in db.session.query(Region)}
            if known:
                db.session.expunge_all()
                return known
        tree = [
            ("37", "山东省", "province", None), ("3713", "临沂市", "city", "37"), (DISTRICT, "兰山区", "district", "3713"),
            (TOWN_A, "义堂镇", "town", DISTRICT), (TOWN_B, "方城镇", "town", DISTRICT),
            (VILLAGE_A, "示例一村", "village", TOWN_A), (VILLAGE_A2, "示例二村", "village", TOWN_A),
            (VILLAGE_B, "示例三村", "village", TOWN_B),
        ]  # fmt: skip
        made: dict[str, Region] = {}
        for code, name, level, parent in tree:
            above = made.get(parent or "")
            made[code] = self.save(
                Region(code=code, name=name, name_en=code, level=level, parent_id=above.id if above else None,
                       path=(above.path if above else "/") + code + "/")
            )  # fmt: skip
        return made

    def path(self, code: str) -> str:
        """The path of a region."""
        return self.regions()[code].path

    def account(self, *roles: Role, at: str = DISTRICT, name: str = "", **fields: Any) -> Account:
        """An account with these roles over one region (mentors have none)."""
        n = next(self.count)
        path = self.path(at)
        account = self.save(
            Account(
                name=name or f"人员{n}", email=f"person{n}@example.org", created_at=now(), region_path=path, **fields
            )
        )
        for role in roles:
            self.grant(account, role, at=at)
        return account

    def grant(self, account: Account, role: Role, *, at: str = DISTRICT, org_ref: str = "") -> RoleGrant:
        """Give a role over a region, or in an organisation, as two other people did."""
        return self.save(
            RoleGrant(
                account_id=account.id, account_ref=account.ref, role=role,
                path="" if role is Role.MENTOR or org_ref else self.path(at), org_ref=org_ref,
                sees_cases=role in SEES_CASES, state=GrantState.GRANTED, asked_by="first", asked_at=now(), granted_by="second",
                granted_at=now(),
            )
        )  # fmt: skip

    def actor(self, account: Account) -> Actor:
        """The actor that this account is when signed in."""
        from portal.access.current import actor_of

        with self.app.app_context():
            return actor_of(account)

    def child(self, *, at: str = VILLAGE_A, surname: str = "张", given_name: str = "晓雨", **fields: Any) -> Child:
        """An open file with a guardian who has a phone and has consented to pairing and to calls."""
        n = next(self.count)
        region = self.regions()[at]
        child = self.save(
            Child(
                **{
                    "code": f"K{n:07d}", "surname": surname, "given_name": given_name, "name": surname + given_name,
                    "initials": "zxy", "given_initials": "xy", "sex": Sex.FEMALE, "born_on": date(today().year - 11, 3, 15),
                    "region_id": region.id, "region_path": region.path, "opened_on": today() - timedelta(days=200),
                    "risk_since_on": today() - timedelta(days=200), "created_at": now(), "created_by": "system",
                    "school": "示例小学", "address": f"示例村{n}号", "health": "对花生过敏",
                } | fields
            )
        )  # fmt: skip
        self.carer(child)
        for purpose in (Purpose.FILE, Purpose.PAIRING, Purpose.CARER_PHONE):
            self.consent(child, purpose)
        return child

    def carer(self, child: Child, **fields: Any) -> Carer:
        """The guardian: a grandmother with a phone."""
        phone = fields.pop("phone", "17000000001")
        return self.save(
            Carer(
                **{
                    "child_id": child.id, "name": "李桂英", "relation": Relation.GRANDMOTHER, "phone": phone,
                    "phone_index": vault().blind(phone, "phone"), "is_guardian": True, "from_on": child.opened_on,
                } | fields
            )
        )  # fmt: skip

    def consent(self, child: Child, purpose: Purpose) -> Consent:
        """A standing consent."""
        return self.save(
            Consent(
                child_id=child.id,
                purpose=purpose,
                given_by="李桂英",
                given_on=child.opened_on,
                recorded_by="system",
                recorded_at=now(),
            )
        )

    def volunteer(
        self,
        *,
        state: VolunteerState = VolunteerState.READY,
        at: str = TOWN_A,
        account: Account | None = None,
        **fields: Any,
    ) -> Volunteer:
        """A volunteer with all credentials, linked with an account when one is given."""
        n = next(self.count)
        region = self.regions()[at]
        volunteer = self.save(
            Volunteer(
                **{
                    "name": account.name if account else f"志愿者{n}", "initials": "zyz", "sex": Sex.FEMALE, "born_on": date(1990, 5, 1),
                    "account_ref": account.ref if account else "", "region_id": region.id, "region_path": region.path,
                    "state": state, "state_since_on": today(), "was_ready": True, "joined_on": today() - timedelta(days=400),
                    "created_at": now(), "skills": ["homework"], "availability": ["sat-am"], "languages": ["mandarin"],
                } | fields
            )
        )  # fmt: skip
        for kind in CredentialKind:
            self.save(
                Credential(
                    volunteer_id=volunteer.id, kind=kind, result=Result.PASSED, done_on=today() - timedelta(days=60), hours=2,
                    until_on=today() + timedelta(days=305) if kind is CredentialKind.OFFENCE_CHECK else None, noted_by="system", noted_at=now(),
                )
            )  # fmt: skip
        if account is not None:
            with self.app.app_context():
                row = db.session.get(Account, account.id)
                assert row is not None
                row.volunteer_ref = volunteer.ref
                db.session.commit()
            account.volunteer_ref = volunteer.ref
        return volunteer

    def mentor(self, name: str = "", **fields: Any) -> tuple[Account, Volunteer]:
        """A ready volunteer who can sign in as a mentor."""
        account = self.account(Role.MENTOR, name=name)
        return account, self.volunteer(account=account, **fields)

    def pairing(
        self, child: Child, volunteer: Volunteer, state: PairingState = PairingState.ACTIVE, **fields: Any
    ) -> Pairing:
        """A pair in a state, with everything that its guards asked for, and the mentor's sight when it is active."""
        live, day = state in LIVE, today() - timedelta(days=120)
        pairing = self.save(
            Pairing(
                **{
                    "child_id": child.id, "child_ref": child.ref, "volunteer_id": volunteer.id, "volunteer_ref": volunteer.ref,
                    "mentor_account": volunteer.account_ref, "region_path": child.region_path, "slot": 1 if live else None,
                    "state": state, "proposed_on": day, "proposed_by": "system", "child_asked_on": day, "carer_asked_on": day,
                    "mentor_asked_on": day, "signed_on": day, "commitment_until_on": day + timedelta(days=400),
                    "first_meeting_on": day, "first_meeting_staff": "陈主任", "started_on": day, "created_at": now(),
                    "last_contact_on": today() - timedelta(days=3),
                } | fields
            )
        )  # fmt: skip
        if volunteer.account_ref and state in (PairingState.ACTIVE, PairingState.CLOSING):
            sees = FieldSet.MENTOR if state is PairingState.ACTIVE else FieldSet.LEAVING
            self.sight(child, volunteer.account_ref, sees, "pairing", pairing.ref)
        with self.app.app_context():
            for row, field, value in ((Child, "has_live_pairing", live), (Volunteer, "live_pairings", int(live))):
                found = db.session.get(row, child.id if row is Child else volunteer.id)
                setattr(found, field, value)
            db.session.commit()
        return pairing

    def sight(
        self, child: Child, account_ref: str, fields: FieldSet, because_kind: str, because_ref: str, **more: Any
    ) -> Sight:
        """A live row of the ledger."""
        return self.save(
            Sight(child_id=child.id, account_ref=account_ref, fields=fields, because_kind=because_kind, because_ref=because_ref,
                  from_at=now() - timedelta(days=1), granted_by="system", **more)
        )  # fmt: skip

    def log(
        self, pairing: Pairing, state: LogState = LogState.SUBMITTED, *, did: str = "一起读了绘本。", **fields: Any
    ) -> SessionLog:
        """A log of one pair; `part` is the text about this child alone."""
        n, part = next(self.count), fields.pop("part", "")
        day = fields.pop("on_day", today() - timedelta(days=2))
        log = self.save(
            SessionLog(
                **{
                    "client_key": f"key-{n}", "author_ref": pairing.mentor_account, "volunteer_ref": pairing.volunteer_ref,
                    "pairing_id": pairing.id, "child_ref": pairing.child_ref, "region_path": pairing.region_path, "state": state,
                    "on_day": day, "minutes": 60, "way": Way.IN_PERSON, "place": PlaceKind.HOME, "activities": ["reading"],
                    "did": did, "created_at": now(), "submitted_at": None if state is LogState.DRAFT else now() - timedelta(days=1),
                } | fields
            )
        )  # fmt: skip
        self.save(
            SessionPart(
                log_id=log.id,
                pairing_id=pairing.id,
                child_ref=pairing.child_ref,
                region_path=pairing.region_path,
                mood=4,
                text=part,
            )
        )
        return log

    def visit(self, child: Child, author: Account, **fields: Any) -> Visit:
        """A visit at which all was well, today unless `on_day` says otherwise."""
        day = fields.pop("on_day", today())
        at = now() - timedelta(days=(today() - day).days)
        return self.save(
            Visit(
                **{
                    "client_key": f"visit-{next(self.count)}", "author_ref": author.ref, "author_name": author.name,
                    "child_id": child.id, "child_ref": child.ref, "region_path": child.region_path, "kind": VisitKind.CARE,
                    "on_day": day, "at": at, "received_at": at, "seen": {"met": ["child"], **ALL_WELL},
                } | fields
            )
        )  # fmt: skip

    def planned(self, pairing: Pairing, *, in_days: int = 3, **fields: Any) -> PlannedSession:
        """A planned session of an hour."""
        start = now() + timedelta(days=in_days)
        return self.save(
            PlannedSession(
                **{
                    "pairing_id": pairing.id, "child_ref": pairing.child_ref, "region_path": pairing.region_path,
                    "starts_at": start, "ends_at": start + timedelta(hours=1), "made_at": now(), "made_by": pairing.mentor_account,
                } | fields
            )
        )  # fmt: skip
