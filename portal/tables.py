"""Every room's tables, imported so that they are known: for migrations."""

from __future__ import annotations

import portal.access.models
import portal.audit.models
import portal.board.models
import portal.calendars.models
import portal.children.models
import portal.duties.models
import portal.files.models
import portal.home.models
import portal.kernel.outbox
import portal.mentoring.models
import portal.needs.models
import portal.notices.models
import portal.pairing.models
import portal.partners.models
import portal.places.models
import portal.referrals.models
import portal.safeguarding.models
import portal.visits.models
import portal.volunteers.models

__all__ = ["portal"]
