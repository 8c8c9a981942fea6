"""Tables of organisations: their services, places, contacts, programmes, projects and awards."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.db import IntPk, Json, Model, Moment, Path, Ref, state_column, words_column
from portal.kernel.secrets import Sealed
from portal.kernel.states import Lifecycle
from portal.partners.rules import (
    ORGANISATION,
    PROJECT,
    SERVICE,
    LocationKind,
    OrgKind,
    OrgState,
    ProjectKind,
    ProjectState,
    ServiceState,
    free_places,
)


class Organisation(Model):
    """Somebody else who helps. `region_path` is where it belongs: that region's coordinator keeps it.

    Everything here is public when `public` is set and the organisation is working with us, except who checked it.
    `checked_on` is the day on which its papers were seen. `changed_at` moves with every public change, below it too.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        Index("ix_organisation_list", "region_path", "initials", "id"),
        Index(
            "uq_organisation_credit_code", "credit_code", unique=True,
            sqlite_where=text("credit_code <> '' AND state <> 'entered_in_error'"),
            postgresql_where=text("credit_code <> '' AND state <> 'entered_in_error'"),
        ),
    )  # fmt: skip
    LIFECYCLE: ClassVar[Lifecycle] = ORGANISATION
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    initials: Mapped[str] = mapped_column(String(20), default="", index=True)
    kind: Mapped[OrgKind] = words_column(OrgKind)
    credit_code: Mapped[str] = mapped_column(String(18), default="")
    region_path: Mapped[Path]
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    """Its own number, for everybody; a person's number is in `Contact`."""
    email: Mapped[str] = mapped_column(String(200), default="")
    public: Mapped[bool] = mapped_column(default=True)
    state: Mapped[OrgState] = state_column(OrgState, OrgState.ENTERED)
    checked_on: Mapped[date | None] = mapped_column(Date)
    checked_by: Mapped[str] = mapped_column(String(24), default="")
    created_at: Mapped[Moment]
    created_by: Mapped[str] = mapped_column(String(24))
    changed_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    services: Mapped[list["Service"]] = relationship(
        lazy="raise_on_sql", back_populates="organisation", order_by="Service.id"
    )
    locations: Mapped[list["Location"]] = relationship(
        lazy="raise_on_sql", back_populates="organisation", order_by="Location.id"
    )
    contacts: Mapped[list["Contact"]] = relationship(
        lazy="raise_on_sql", back_populates="organisation", order_by="Contact.id"
    )
    programmes: Mapped[list["Programme"]] = relationship(
        lazy="raise_on_sql", back_populates="organisation", order_by="Programme.id"
    )
    __mapper_args__ = {"version_id_col": version}


