"""One volunteer, as staff keep the record: profile, hours, checks, status, account."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.addresses import phone_words
from portal.access.queries import names_of
from portal.audit.operations import record_read
from portal.kernel.actor import Role
from portal.kernel.clock import now, today
from portal.kernel.errors import NotFound, require
from portal.kernel.people import age_on
from portal.kernel.words import N_
from portal.volunteers import operations, queries
from portal.volunteers.forms import AvailabilityForm, CredentialForm, InviteForm, LinkForm, MoveForm, VolunteerForm
from portal.volunteers.models import Volunteer
from portal.volunteers.policy import READERS, can_edit_availability, can_keep, can_move, is_own
from portal.volunteers.rules import (
    CREDENTIAL_WORDS,
    DAYPARTS,
    LANGUAGES,
    RESULT_WORDS,
    SKILLS,
    VOLUNTEER,
    WEEKDAYS,
    CredentialKind,
    VolunteerState,
)
from portal.volunteers.views.blueprint import bp
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import page, submitted, tell

S = VolunteerState
ONWARD = {
    S.APPLIED: (S.VETTING,), S.VETTING: (S.READY, S.TRAINING), S.TRAINING: (S.READY,), S.ON_LEAVE: (S.READY,),
    S.SUSPENDED: (S.READY,), S.ARCHIVED: (S.APPLIED,), S.REJECTED: (S.APPLIED,), S.WITHDRAWN: (S.APPLIED,),
}  # fmt: skip
"""The usual next status, drawn as the one primary button."""
ACTION_WORDS = {
    S.VETTING: N_("Begin the checks"),
    S.TRAINING: N_("On to training"),
    S.READY: N_("Ready for a pairing"),
    S.ON_LEAVE: N_("On leave"),
    S.SUSPENDED: N_("Suspend"),
    S.REJECTED: N_("Do not accept"),
    S.WITHDRAWN: N_("Has withdrawn"),
    S.DISMISSED: N_("Dismiss"),
    S.ARCHIVED: N_("Has left the programme"),
    S.APPLIED: N_("Take up again"),
    S.ENTERED_IN_ERROR: N_("Entered by mistake"),
}


def moves_for(volunteer: Volunteer) -> list[dict[str, Any]]:
    """The moves that the reader may make, each with what is missing, the usual one first."""
    found = []
    for to in map(VolunteerState, VOLUNTEER.next_states(volunteer.state)):
        move = VOLUNTEER.move(volunteer.state, to)
        assert move is not None
        if not can_move(g.actor, volunteer, to):
            continue
        if volunteer.state in (S.READY, S.ON_LEAVE) and to is S.VETTING:
            continue
        missing = move.guard(volunteer) if move.guard else None
        usual = to in ONWARD.get(volunteer.state, ()) and missing is None
        if missing and to is S.READY and volunteer.state is S.VETTING and not volunteer.was_ready:
            continue
        found.append(
            {"to": to, "label": _(ACTION_WORDS[to]), "reason": move.reason, "missing": missing, "usual": usual}
        )
    return sorted(found, key=lambda m: not m["usual"])


def grid(volunteer: Volunteer) -> dict[str, Any]:
    """Facts of the week's grid."""
    return {"weekdays": WEEKDAYS, "dayparts": DAYPARTS, "chosen": set(volunteer.availability)}


def checks(volunteer: Volunteer) -> list[dict[str, Any]]:
    """Every kind of check, in order, with what stands of it."""
    standing = {c.kind: c for c in volunteer.credentials if c.ended_at is None}
    missing = set(volunteer.missing())
    return [
        {"kind": k, "label": CREDENTIAL_WORDS[k], "is": standing.get(k), "missing": k in missing}
        for k in CredentialKind
    ]


