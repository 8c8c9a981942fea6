"""T10: what somebody types never runs, for no reader, on no page; and no report of the policy is made."""

from __future__ import annotations

import pytest

from portal.kernel.actor import Role
from portal.kernel.db import db
from portal.mentoring.models import SessionComment
from tests.house.test_access_matrix import addresses
from tests.house.world import make_world

pytestmark = pytest.mark.journey

TAGS = (
    "script",
    "img src=x onerror",
    "svg onload",
    "iframe srcdoc",
    "body onload",
    "video><source onerror",
    "details open ontoggle",
)
PAYLOADS = [
    *(f'<{tag}="window.hacked=1">' for tag in TAGS),
    "<script>window.hacked=1</script>", "</script><script>window.hacked=1</script>", "</title><script>window.hacked=1</script>",
    "</textarea><script>window.hacked=1</script>", "'><script>window.hacked=1</script>", '"><script>window.hacked=1</script>',
    '" onmouseover="window.hacked=1', "' onfocus='window.hacked=1' autofocus='", "javascript:window.hacked=1", "{{ 7*7 }}", "{% raw %}",
    "${window.hacked=1}", "<a href=javascript:window.hacked=1>x</a>", "<math><mtext></form><form><mglyph><style></math><img src onerror=window.hacked=1>",
    "<svg><animate onbegin=window.hacked=1 attributeName=x dur=1s>", "<input autofocus onfocus=window.hacked=1>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<link rel=stylesheet href=//evil.example>", "<object data=javascript:window.hacked=1>",
    "<embed src=javascript:window.hacked=1>", "<form action=//evil.example><button>x", "<style>*{background:url(//evil.example)}</style>",
    "<!--><script>window.hacked=1</script>", "<![CDATA[><script>window.hacked=1</script>", "&lt;script&gt;window.hacked=1&lt;/script&gt;",
    "\\u003cscript\\u003ewindow.hacked=1", "%3Cscript%3Ewindow.hacked=1%3C/script%3E", "<scr<script>ipt>window.hacked=1</scr</script>ipt>",
    "<img src='x' onerror=&#119;indow.hacked=1>", "<isindex action=javascript:window.hacked=1>", "<marquee onstart=window.hacked=1>",
    "<audio src onerror=window.hacked=1>", "<select onfocus=window.hacked=1 autofocus>", "<keygen onfocus=window.hacked=1 autofocus>",
    "<div hx-get=/sign-out hx-trigger=load>", "<div data-hx-post=/sign-out hx-trigger=load>", '<div data-behaviour="../../evil">',
    "<template shadowrootmode=open><script>window.hacked=1</script></template>", "<portal src=javascript:window.hacked=1>",
    "<xss id=x tabindex=1 onfocus=window.hacked=1>#x", "<svg><script href=data:,window.hacked=1 />", "<svg><use href=data:image/svg+xml,x>",
    '<noscript><p title="</noscript><img src=x onerror=window.hacked=1>">', "<textarea autofocus onfocus=window.hacked=1>",
    "<frameset onload=window.hacked=1>", "<table background=javascript:window.hacked=1>", "<button formaction=javascript:window.hacked=1>x",
    "<a ping=//evil.example href=/>x", "<img srcset=x onerror=window.hacked=1>", "<svg><set attributeName=onmouseover to=window.hacked=1>", "<p style=animation-name:x onanimationstart=window.hacked=1>", '"-window.hacked-"', "';window.hacked=1;//",
]  # fmt: skip


def poison(made, world, text: str) -> None:
    """Put a text into every field that people type and others read."""
    from portal.children.models import Carer, Child, FileNote, PlanGoal
    from portal.mentoring.models import SessionLog, SessionPart
    from portal.pairing.models import MentorAsk, Pairing
    from portal.safeguarding.models import Complaint
    from portal.volunteers.models import Volunteer

    fields = {
        Child: ("surname", "given_name", "name", "alias", "school", "address", "health"), Carer: ("name",), FileNote: ("text",),
        PlanGoal: ("goal",), SessionLog: ("did", "to_staff"), SessionPart: ("text",), SessionComment: ("text",), MentorAsk: ("text",),
        Pairing: ("child_said", "carer_said", "why"), Volunteer: ("name", "profile", "occupation"), Complaint: ("text",),
    }  # fmt: skip
    with made.app.app_context():
        for model, names in fields.items():
            for row in db.session.query(model):
                for name in names:
                    limit = getattr(getattr(getattr(model, name, None), "type", None), "length", None)
                    setattr(row, name, text[:limit] if limit else text)
        db.session.commit()


def test_sixty_payloads_run_for_nobody(app, made, desktop, sign_in, sign_in_browser):
    assert len(PAYLOADS) >= 60
    world = make_world(made)
    world.people["handler"] = made.account(Role.SAFEGUARDING_LEAD)
    everything = " ".join(PAYLOADS)
    poison(made, world, everything)
    shown: set[str] = set()
    for who in ("own coordinator", "own mentor", "own caseworker", "assigned grid worker", "admin", "handler"):
        reader = sign_in(world.people[who])
        page = desktop()
        sign_in_browser(page, world.people[who])
        dialogs: list[str] = []
        page.on("dialog", lambda d, kept=dialogs: (kept.append(d.message), d.dismiss()))
        for method, rule, real, _missing in addresses(app, world):
            # Only pages on which the texts stand; each page once, and once more for whoever sees it differently.
            if method != "GET" or "hacked" not in reader.get(real).get_data(as_text=True):
                continue
            if rule in shown and who not in ("own mentor", "assigned grid worker"):
                continue
            shown.add(rule)
            page.goto(real)
            assert page.evaluate("window.hacked") is None, (who, rule)
            assert page.url.startswith("http://127.0.0.1"), (who, rule)
        assert dialogs == []
    assert len(shown) > 12
