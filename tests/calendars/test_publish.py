"""Publishing and calling off: one booking per record, SEQUENCE, conflicts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.calendars import operations, queries
from portal.calendars.models import Booking, BookingAudience, BookingResource, BookingState
from portal.kernel.clock import now
from portal.kernel.db import db


def only(fresh: Any) -> Booking:
    with fresh():
        booking = db.session.query(Booking).one()
        db.session.expunge_all()
        return booking


def test_the_same_record_again_changes_its_one_booking(app: Any, put: Any, planned: Any, fresh: Any) -> None:
    put(planned)
    first = only(fresh)
    assert first.sequence == 0
    assert "SUMMARY:陪伴 · XY" in first.ics or "SUMMARY:Mentoring session · XY" in first.ics
    put(planned)
    again = only(fresh)
    assert (again.sequence, again.changed_at, again.ics, again.uid) == (0, first.changed_at, first.ics, first.uid)
    with fresh():
        assert db.session.query(BookingAudience).count() == 1
        assert db.session.query(BookingResource).count() == 2


def test_a_new_time_or_place_raises_the_sequence_and_a_new_title_does_not(
    app: Any, put: Any, planned: Any, fresh: Any
) -> None:
    plan = planned[2]
    put(planned)
    put(planned, title="KB")
    assert only(fresh).sequence == 0
    put(
        planned,
        title="KB",
        starts_at=plan.starts_at + timedelta(hours=1),
        ends_at=plan.ends_at + timedelta(hours=1),
    )
    assert only(fresh).sequence == 1
    put(planned, title="KB", place="school")
    assert only(fresh).sequence == 2


def test_calling_off_twice_is_harmless_and_it_can_stand_again(app: Any, put: Any, planned: Any, fresh: Any) -> None:
    put(planned)
    for _turn in range(2):
        with app.app_context():
            operations.cancel(planned[2], now=now())
            db.session.commit()
    booking = only(fresh)
    assert (booking.state, booking.sequence) == (BookingState.CANCELLED, 1)
    assert "STATUS:CANCELLED" in booking.ics
    assert "VALARM" not in booking.ics
    put(planned)
    booking = only(fresh)
    assert (booking.state, booking.sequence, booking.cancelled_at) == (BookingState.STANDING, 2, None)


def test_calling_off_what_was_never_published_is_harmless(app: Any, planned: Any) -> None:
    with app.app_context():
        operations.cancel(planned[2], now=now())


def test_two_at_one_time_are_a_conflict_on_any_resource(app: Any, put: Any, planned: Any) -> None:
    plan = planned[2]
    put(planned)
    key = f"child:{plan.child_ref}"
    half = timedelta(minutes=30)
    with app.app_context():
        assert [r.key for r in queries.conflicts([key, "room:1"], plan.starts_at + half, plan.ends_at + half)] == [key]
        assert not queries.conflicts([key], plan.ends_at, plan.ends_at + half)
        assert not queries.conflicts([key], plan.starts_at - half, plan.starts_at)
        assert not queries.conflicts(["child:other"], plan.starts_at, plan.ends_at)
        assert not queries.conflicts([key], plan.starts_at, plan.ends_at, besides_ref=plan.ref)
        assert not queries.conflicts([], plan.starts_at, plan.ends_at)
        operations.cancel(plan, now=now())
        db.session.commit()
        assert not queries.conflicts([key], plan.starts_at, plan.ends_at)


def test_whole_days_clash_with_hours_inside_them(app: Any, put: Any, planned: Any) -> None:
    plan = planned[2]
    day = plan.starts_at.date()
    put(
        planned,
        starts_at=None,
        ends_at=None,
        first_on=day - timedelta(days=1),
        last_on=day + timedelta(days=1),
        kind="camp",
    )
    key = f"child:{plan.child_ref}"
    with app.app_context():
        assert queries.conflicts([key], plan.starts_at, plan.ends_at)
        far = timedelta(days=4)
        assert not queries.conflicts([key], plan.starts_at + far, plan.ends_at + far)
