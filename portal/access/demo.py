"""The demo's role accounts: found by mail address, entered with one click. Only in demo mode."""

from __future__ import annotations

from dataclasses import dataclass

from portal.kernel.actor import Role
from portal.kernel.words import N_

PASSWORD = "lanshan-demo-2023"
"""Of every account below, shown on the demo's page."""


@dataclass(frozen=True)
class DemoAccount:
    """One account to look around with. `name` is the person's in the demo."""

    role: Role
    name: str
    sentence: str

    @property
    def email(self) -> str:
        """The address by which the account is found."""
        return f"{self.role.value}@demo.example"


DEMO_ACCOUNTS: dict[str, DemoAccount] = {
    a.role.value: a
    for a in (
        DemoAccount(Role.MENTOR, "张欣", N_("Meets one child, and logs each session on the phone.")),
        DemoAccount(Role.COORDINATOR, "陈静", N_("Leads volunteers and pairs of the district, and reads the logs.")),
        DemoAccount(Role.CASEWORKER, "李秀霞", N_("Keeps the files of the children of a village.")),
        DemoAccount(Role.SUPERVISOR, "刘晓燕", N_("Helps the caseworkers of a town and keeps an eye on its files.")),
        DemoAccount(Role.SAFEGUARDING_LEAD, "孙丽娟", N_("Takes concerns, day and night, and protects the child.")),
        DemoAccount(Role.GRID_WORKER, "王海波", N_("Visits the children of a few streets.")),
        DemoAccount(Role.CONFIRMER, "赵永刚", N_("Approves who may help, and confirms what others have prepared.")),
        DemoAccount(Role.PARTNER, "宋佳", N_("Answers referrals at a hospital, and sees only what was shared.")),
        DemoAccount(Role.PARTNER_MANAGER, "马建国", N_("Keeps an organisation's services and invites colleagues.")),
        DemoAccount(Role.AUDITOR, "徐淑敏", N_("Reads who looked at what, and checks that the log is whole.")),
        DemoAccount(Role.ADMIN, "高鹏", N_("Keeps accounts, roles, regions and settings, and sees no child.")),
    )
}