class Programme(Model):
    """A lasting programme of an organisation, such as the court's 青柠 plan.

    A `sealed` one (青橙: observation of young offenders) is known to the organisation's own people alone, with
    everything below it, and can never be public. Every read starts at `policy.programmes_seen`.
    Source: domain.md, M15.
    """

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint("NOT (sealed AND public)", name="sealed_is_not_public"),
        CheckConstraint("ended_on IS NULL OR begun_on IS NULL OR ended_on >= begun_on", name="ends_after_beginning"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    region_path: Mapped[Path]
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    sealed: Mapped[bool] = mapped_column(default=False)
    public: Mapped[bool] = mapped_column(default=True)
    begun_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", back_populates="programmes")
    __mapper_args__ = {"version_id_col": version}


class ProgrammeEntry(Model):
    """Something that a programme has done on a day, with how many took part. The text is for staff and its own people.

    Of a sealed programme these are the court's own rows. Never changed; struck out with a reason when wrong.
    """

    __tablename__ = "programme_entry"
    __table_args__ = (
        CheckConstraint("children >= 0 AND helpers >= 0", name="numbers_of_people"),
        Index("ix_programme_entry_list", "programme_id", "on_day", "id"),
    )
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    on_day: Mapped[date] = mapped_column(Date)
    title_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    children: Mapped[int] = mapped_column(default=0)
    helpers: Mapped[int] = mapped_column(default=0)
    written_by: Mapped[str] = mapped_column(String(24))
    writer_name: Mapped[str] = mapped_column(String(60), default="")
    written_at: Mapped[Moment]
    struck_at: Mapped[datetime | None]
    struck_reason: Mapped[str] = mapped_column(String(300), default="")
    title = Sealed("title_sealed")
    text = Sealed("text_sealed")
    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")


class Service(Model):
    """What an organisation does for families, in the words of HSDS: for whom, where, with which papers, how soon.

    `help_kinds` and `documents` are lists of texts. `min_age` and `max_age` are full years, both included.
    `capacity` is how many can be helped at once (None: no limit), `taken` how many are now; referrals keep it by
    `note_taken`. `wait_days` is the usual wait. `assured_on` is when the organisation last confirmed all this.
    """

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR max_age >= min_age", name="ages_in_order"),
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity_from_0"),
        CheckConstraint("taken >= 0", name="taken_from_0"),
        Index("ix_service_list", "state", "name", "id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = SERVICE
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    region_path: Mapped[Path]
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    description_en: Mapped[str] = mapped_column(Text, default="")
    help_kinds: Mapped[Json] = mapped_column(default=list)
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    eligibility: Mapped[str] = mapped_column(String(500), default="")
    documents: Mapped[Json] = mapped_column(default=list)
    how_to_apply: Mapped[str] = mapped_column(String(500), default="")
    fees: Mapped[str] = mapped_column(String(200), default="")
    wait_days: Mapped[int | None]
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    assured_on: Mapped[date | None] = mapped_column(Date)
    assured_by: Mapped[str] = mapped_column(String(24), default="")
    public: Mapped[bool] = mapped_column(default=True)
    state: Mapped[ServiceState] = state_column(ServiceState, ServiceState.ACTIVE)
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", back_populates="services")
    programme: Mapped[Programme | None] = relationship(lazy="raise_on_sql")
    areas: Mapped[list["ServiceArea"]] = relationship(
        lazy="raise_on_sql", order_by="ServiceArea.path", cascade="all, delete-orphan"
    )
    places: Mapped[list["ServiceLocation"]] = relationship(
        lazy="raise_on_sql", order_by="ServiceLocation.id", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}

    @property
    def free(self) -> int | None:
        """Places left; None where there is no limit."""
        return free_places(self.capacity, self.taken)


class ServiceArea(Model):
    """A region that a service serves, with all below it."""

    __tablename__ = "service_area"
    __table_args__ = (UniqueConstraint("service_id", "path"),)
    id: Mapped[IntPk]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    path: Mapped[Path]


class Location(Model):
    """Where an organisation can be found. All of it is public with the organisation."""

    __tablename__ = "location"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[LocationKind] = words_column(LocationKind, LocationKind.PHYSICAL)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    region_path: Mapped[Path] = mapped_column(default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(10), default="")
    opening: Mapped[str] = mapped_column(String(200), default="")
    transport: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", back_populates="locations")


class ServiceLocation(Model):
    """One service given at one place."""

    __tablename__ = "service_location"
    __table_args__ = (UniqueConstraint("service_id", "location_id"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    location_id: Mapped[int] = mapped_column(ForeignKey("location.id"), index=True)
    location: Mapped[Location] = relationship(lazy="raise_on_sql")


class Contact(Model):
    """A person at an organisation. Name, phone and mail address are public only where `public` is set.

    `account_ref` is who they sign in as, '' for nobody; `manages` says that the manager's role was asked for them.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "uq_contact_account", "organisation_id", "account_ref", unique=True,
            sqlite_where=text("account_ref <> '' AND ended_at IS NULL"),
            postgresql_where=text("account_ref <> '' AND ended_at IS NULL"),
        ),
    )  # fmt: skip
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(80), default="")
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    public: Mapped[bool] = mapped_column(default=False)
    account_ref: Mapped[str] = mapped_column(String(24), default="", index=True)
    manages: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    ended_at: Mapped[datetime | None]
    phone = Sealed("phone_sealed")
    email = Sealed("email_sealed")
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql", back_populates="contacts")


class Project(Model):
    """A funded or planned piece of work with an end: deliverables and a budget. Money is in cents.

    A project of a sealed programme is sealed with it.
    """

    __tablename__ = "project"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("spent_cents >= 0 AND spent_cents <= budget_cents", name="spent_within_budget"),
        Index("ix_project_list", "starts_on", "id"),
    )
    LIFECYCLE: ClassVar[Lifecycle] = PROJECT
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    region_path: Mapped[Path]
    kind: Mapped[ProjectKind] = words_column(ProjectKind)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    funder: Mapped[str] = mapped_column(String(80), default="")
    budget_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    spent_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    public: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ProjectState] = state_column(ProjectState, ProjectState.PLANNED)
    created_at: Mapped[Moment]
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
    programme: Mapped[Programme | None] = relationship(lazy="raise_on_sql")
    deliverables: Mapped[list["Deliverable"]] = relationship(
        lazy="raise_on_sql", order_by="(Deliverable.due_on, Deliverable.id)"
    )
    expenses: Mapped[list["Expense"]] = relationship(
        lazy="raise_on_sql", order_by="(Expense.on_day.desc(), Expense.id.desc())"
    )
    __mapper_args__ = {"version_id_col": version}


class Deliverable(Model):
    """What a project has promised: so many of something by a day. `unit` is a word such as 场 or 人次."""

    __tablename__ = "deliverable"
    __table_args__ = (CheckConstraint("target >= 1 AND done >= 0", name="numbers"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(20), default="")
    target: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date] = mapped_column(Date)
    evidence: Mapped[str] = mapped_column(String(500), default="")
    changed_at: Mapped[Moment]
    project: Mapped[Project] = relationship(lazy="raise_on_sql", back_populates="deliverables")


class Expense(Model):
    """Money of a project that was spent, in cents; a correction is a row with a negative amount."""

    __tablename__ = "expense"
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    on_day: Mapped[date] = mapped_column(Date)
    what: Mapped[str] = mapped_column(String(200))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    noted_by: Mapped[str] = mapped_column(String(24))
    noted_at: Mapped[Moment]


class Award(Model):
    """A prize that the programme or an organisation was given. Without an organisation it is the region's own."""

    __tablename__ = "award"
    __table_args__ = (Index("ix_award_list", "given_on", "id"),)
    id: Mapped[IntPk]
    ref: Mapped[Ref]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    region_path: Mapped[Path]
    name: Mapped[str] = mapped_column(String(120))
    given_by: Mapped[str] = mapped_column(String(120))
    given_for: Mapped[str] = mapped_column(String(200), default="")
    given_on: Mapped[date] = mapped_column(Date)
    public: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Moment]
    removed_at: Mapped[datetime | None]
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
