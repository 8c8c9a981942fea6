"""Organisations, services, programmes.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("initials", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("checked_by", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=24), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("ref", name=op.f("uq_organisation_ref")),
    )
    op.create_index(op.f("ix_organisation_initials"), "organisation", ["initials"], unique=False)
    op.create_index("ix_organisation_list", "organisation", ["region_path", "initials", "id"], unique=False)
    op.create_index(op.f("ix_organisation_region_path"), "organisation", ["region_path"], unique=False)
    op.create_index(op.f("ix_organisation_state"), "organisation", ["state"], unique=False)
    op.create_index(
        "uq_organisation_credit_code",
        "organisation",
        ["credit_code"],
        unique=True,
        sqlite_where=sa.text("credit_code <> '' AND state <> 'entered_in_error'"),
        postgresql_where=sa.text("credit_code <> '' AND state <> 'entered_in_error'"),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("given_by", sa.String(length=120), nullable=False),
        sa.Column("given_for", sa.String(length=200), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_award_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("ref", name=op.f("uq_award_ref")),
    )
    op.create_index("ix_award_list", "award", ["given_on", "id"], unique=False)
    op.create_index(op.f("ix_award_organisation_id"), "award", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_award_region_path"), "award", ["region_path"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("account_ref", sa.String(length=24), nullable=False),
        sa.Column("manages", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_contact_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("ref", name=op.f("uq_contact_ref")),
    )
    op.create_index(op.f("ix_contact_account_ref"), "contact", ["account_ref"], unique=False)
    op.create_index(op.f("ix_contact_organisation_id"), "contact", ["organisation_id"], unique=False)
    op.create_index(
        "uq_contact_account",
        "contact",
        ["organisation_id", "account_ref"],
        unique=True,
        sqlite_where=sa.text("account_ref <> '' AND ended_at IS NULL"),
        postgresql_where=sa.text("account_ref <> '' AND ended_at IS NULL"),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=10), nullable=False),
        sa.Column("opening", sa.String(length=200), nullable=False),
        sa.Column("transport", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_location_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("ref", name=op.f("uq_location_ref")),
    )
    op.create_index(op.f("ix_location_organisation_id"), "location", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_location_region_path"), "location", ["region_path"], unique=False)
    op.create_table(
        "programme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT (sealed AND public)", name=op.f("ck_programme_sealed_is_not_public")),
        sa.CheckConstraint(
            "ended_on IS NULL OR begun_on IS NULL OR ended_on >= begun_on",
            name=op.f("ck_programme_ends_after_beginning"),
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_programme_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("ref", name=op.f("uq_programme_ref")),
    )
    op.create_index(op.f("ix_programme_organisation_id"), "programme", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_programme_region_path"), "programme", ["region_path"], unique=False)
    op.create_table(
        "programme_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("helpers", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.String(length=24), nullable=False),
        sa.Column("writer_name", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("struck_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("children >= 0 AND helpers >= 0", name=op.f("ck_programme_entry_numbers_of_people")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_programme_entry_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_entry")),
        sa.UniqueConstraint("ref", name=op.f("uq_programme_entry_ref")),
    )
    op.create_index("ix_programme_entry_list", "programme_entry", ["programme_id", "on_day", "id"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("funder", sa.String(length=80), nullable=False),
        sa.Column("budget_cents", sa.BigInteger(), nullable=False),
        sa.Column("spent_cents", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_project_ends_after_start")),
        sa.CheckConstraint(
            "spent_cents >= 0 AND spent_cents <= budget_cents", name=op.f("ck_project_spent_within_budget")
        ),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_project_organisation_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_project_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("ref", name=op.f("uq_project_ref")),
    )
    op.create_index("ix_project_list", "project", ["starts_on", "id"], unique=False)
    op.create_index(op.f("ix_project_organisation_id"), "project", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_project_programme_id"), "project", ["programme_id"], unique=False)
    op.create_index(op.f("ix_project_region_path"), "project", ["region_path"], unique=False)
    op.create_index(op.f("ix_project_state"), "project", ["state"], unique=False)
    op.create_table(
        "service",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("programme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "region_path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("help_kinds", sa.JSON(), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("max_age", sa.Integer(), nullable=True),
        sa.Column("eligibility", sa.String(length=500), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("how_to_apply", sa.String(length=500), nullable=False),
        sa.Column("fees", sa.String(length=200), nullable=False),
        sa.Column("wait_days", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("assured_on", sa.Date(), nullable=True),
        sa.Column("assured_by", sa.String(length=24), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity IS NULL OR capacity >= 0", name=op.f("ck_service_capacity_from_0")),
        sa.CheckConstraint(
            "min_age IS NULL OR max_age IS NULL OR max_age >= min_age", name=op.f("ck_service_ages_in_order")
        ),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_service_taken_from_0")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_service_organisation_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_service_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
        sa.UniqueConstraint("ref", name=op.f("uq_service_ref")),
    )
    op.create_index("ix_service_list", "service", ["state", "name", "id"], unique=False)
    op.create_index(op.f("ix_service_organisation_id"), "service", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_service_programme_id"), "service", ["programme_id"], unique=False)
    op.create_index(op.f("ix_service_region_path"), "service", ["region_path"], unique=False)
    op.create_index(op.f("ix_service_state"), "service", ["state"], unique=False)
    op.create_table(
        "deliverable",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("evidence", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("target >= 1 AND done >= 0", name=op.f("ck_deliverable_numbers")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_deliverable_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliverable")),
        sa.UniqueConstraint("ref", name=op.f("uq_deliverable_ref")),
    )
    op.create_index(op.f("ix_deliverable_project_id"), "deliverable", ["project_id"], unique=False)
    op.create_table(
        "expense",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("noted_by", sa.String(length=24), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_expense_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense")),
        sa.UniqueConstraint("ref", name=op.f("uq_expense_ref")),
    )
    op.create_index(op.f("ix_expense_project_id"), "expense", ["project_id"], unique=False)
    op.create_table(
        "service_area",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "path",
            sa.String(length=240).with_variant(sa.String(length=240, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_area_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_area")),
        sa.UniqueConstraint("service_id", "path", name=op.f("uq_service_area_service_id_path")),
    )
    op.create_index(op.f("ix_service_area_path"), "service_area", ["path"], unique=False)
    op.create_table(
        "service_location",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("service_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_service_location_location_id")),
        sa.ForeignKeyConstraint(
            ["service_id"], ["service.id"], name=op.f("fk_service_location_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_location")),
        sa.UniqueConstraint("ref", name=op.f("uq_service_location_ref")),
        sa.UniqueConstraint("service_id", "location_id", name=op.f("uq_service_location_service_id_location_id")),
    )
    op.create_index(op.f("ix_service_location_location_id"), "service_location", ["location_id"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_index(op.f("ix_service_location_location_id"), table_name="service_location")
    op.drop_table("service_location")
    op.drop_index(op.f("ix_service_area_path"), table_name="service_area")
    op.drop_table("service_area")
    op.drop_index(op.f("ix_expense_project_id"), table_name="expense")
    op.drop_table("expense")
    op.drop_index(op.f("ix_deliverable_project_id"), table_name="deliverable")
    op.drop_table("deliverable")
    op.drop_index(op.f("ix_service_state"), table_name="service")
    op.drop_index(op.f("ix_service_region_path"), table_name="service")
    op.drop_index(op.f("ix_service_programme_id"), table_name="service")
    op.drop_index(op.f("ix_service_organisation_id"), table_name="service")
    op.drop_index("ix_service_list", table_name="service")
    op.drop_table("service")
    op.drop_index(op.f("ix_project_state"), table_name="project")
    op.drop_index(op.f("ix_project_region_path"), table_name="project")
    op.drop_index(op.f("ix_project_programme_id"), table_name="project")
    op.drop_index(op.f("ix_project_organisation_id"), table_name="project")
    op.drop_index("ix_project_list", table_name="project")
    op.drop_table("project")
    op.drop_index("ix_programme_entry_list", table_name="programme_entry")
    op.drop_table("programme_entry")
    op.drop_index(op.f("ix_programme_region_path"), table_name="programme")
    op.drop_index(op.f("ix_programme_organisation_id"), table_name="programme")
    op.drop_table("programme")
    op.drop_index(op.f("ix_location_region_path"), table_name="location")
    op.drop_index(op.f("ix_location_organisation_id"), table_name="location")
    op.drop_table("location")
    op.drop_index(
        "uq_contact_account",
        table_name="contact",
        sqlite_where=sa.text("account_ref <> '' AND ended_at IS NULL"),
        postgresql_where=sa.text("account_ref <> '' AND ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_contact_organisation_id"), table_name="contact")
    op.drop_index(op.f("ix_contact_account_ref"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_award_region_path"), table_name="award")
    op.drop_index(op.f("ix_award_organisation_id"), table_name="award")
    op.drop_index("ix_award_list", table_name="award")
    op.drop_table("award")
    op.drop_index(
        "uq_organisation_credit_code",
        table_name="organisation",
        sqlite_where=sa.text("credit_code <> '' AND state <> 'entered_in_error'"),
        postgresql_where=sa.text("credit_code <> '' AND state <> 'entered_in_error'"),
    )
    op.drop_index(op.f("ix_organisation_state"), table_name="organisation")
    op.drop_index(op.f("ix_organisation_region_path"), table_name="organisation")
    op.drop_index("ix_organisation_list", table_name="organisation")
    op.drop_index(op.f("ix_organisation_initials"), table_name="organisation")
    op.drop_table("organisation")
