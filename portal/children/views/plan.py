"""The plan: support dimensions and goals."""

from __future__ import annotations

from typing import Any

from flask import g, redirect
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from portal.children import forms, policy, queries
from portal.children.models import PlanGoal
from portal.children.operations import plan as plans
from portal.children.rules import GOAL_WORDS, GoalState
from portal.children.views.frame import READERS, WORKERS, bp, file_page, form_of, form_page, read
from portal.kernel.clock import now, today
from portal.kernel.errors import require
from portal.places.settings import coded
from portal.web.access import allow
from portal.web.language import _
from portal.web.pages import submitted, tell

GOAL_TONES = {GoalState.OPEN: "blue", GoalState.REACHED: "green", GoalState.DROPPED: "neutral"}


@bp.get("/children/<ref>/plan")
@allow(*READERS)
def plan(ref: str) -> ResponseReturnValue:
    """Support dimensions and goals of the plan."""
    child, fields = read(ref, "plan", "history")
    names = dict(coded("support_dimensions"))
    goals = [
        {"ref": x.ref, "goal": x.goal, "dimension": names.get(x.dimension, x.dimension), "review_on": x.review_on,
         "outcome": x.outcome,
         "state": _(GOAL_WORDS[x.state]), "tone": GOAL_TONES[x.state], "open": x.state is GoalState.OPEN,
         "due": x.state is GoalState.OPEN and x.review_on <= today()}
        for x in queries.goals_of(child)
    ]  # fmt: skip
    support = [names.get(c, c) for c in queries.support_of(child)]
    return file_page(
        "plan.html", child, fields, "plan", goals=goals, support=support, may_edit=policy.can_edit(g.actor, child)
    )


@bp.route("/children/<ref>/support", methods=["GET", "POST"])
@allow(*WORKERS)
def support(ref: str) -> ResponseReturnValue:
    """In which dimensions the child is supported."""
    child, fields = form_of(ref)
    require(policy.can_edit(g.actor, child))
    standing = queries.support_of(child)
    form: Any = forms.SupportForm(data={"dimensions": standing})
    names = dict(coded("support_dimensions"))
    form.dimensions.choices = [SelectChoice(code, words) for code, words in ({c: c for c in standing} | names).items()]
    if submitted(form, lambda: plans.set_support(child, form.dimensions.data, actor=g.actor, now=now())):
        tell(_("Saved."), "success")
        return redirect(f"/children/{ref}/plan", 303)
    return form_page(
        child,
        fields,
        form,
        _("Support dimensions"),
        back="plan",
        intro=_("The mentor sees these, and volunteers are suggested by them."),
    )


@bp.route("/children/<ref>/goals/new", methods=["GET", "POST"])
@allow(*WORKERS)
def new_goal(ref: str) -> ResponseReturnValue:
    """Put a goal into the plan."""
    child, fields = form_of(ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.GoalForm()
    form.dimension.offer(coded("support_dimensions"))
    if submitted(form, lambda: plans.add_goal(child, **form.answers(), actor=g.actor, now=now())):
        tell(_("The goal is in the plan."), "success")
        return redirect(f"/children/{ref}/plan", 303)
    return form_page(
        child,
        fields,
        form,
        _("New goal"),
        back="plan",
        hints={"goal": _("What will be different for the child? Small and clear is best.")},
    )


@bp.route("/children/<ref>/goals/<goal_ref>", methods=["GET", "POST"])
@allow(*WORKERS)
def goal(ref: str, goal_ref: str) -> ResponseReturnValue:
    """Look at a goal again."""
    child, fields = form_of(ref)
    found: PlanGoal = queries.part_or_404(PlanGoal, child, goal_ref)
    require(policy.can_edit(g.actor, child))
    form: Any = forms.GoalReviewForm(data={"state": found.state, "outcome": found.outcome})

    def save() -> None:
        plans.review_goal(
            child,
            found,
            state=form.state.data,
            outcome=form.outcome.data or "",
            review_on=form.review_on.data,
            actor=g.actor,
            now=now(),
        )

    if submitted(form, save):
        tell(_("Saved."), "success")
        return redirect(f"/children/{ref}/plan", 303)
    return form_page(
        child,
        fields,
        form,
        _("Look at the goal again"),
        back="plan",
        intro=found.goal,
        hints={"review_on": _("Only when the goal goes on.")},
    )
