"""The demo's needs that have been met: heard at visits and through other channels, solved level by level, by an
organisation, or by somebody who claimed a wish. The numbers are the article's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from portal.board.models import Claim, Offer
from portal.board.operations.codes import phone_key
from portal.board.rules import UNCLAIMED_DAYS, WISH, ClaimantKind, ClaimState, OfferState
from portal.children.models import Consent
from portal.children.rules import Purpose
from portal.demo.children import Kid
from portal.demo.content import needs as words
from portal.demo.doorsteps import Door
from portal.demo.partners import Helper, helpers_with
from portal.demo.people import Staff, new_phone
from portal.demo.store import Row, Store
from portal.kernel.clock import local_day, start_of
from portal.kernel.people import age_on, comes_of_age_on
from portal.kernel.secrets import token_hash
from portal.needs.models import Need, NeedHold, NeedStep
from portal.needs.operations.steps import IN_THE_NEED
from portal.needs.rules import (
    DIMENSION_OF,
    STATE_AT,
    ConfirmedBy,
    Level,
    NeedChannel,
    NeedKind,
    NeedOutcome,
    NeedState,
    StepKind,
)
from portal.places.models import DayOff
from portal.places.working_days import add_working_days
from portal.referrals.models import Referral, ReferralStep
from portal.referrals.rules import SUGGESTED, ReferralState

K, R = NeedKind, ReferralState
FROM_VISITS = ((Level.VILLAGE, 15), (Level.TOWN, 11), (Level.DISTRICT, 6))
"""32 needs heard at visits, by the level that solved them. Source: the article, 收集诉求32个，全部解决."""
VISIT_KINDS = (K.MATERIAL, K.SCHOOLING, K.MATERIAL, K.PSYCHOLOGICAL, K.LEGAL, K.OTHER, K.SCHOOLING, K.MEDICAL)
REFERRED = (
    (K.HOUSEHOLD_REGISTRATION, 30, Level.DISTRICT),
    (K.MEDICAL, 54, Level.DISTRICT),
    (K.MATERIAL, 312, Level.TOWN),
)
"""Children or households with a confirmed referral. Source: the article: 30名, 50多名, 300多名."""
WISHES = 108
"""Wishes that somebody fulfilled. Source: the article, 志愿服务100余次."""
WORKING_DAYS = {Level.VILLAGE: 3, Level.TOWN: 7, Level.DISTRICT: 15}
ORDER = (Level.VILLAGE, Level.TOWN, Level.DISTRICT)
NOBODY: Row = {"ref": "system", "name": ""}
PORTAL_ITSELF: Row = {"ref": "", "name": ""}


@dataclass
class _Way:
    """A need on its way: what it collects is written at its end."""

    row: Row
    kid: Kid
    moves: list[tuple[str, Row, datetime, str]]
    at: datetime


class Needs:
    """Writes needs, referrals and claims that ended well."""

    def __init__(self, store: Store, staff: Staff, kids: list[Kid], doors: list[Door], helpers: list[Helper]) -> None:
        self.store, self.staff, self.doors, self.helpers = store, staff, doors, helpers
        self.corrections = {row["on_day"]: row["is_workday"] for row in store.rows[DayOff]}
        self.kids = [kid for kid in kids if kid.is_open]
        self.consents: dict[tuple[int, Purpose], Row] = {
            (c["child_id"], c["purpose"]): c
            for c in store.rows[Consent] if c.get("withdrawn_on") is None
        }  # fmt: skip

    def add_all(self) -> None:
        """Everything."""
        self._heard_at_visits()
        for kind, number, level in REFERRED:
            for kid in self._consenting(Purpose.REFERRAL, number, days=70):
                self._referred(kid, kind, level)
        for kid in self._consenting(Purpose.BOARD, WISHES, days=60):
            self._wish(kid)

    def _consenting(self, purpose: Purpose, number: int, *, days: int) -> list[Kid]:
        """So many children under age whose guardian had consented to this before; one of each household first."""
        rng, store = self.store.rng, self.store
        fit = [
            kid for kid in self.kids
            if (consent := self.consents.get((kid.row["id"], purpose))) is not None
            and consent["given_on"] < store.day(days) and store.day(days) > kid.row["opened_on"]
            and comes_of_age_on(kid.row["born_on"]) > store.as_of
        ]  # fmt: skip
        rng.shuffle(fit)
        seen: set[int] = set()
        first: list[Kid] = []
        rest: list[Kid] = []
        for kid in fit:
            (rest if id(kid.family) in seen else first).append(kid)
            seen.add(id(kid.family))
        return (first + rest)[:number]

    # --- needs -----------------------------------------------------------------------------------------------------

    def _heard_at_visits(self) -> None:
        rng, store = self.store.rng, self.store
        chosen = [
            d for d in self.doors
            if d.row and not d.attempt and store.day(330) < d.on < store.day(45)
        ]  # fmt: skip
        doors = sorted(rng.sample(chosen, sum(n for _level, n in FROM_VISITS)), key=lambda d: d.on)
        levels = [level for level, number in FROM_VISITS for _ in range(number)]
        rng.shuffle(levels)
        for number, (door, level) in enumerate(zip(doors, levels, strict=True)):
            kind = VISIT_KINDS[number % len(VISIT_KINDS)]
            visit: Row = door.row or {}
            raised_by = {"ref": visit["author_ref"], "name": visit["author_name"]}
            way = self._raise(
                door.kid, kind, NeedChannel.VISIT, visit["at"], raised_by, level, source_ref=visit["ref"],
                key=f"{visit['client_key']}-0",
            )  # fmt: skip
            visit["need_refs"] = way.row["ref"]
            self._climb(way, level)
            self._resolve(way, self._who(level, door.kid), hours=rng.randint(6, 60))
            self._met(way)

    def _raise(
        self, kid: Kid, kind: NeedKind, channel: NeedChannel, at: datetime, by: Row, level: Level, *,
        source_ref: str = "", key: str = "",
    ) -> _Way:  # fmt: skip
        store = self.store
        row = store.add(
            Need, child_id=kid.row["id"], child_ref=kid.row["ref"], region_path=kid.row["region_path"], kind=kind,
            dimension=DIMENSION_OF[kind], household=kind is K.MATERIAL, text=store.rng.choice(words.RAISED[kind]),
            channel=channel, source_ref=source_ref, state=NeedState.MET, level=level, raised_by=by["ref"], raised_at=at,
            client_key=key or store.ref(), due_at=at,
        )  # fmt: skip
        way = _Way(row, kid, [(NeedState.RAISED, by, at, ""), (NeedState.AT_VILLAGE, NOBODY, at, "")], at)
        self._line(way, StepKind.RAISED, Level.VILLAGE, "", by)
        self._clock(way, Level.VILLAGE)
        store.log(
            "need-raised", Need, row, by=by, at=at, about=kid.row["ref"], kind=kind.value, urgency="ordinary",
            channel=channel.value, household=row["household"],
        )  # fmt: skip
        return way

    def _who(self, level: Level, kid: Kid) -> Row:
        path = kid.row["region_path"]
        if level is Level.VILLAGE:
            return self.staff.near(path)
        if level is Level.TOWN:
            return next(row for town, row in self.staff.supervisors.items() if path.startswith(town))
        return self.staff.coordinators[0]

    def _climb(self, way: _Way, to: Level) -> None:
        """Up to a level, each below passing it on in time."""
        for below, level in pairwise(ORDER):
            if ORDER.index(level) > ORDER.index(to):
                return
            way.at += timedelta(hours=self.store.rng.randint(5, 44))
            by = self._who(below, way.kid)
            way.moves.append((STATE_AT[level], by, way.at, IN_THE_NEED))
            self._line(way, StepKind.ESCALATED, level, self.store.rng.choice(words.PASSED_UP), by)
            self._clock(way, level)

    def _clock(self, way: _Way, level: Level) -> None:
        due = add_working_days(local_day(way.at), WORKING_DAYS[level], self.corrections)
        way.row["due_at"] = start_of(due + timedelta(days=1))

    def _line(self, way: _Way, kind: StepKind, level: Level, text: str, by: Row) -> None:
        self.store.add(
            NeedStep, need_id=way.row["id"], kind=kind, level=level, text=text, by=by["ref"], by_name=by["name"],
            at=way.at,
        )  # fmt: skip

    def _resolve(self, way: _Way, by: Row, *, hours: int) -> None:
        way.at += timedelta(hours=hours)
        way.row["resolved_at"] = way.at
        way.moves.append((NeedState.RESOLVED, by, way.at, IN_THE_NEED))
        done = self.store.rng.choice(words.DONE[way.row["kind"]])
        self._line(way, StepKind.RESOLVED, way.row["level"], done, by)

    def _met(self, way: _Way) -> None:
        rng, caseworker = self.store.rng, self.staff.near(way.kid.row["region_path"])
        way.at += timedelta(hours=rng.randint(8, 70))
        by = ConfirmedBy.CARER if rng.random() < 0.7 else ConfirmedBy.CASEWORKER
        way.row.update(outcome=NeedOutcome.MET, confirmed_by=by, closed_at=way.at)
        way.moves.append((NeedState.MET, caseworker, way.at, IN_THE_NEED))
        self._line(way, StepKind.CLOSED, way.row["level"], rng.choice(words.FAMILY_SAYS), caseworker)
        self.store.went(Need, way.row, way.moves, about=way.kid.row["ref"])

    # --- referrals -------------------------------------------------------------------------------------------------

    def _referred(self, kid: Kid, kind: NeedKind, level: Level) -> None:
        """A need that an organisation met, and the family confirmed."""
        store, rng = self.store, self.store.rng
        consent = self.consents[kid.row["id"], Purpose.REFERRAL]
        longest = min((store.as_of - max(consent["given_on"], kid.row["opened_on"])).days - 2, 420)
        caseworker = self.staff.near(kid.row["region_path"])
        began = store.moment(store.day(rng.randint(60, max(61, longest))), 9)
        channel = rng.choice((NeedChannel.CARER, NeedChannel.FILE))
        way = self._raise(kid, kind, channel, began, caseworker, level)
        self._climb(way, level)
        sender = self._who(level, kid)
        age = age_on(kid.row["born_on"], store.as_of)
        fits = [
            (helper, service) for helper, service in helpers_with(self.helpers, kind)
            if (service["min_age"] or 0) <= age <= (service["max_age"] or 99)
        ]  # fmt: skip
        helper, service = fits[0] if kind is K.HOUSEHOLD_REGISTRATION else rng.choice(fits)
        sent = way.at + timedelta(hours=rng.randint(1, 5))
        accepted = sent + timedelta(hours=rng.randint(4, 60))
        begun = accepted + timedelta(hours=rng.randint(2, 40))
        completed = begun + timedelta(days=rng.randint(4, 22))
        steps, outcome = words.REACHED[kind]
        # What was shared was taken back when it ended: only the names of the fields stay.
        referral = store.add(
            Referral, need_id=way.row["id"], need_ref=way.row["ref"], child_id=kid.row["id"], child_ref=kid.row["ref"],
            region_path=kid.row["region_path"], kind=kind.value, org_ref=helper.row["ref"], org_name=helper.row["name"],
            service_ref=service["ref"], service_name=service["name"], state=R.CONFIRMED,
            fields=[field.value for field in SUGGESTED[kind.value]], consent_ref=consent["ref"],
            drafted_by=sender["ref"], drafted_at=sent - timedelta(minutes=20), sent_by=sender["ref"], sent_at=sent,
            asked_at=sent, answered_at=accepted, answered_by=helper.person["ref"], outcome=outcome,
            outcome_note=rng.choice(words.DONE[kind]), completed_at=completed,
        )  # fmt: skip
        for number, step in enumerate(steps):
            on = begun + (completed - begun) * (number + 1) / (len(steps) + 1)
            store.add(
                ReferralStep, referral_id=referral["id"], step=step, on_day=local_day(on),
                signed="照料人" if kind is K.MATERIAL else "", written_by=helper.person["ref"],
                note="书桌、被褥等一批" if kind is K.MATERIAL else "",
                writer_name=helper.person["name"], written_at=on,
            )  # fmt: skip
        store.add(NeedHold, need_id=way.row["id"], because_ref=referral["ref"], from_at=sent, until_at=completed)
        way.at = sent
        self._line(way, StepKind.HELD, level, "", sender)
        way.at = completed
        self._resolve(way, helper.person, hours=0)
        self._line(way, StepKind.RELEASED, level, "", PORTAL_ITSELF)
        self._met(way)
        referral["confirmed_at"] = referral["ended_at"] = way.at
        moves = [
            (R.DRAFTED, sender, sent - timedelta(minutes=20), ""), (R.SENT, sender, sent, ""),
            (R.ACCEPTED, helper.person, accepted, ""), (R.IN_PROGRESS, helper.person, begun, ""),
            (R.COMPLETED, helper.person, completed, ""), (R.CONFIRMED, caseworker, way.at, ""),
        ]  # fmt: skip
        store.went(Referral, referral, [(s.value, *rest) for s, *rest in moves], about=kid.row["ref"])  # type: ignore[misc]

    # --- claims ----------------------------------------------------------------------------------------------------

    def _wish(self, kid: Kid) -> None:
        """A small wish of the board that somebody fulfilled."""
        store, rng = self.store, self.store.rng
        consent = self.consents[kid.row["id"], Purpose.BOARD]
        longest = min((store.as_of - max(consent["given_on"], kid.row["opened_on"])).days - 2, 360)
        coordinator, caseworker = self.staff.coordinators[0], self.staff.near(kid.row["region_path"])
        prepared = store.moment(store.day(rng.randint(45, max(46, longest))), 9)
        offered = prepared + timedelta(minutes=rng.randint(5, 90))
        made = offered + timedelta(hours=rng.randint(30, 300))
        vetted = made + timedelta(hours=rng.randint(2, 30))
        approved = vetted + timedelta(hours=rng.randint(1, 30))
        begun = approved + timedelta(hours=rng.randint(1, 20))
        fulfilled = begun + timedelta(hours=rng.randint(20, 150))
        confirmed = fulfilled + timedelta(hours=rng.randint(4, 60))
        title, body = rng.choice(words.WISHES)
        path = kid.row["region_path"]
        offer = store.add(
            Offer, child_id=kid.row["id"], child_ref=kid.row["ref"], region_path=path, kind=WISH, title=title,
            body=body, state=OfferState.FULFILLED, consent_ref=consent["ref"], prepared_by=coordinator["ref"],
            prepared_at=prepared, offered_at=offered, published_on=local_day(offered) + timedelta(days=1),
            back_after=offered + timedelta(days=UNCLAIMED_DAYS), ended_at=confirmed,
        )  # fmt: skip
        store.log("offer-prepared", Offer, offer, by=coordinator, at=prepared, about=kid.row["ref"], kind=WISH)
        partner = rng.choice(self.helpers) if rng.random() < 0.3 else None
        number = new_phone(store)
        who = self.staff.confirmer
        visitor = partner.person if partner else {"ref": "visitor", "name": ""}
        claim = store.add(
            Claim, client_key=store.ref(), offer_id=offer["id"], child_ref=kid.row["ref"], region_path=path,
            claimant=ClaimantKind.ORGANISATION if partner else ClaimantKind.PERSON,
            org_ref=partner.row["ref"] if partner else "", made_by=partner.person["ref"] if partner else "",
            name=partner.row["name"] if partner else rng.choice(words.HELPERS), phone=number,
            phone_index=phone_key(number), words="愿意帮助，按要求送到指定地点。", token_hash=token_hash(store.ref()),
            state=ClaimState.CONFIRMED, made_at=made, vetted_at=vetted, vetted_by=coordinator["ref"],
            vetting="已电话核实，情况属实。", approved_at=approved, approved_by=who["ref"], fulfilled_at=fulfilled,
            ended_at=confirmed, thanks=rng.choice(words.THANKS),
        )  # fmt: skip
        store.log(
            "claim-made", Claim, claim, by=visitor, at=made, about=kid.row["ref"], claimant=claim["claimant"].value
        )
        store.log("claim-vetted", Claim, claim, by=coordinator, at=vetted, about=kid.row["ref"])
        C, O = ClaimState, OfferState  # noqa: N806, E741 (the letters of the words)
        store.went(
            Claim, claim,
            [(C.MADE, visitor, made, ""), (C.APPROVED, who, approved, ""), (C.IN_PROGRESS, coordinator, begun, ""),
             (C.FULFILLED, coordinator, fulfilled, ""), (C.CONFIRMED, caseworker, confirmed, "")],
            about=kid.row["ref"],
        )  # fmt: skip
        store.went(
            Offer, offer,
            [(O.PREVIEWED, coordinator, prepared, ""), (O.OFFERED, coordinator, offered, ""),
             (O.TAKEN, who, approved, ""), (O.FULFILLED, caseworker, confirmed, "")],
            about=kid.row["ref"],
        )  # fmt: skip
