"""What people do with accounts, one file per noun: sign_ins, links, accounts, roles, deputies, devices."""

from portal.access.operations.accounts import invite as invite
