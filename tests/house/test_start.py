"""The house starts, and closes its doors."""

from __future__ import annotations


def test_a_stranger_sees_the_front_page_and_is_sent_to_sign_in_elsewhere(client):
    assert client.get("/").status_code == 200
    answer = client.get("/today")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_factories_make_a_running_pair(made, fresh):
    _account, volunteer = made.mentor()
    pairing = made.pairing(made.child(), volunteer)
    made.log(pairing)
    made.planned(pairing)
    assert pairing.slot == 1
