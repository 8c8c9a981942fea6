"""Writing a log on a phone: the form, its autosaved draft, sending, correcting."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel.actor import Role
from portal.kernel.clock import now, start_of, today
from portal.kernel.errors import NotFound, require
from portal.mentoring import forms, queries
from portal.mentoring.operations import drafts, logs
from portal.mentoring.policy import can_correct
from portal.mentoring.rules import LARGEST_DRAFT, LOGGABLE, PlaceKind
from portal.mentoring.views.blueprint import bp
from portal.places.settings import setting
from portal.safeguarding.rules import Urgency
from portal.web.access import allow
from portal.web.language import _, clock
from portal.web.pages import page, problem, refused, saved, submitted, tell, wants_json

KEY = re.compile(r"[A-Za-z0-9_-]{8,40}")
NOT_TYPED = ("csrf_token", "client_key", "draft_version")


@bp.get("/sessions/new")
@allow(Role.MENTOR)
def new() -> ResponseReturnValue:
    """The empty form, with what is usual chosen beforehand; a draft goes on where it was left."""
    pairs = queries.own_pairs(g.actor)
    running = [p for p in pairs if p.loggable]
    pair = _named(pairs, request.args.get("pair", "")) or (running[0] if len(running) == 1 else None)
    wanted = request.args.get("draft", "")
    draft = (
        queries.draft_or_404(g.actor, wanted) if wanted else queries.newest_draft(g.actor, pair.id if pair else None)
    )
    if not running and draft is None:
        return page("mentoring/nobody.html", paused=bool(pairs))
    plans = queries.due_plans(g.actor, start_of(today() + timedelta(days=1)))
    fulfilled = _plan(plans, request.args.get("planned", ""), pair)
    if draft is not None:
        begun = next(p for p in pairs if p.id == draft.pairing_id)
        offered = running if begun in running else [*running, begun]
        form = forms.log_form(offered, plans, typed=forms.multi(queries.opened_typed(draft)))
        key = f"session-{begun.ref}"
    else:
        offered = running if pair is None or pair in running else [*running, pair]
        last = queries.last_log(g.actor, pair.id) if pair else None
        begin: dict[str, Any] = forms.beginning(last, fulfilled) | {"pairs": []}
        if fulfilled is not None:
            begin["pairs"] = [fulfilled.pairing_ref]
        elif pair is not None:
            begin["pairs"] = [pair.ref]
        form = forms.log_form(offered, plans, begin=begin)
        key = f"session-{pair.ref}" if pair else "session-new"
        form.usual = last is not None or fulfilled is not None
    return _form_page(
        form,
        draft=draft,
        client_key=draft.client_key if draft else secrets.token_urlsafe(18),
        key=key,
        version=draft.typed_version if draft else 0,
        paused=any(not p.loggable for p in form.chosen()),
    )


def _plans_to_choose() -> Sequence[Any]:
    return queries.due_plans(g.actor, start_of(today() + timedelta(days=1)), most=20)


def _named(pairs: Sequence[queries.OwnPair], ref: str) -> queries.OwnPair | None:
    if not ref:
        return None
    found = next((p for p in pairs if p.ref == ref), None)
    if found is None:
        raise NotFound
    return found


def _plan(plans: Sequence[Any], ref: str, pair: queries.OwnPair | None) -> Any | None:
    """The planned session that this log is about: the one in the address, else the newest one due for the pair."""
    named = next((p for p in plans if p.ref == ref), None)
    return named or next((p for p in plans if pair is not None and p.pairing_ref == pair.ref), None)


def _form_page(
    form: forms.LogForm, *, client_key: str, key: str, version: int, draft: Any = None, **facts: Any
) -> ResponseReturnValue:
    keeping = {"url": url_for(".keep", key=client_key), "key": key, "version": version}
    return page("mentoring/log_form.html", form=form, client_key=client_key, keeping=keeping, draft=draft, **facts)


@bp.post("/sessions/new")
@allow(Role.MENTOR)
def send() -> ResponseReturnValue:
    """Send the log. The same key any number of times is one row and the same answer."""
    client_key = request.form.get("client_key", "")
    if not KEY.fullmatch(client_key):
        return problem(400)
    pairs = queries.own_pairs(g.actor)
    # A form that names no plan need not know which there are, unless it is shown again.
    form = forms.log_form(pairs, _plans_to_choose() if request.form.get("planned") else ())
    done: list[logs.Sent] = []

    def operation() -> None:
        done.append(
            logs.submit_log(
                client_key, _entry(form), pairs=pairs, seen_version=_version(), typed=_typed(), actor=g.actor, now=now()
            )
        )

    paused = [p for p in form.chosen() if not p.loggable]
    if paused and form.validate_on_submit() and (entry := _entry(form)).concern:
        logs.raise_without_log(client_key, entry, paused[0], typed=_typed(), actor=g.actor, now=now())
        tell(_("Your concern is on its way to the person on duty. In danger call 110 or 120 at once."), "warning")
        tell(_("The log itself waits in your drafts: this pair is paused by the programme."), "info")
        return saved(url_for(".begun"), key=client_key)
    if submitted(form, operation, alone=True):
        if not done[0].again:
            tell(_("Sent. Thank you for being there."), "success")
            if done[0].need_raised:
                tell(_("The need is raised. You see where it stands under “Needs I raised”."), "info")
            if done[0].concern_raised:
                tell(
                    _("Your concern is on its way to the person on duty. In danger call 110 or 120 at once."), "warning"
                )
        return saved(url_for(".show", ref=done[0].ref), key=client_key)
    if wants_json():
        return refused(form)
    form.offer_plans(_plans_to_choose())
    draft = queries.own_log_by_key(g.actor, client_key)
    keep = draft if draft is not None and draft.typed else None
    chosen = form.chosen()
    return _form_page(
        form,
        draft=None,
        client_key=client_key,
        key=f"session-{chosen[0].ref}" if chosen else "session-new",
        version=keep.typed_version if keep else 0,
        other=keep.typed if keep and keep.typed_version != _version() else None,
    )


def _version() -> int | None:
    text = request.form.get("draft_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _typed() -> drafts.Typed:
    """The posted form in the shape of a draft."""
    return {name: values for name, values in request.form.lists() if name not in NOT_TYPED}


def _entry(form: forms.LogForm) -> logs.Entry:
    """What was filled in, field by field. What belongs to a meeting is left out of an attempt."""
    attempt = form.contact.data == "no"
    parts = []
    many = len(form.chosen()) > 1
    for pair in form.chosen():
        mood = form[f"mood_{pair.ref}"].data
        text = form[f"text_{pair.ref}"].data or ""
        parts.append(logs.Part(pair.ref, int(mood) if mood and not attempt else None, text if many else ""))
    return logs.Entry(
        on=form.on.data or today(),
        attempt=attempt,
        minutes=None if attempt else form.length,
        way=form.way.data,
        place=None if attempt else form.place.data,
        activities=[] if attempt else list(form.activities.data or []),
        did=form.did.data or "",
        to_staff=form.to_staff.data or "",
        parts=parts,
        planned_ref=form.planned.data or "",
        next_at=form.next_at,
        next_place=form.next_place.data or form.place.data or PlaceKind.HOME,
        next_anyway=bool(form.next_anyway.data),
        concern=form.concern_text.data or "" if form.concern.data else "",
        urgency=form.urgency.data or Urgency.DAY,
        need=form.need_kind.data if form.needed.data else None,
        need_text=form.need_text.data or "" if form.needed.data else "",
        need_pair_ref=form.need_for.data or "" if form.needed.data else "",
    )


@bp.post("/sessions/drafts/<key>")
@allow(Role.MENTOR)
def keep(key: str) -> ResponseReturnValue:
    """Keep what is being typed, whatever it says. Only `{saved}` means that it is kept."""
    request.max_content_length = LARGEST_DRAFT + 1000
    if (request.content_length or 0) > LARGEST_DRAFT + 1000:
        return problem(413)
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not KEY.fullmatch(key) or not isinstance(body.get("version"), int):
        return problem(400)
    kept = drafts.keep_draft(
        key,
        drafts.as_typed(body.get("fields")),
        body["version"],
        pairs=queries.own_pairs(g.actor),
        device=_device(),
        actor=g.actor,
        now=now(),
    )
    log = kept.log
    if kept.conflict:
        device = _("a phone") if log.typed_on == "phone" else _("a computer")
        answer = jsonify(
            conflict={"fields": log.typed, "version": log.typed_version, "at": clock(log.typed_at), "device": device}
        )
        answer.status_code = 409
        return answer
    # The page's own key says which save this answers.
    return jsonify(saved=str(body.get("client_key") or key)[:80], version=log.typed_version, at=clock(log.typed_at))


def _device() -> str:
    return "phone" if "Mobile" in request.headers.get("User-Agent", "") else "computer"


@bp.get("/sessions/drafts")
@allow(Role.MENTOR)
def begun() -> ResponseReturnValue:
    """What was begun and not sent yet."""
    rows = queries.open_drafts(g.actor)
    return page("mentoring/drafts.html", rows=[_draft_row(r) for r in rows])


def _draft_row(row: Any) -> dict[str, Any]:
    typed = queries.opened_typed(row)
    lines = [
        v
        for name, v in typed.items()
        if isinstance(v, str) and v.strip() and (name == "did" or name.startswith("text_"))
    ]
    return {
        "key": row.client_key,
        "label": row.label,
        "at": row.typed_at,
        "text": "\n".join(lines),
        "running": row.pairing_state in LOGGABLE,
        "device": _("a phone") if row.typed_on == "phone" else _("a computer"),
    }


@bp.post("/sessions/drafts/<key>/removal")
@allow(Role.MENTOR)
def discard(key: str) -> ResponseReturnValue:
    """Put a draft away, with a way back."""
    drafts.discard_draft(queries.draft_or_404(g.actor, key), actor=g.actor, now=now())
    flash((_("The draft is discarded."), url_for(".restore", key=key)), "undo")  # type: ignore[arg-type]
    return redirect(url_for(".begun"), 303)


@bp.post("/sessions/drafts/<key>/restoration")
@allow(Role.MENTOR)
def restore(key: str) -> ResponseReturnValue:
    """Bring a discarded draft back."""
    drafts.restore_draft(key, actor=g.actor, now=now())
    return redirect(url_for(".new", draft=key), 303)


@bp.route("/sessions/<ref>/correction", methods=["GET", "POST"])
@allow(Role.MENTOR)
def correction(ref: str) -> ResponseReturnValue:
    """Change one's own log before it is locked, or answer a returned one."""
    log = queries.log_or_404(g.actor, ref)
    require(can_correct(g.actor, log, now(), setting("log_locks_after_days")))
    parts = queries.parts_of(g.actor, log)
    mine = {p.pairing_ref for p in parts}
    pairs = [p for p in queries.own_pairs(g.actor) if p.ref in mine]
    if request.method == "GET" and log.typed:
        form = forms.log_form(pairs, typed=forms.multi(log.typed))
    else:
        begin = forms.as_filled(log, parts)
        for part in parts:
            begin |= {
                f"mood_{part.pairing_ref}": str(part.mood) if part.mood else None,
                f"text_{part.pairing_ref}": queries.part_text(part),
            }
        form = forms.log_form(pairs, begin=begin)
    if submitted(form, lambda: logs.correct_log(log, _entry(form), actor=g.actor, now=now())):
        tell(_("Changed and sent."), "success")
        return redirect(url_for(".show", ref=ref, corrected=1), 303)
    return _form_page(
        form,
        client_key=log.client_key,
        key=f"session-edit-{log.ref}",
        version=log.typed_version,
        log=log,
        comments=queries.comments_of(log),
        correcting=True,
    )
