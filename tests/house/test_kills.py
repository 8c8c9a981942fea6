"""A killed process loses nothing that it had acknowledged: two kills here, a hundred in `make soak`."""

from __future__ import annotations

from tests.soak.killing import Installation


def test_two_kills_under_load_lose_nothing_double_nothing_and_log_everything(tmp_path):
    here = Installation(tmp_path)
    acknowledged = here.kill_under_load(rounds=2, seconds=1.0)
    assert len(acknowledged) > 20
    here.check(acknowledged)
