"""What people do with organisations, one file per noun."""

from portal.partners.operations.assurance import (
    remind_unassured as remind_unassured,
)
from portal.partners.operations.contacts import (
    add_contact as add_contact,
)
from portal.partners.operations.contacts import (
    edit_contact as edit_contact,
)
from portal.partners.operations.contacts import (
    end_contact as end_contact,
)
from portal.partners.operations.contacts import (
    invite_contact as invite_contact,
)
from portal.partners.operations.offering import (
    add_location as add_location,
)
from portal.partners.operations.offering import (
    assure_service as assure_service,
)
from portal.partners.operations.offering import (
    end_location as end_location,
)
from portal.partners.operations.offering import (
    move_service as move_service,
)
from portal.partners.operations.offering import (
    note_taken as note_taken,
)
from portal.partners.operations.offering import (
    save_service as save_service,
)
from portal.partners.operations.organisations import (
    change_region as change_region,
)
from portal.partners.operations.organisations import (
    edit_organisation as edit_organisation,
)
from portal.partners.operations.organisations import (
    enter_organisation as enter_organisation,
)
from portal.partners.operations.organisations import (
    move_organisation as move_organisation,
)
from portal.partners.operations.organisations import (
    note_papers as note_papers,
)
from portal.partners.operations.undertakings import (
    add_deliverable as add_deliverable,
)
from portal.partners.operations.undertakings import (
    begin_programme as begin_programme,
)
from portal.partners.operations.undertakings import (
    begin_project as begin_project,
)
from portal.partners.operations.undertakings import (
    edit_award as edit_award,
)
from portal.partners.operations.undertakings import (
    edit_programme as edit_programme,
)
from portal.partners.operations.undertakings import (
    edit_project as edit_project,
)
from portal.partners.operations.undertakings import (
    move_project as move_project,
)
from portal.partners.operations.undertakings import (
    note_award as note_award,
)
from portal.partners.operations.undertakings import (
    note_entry as note_entry,
)
from portal.partners.operations.undertakings import (
    note_expense as note_expense,
)
from portal.partners.operations.undertakings import (
    note_progress as note_progress,
)
from portal.partners.operations.undertakings import (
    remove_award as remove_award,
)
from portal.partners.operations.undertakings import (
    strike_entry as strike_entry,
)
