"""The first page says why there is nothing yet."""

from __future__ import annotations

import pytest

from portal.kernel.actor import Role


@pytest.mark.parametrize(("roles", "said"), [((), True), ((Role.MENTOR,), False)])
def test_whoever_still_waits_for_a_role_is_told_so(made, sign_in, roles, said):
    page = sign_in(made.account(*roles)).get("/today").get_data(as_text=True)
    assert ("You hold no role yet." in page) is said