@bp.route("/volunteers/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def new() -> ResponseReturnValue:
    """Enter a volunteer."""
    homes = queries.homes_of(g.actor)
    form = VolunteerForm()
    form.region.offer([(r.ref, r.name) for r in homes])
    made: list[Volunteer] = []

    def enter() -> None:
        region = next(r for r in homes if r.ref == form.region.data)
        made.append(operations.enter_volunteer(answers=form.answers(), region=region, actor=g.actor, now=now()))

    if submitted(form, enter):
        tell(_("%(name)s is in the register. The checks come next.", name=made[0].name), "success")
        return redirect(url_for(".show", ref=made[0].ref), 303)
    return page("volunteers/form.html", form=form, volunteer=None, shared=_shared(form))


def _shared(form: VolunteerForm) -> bool:
    return bool(form.phone.errors) and bool(form.phone.data)


@bp.get("/volunteers/<ref>")
@allow(*READERS)
def show(ref: str) -> ResponseReturnValue:
    """One volunteer. The look is logged."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    if is_own(g.actor, volunteer) and not g.actor.covers(volunteer.region_path, *READERS):
        raise NotFound
    moves = moves_for(volunteer)
    why = next(r.value for r in READERS if g.actor.covers(volunteer.region_path, r))
    record_read(
        "volunteer-read",
        kind="volunteer",
        ref=volunteer.ref,
        about_ref=volunteer.ref,
        region_path=volunteer.region_path,
        why=why,
        actor=g.actor,
        now=now(),
    )
    return page(
        "volunteers/show.html",
        volunteer=volunteer,
        cycle=VOLUNTEER,
        keeps=can_keep(g.actor, volunteer),
        usual=moves[0] if moves and moves[0]["usual"] else None,
        others=moves[1:] if moves and moves[0]["usual"] else moves,
        grid=grid(volunteer),
        checks=checks(volunteer),
        result_words=RESULT_WORDS,
        skills=SKILLS,
        languages=LANGUAGES,
        age=age_on(volunteer.born_on, today()),
        phone=phone_words(volunteer.phone),
        history=queries.history_of(volunteer.ref),
        today=today(),
        account=names_of([volunteer.account_ref]).get(volunteer.account_ref) if volunteer.account_ref else None,
    )


@bp.route("/volunteers/<ref>/profile", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def profile(ref: str) -> ResponseReturnValue:
    """Change the profile."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    require(can_keep(g.actor, volunteer))
    homes = queries.homes_of(g.actor)
    form = VolunteerForm(data={name: getattr(volunteer, name, None) for name in VolunteerForm()._fields} | {
        "region": volunteer.region.ref, "another_person": False, "id_number": "",
    })  # fmt: skip
    form.region.offer([(r.ref, r.name) for r in homes])

    def edit() -> None:
        region = next(r for r in homes if r.ref == form.region.data)
        shown = int(form.version.data) if (form.version.data or "").isdigit() else 0
        operations.edit_volunteer(
            volunteer, answers=form.answers(), region=region, version=shown, actor=g.actor, now=now()
        )

    if submitted(form, edit):
        tell(_("Saved."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    form.version.data = str(volunteer.version)
    return page("volunteers/form.html", form=form, volunteer=volunteer, shared=_shared(form))


@bp.route("/volunteers/<ref>/availability", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.MENTOR)
def availability(ref: str) -> ResponseReturnValue:
    """The parts of the week in which somebody has time."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    require(can_edit_availability(g.actor, volunteer))
    own = is_own(g.actor, volunteer)
    back = url_for(".mine") if own else url_for(".show", ref=ref)
    form = AvailabilityForm(data={"slots": volunteer.availability})

    def keep() -> None:
        operations.set_availability(volunteer, slots=form.slots.data or [], actor=g.actor, now=now())

    if submitted(form, keep):
        tell(_("Saved."), "success")
        return redirect(back, 303)
    chosen = set(form.slots.data or ())
    return page(
        "volunteers/availability.html",
        form=form,
        volunteer=volunteer,
        grid=grid(volunteer) | {"chosen": chosen},
        back=back,
        own=own,
    )


@bp.post("/volunteers/<ref>/moves")
@allow(*READERS)
def move(ref: str) -> ResponseReturnValue:
    """Move the status."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    form = MoveForm()

    def go() -> None:
        operations.move_volunteer(volunteer, form.to.data, actor=g.actor, now=now(), reason=form.reason.data or "")

    if submitted(form, go):
        tell(_("%(name)s: %(state)s.", name=volunteer.name, state=_(VOLUNTEER.words[volunteer.state])), "success")
    else:
        for message in [*form.form_errors, *form.to.errors, *form.reason.errors]:
            tell(str(message), "error")
    return redirect(url_for(".show", ref=ref), 303)


@bp.route("/volunteers/<ref>/credentials/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def credential(ref: str) -> ResponseReturnValue:
    """Record a check: its result, day and last valid day."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    require(can_keep(g.actor, volunteer))
    wanted = request.args.get("kind", "")
    form = CredentialForm(data={"kind": wanted if wanted in set(CredentialKind) else None, "done_on": today()})

    def note() -> None:
        operations.note_credential(volunteer, **form.answers(), actor=g.actor, now=now())

    if submitted(form, note):
        tell(_("The check is recorded."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page("volunteers/credential.html", form=form, volunteer=volunteer)


@bp.route("/volunteers/<ref>/account", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def account(ref: str) -> ResponseReturnValue:
    """Tie the volunteer to an account that is there."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    require(can_keep(g.actor, volunteer))
    form = LinkForm()
    if submitted(form, lambda: operations.link_account(volunteer, who=form.who.data, actor=g.actor, now=now())):
        tell(_("Linked. The mentor role waits for a second person."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    invite = InviteForm(formdata=None, data={"email": volunteer.email, "phone": volunteer.phone})
    return page("volunteers/account.html", form=form, invite=invite, volunteer=volunteer)


@bp.post("/volunteers/<ref>/invitations")
@allow(Role.COORDINATOR)
def invitation(ref: str) -> ResponseReturnValue:
    """Invite the volunteer to an account of their own."""
    volunteer = queries.volunteer_or_404(g.actor, ref)
    require(can_keep(g.actor, volunteer))
    form = InviteForm()

    def send() -> None:
        operations.invite_volunteer(
            volunteer, email=form.email.data or "", phone=form.phone.data or "", actor=g.actor, now=now()
        )

    if submitted(form, send):
        tell(_("The invitation is on its way. The mentor role waits for a second person."), "success")
        return redirect(url_for(".show", ref=ref), 303)
    return page("volunteers/account.html", form=LinkForm(formdata=None), invite=form, volunteer=volunteer, status=422)
