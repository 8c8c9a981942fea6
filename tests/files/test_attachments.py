"""What people attach: taken by its content, freed of metadata, sealed at rest, sent back so that it runs nothing."""

from __future__ import annotations

import io
import resource
import time
import zipfile
import zlib

import pytest
import sqlalchemy as sa
from PIL import Image

from portal.audit.models import AuditEntry
from portal.files import operations
from portal.files.queries import attachment, attachments_of
from portal.files.rules import LARGEST_BYTES, MOST_OF_ONE_RECORD, AttachmentKind, clean_name
from portal.files.views import send_attachment
from portal.kernel.actor import Role
from portal.kernel.clock import now
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from tests.conftest import ON_POSTGRES

OF = {"subject_kind": "visit", "subject_ref": "v1"}
CANARY = b"canary-in-the-file"


def photo(form: str = "JPEG", size: tuple[int, int] = (400, 300), **more) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(out, form, **more)
    return out.getvalue()


def with_gps() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "canary-maker"
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 4.0, 12.0), 3: "E", 4: (118.0, 20.0, 9.0)})
    return exif


def office(kind: str = "word/document.xml", *more: str, body: bytes = b"<x/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", kind, *more):
            archive.writestr(name, body)
    return out.getvalue()


@pytest.fixture
def keeper(made):
    return made.actor(made.account(Role.CASEWORKER))


@pytest.fixture
def keep(fresh, keeper):
    """Keep a picture, or a document when it has a name, and commit; gives the ref."""

    def kept(data: bytes, name: str = "", child_ref: str = "") -> str:
        with fresh():
            how = {**OF, "child_ref": child_ref, "actor": keeper, "now": now()}
            row = operations.keep_document(data, name, **how) if name else operations.keep_picture(data, **how)
            db.session.commit()
            return row.ref

    return kept


@pytest.fixture
def content(fresh):
    def opened(ref: str) -> bytes:
        with fresh():
            return attachment(ref, **OF).content

    return opened


def test_a_photo_becomes_a_small_upright_jpeg_without_place_or_maker(keep, content):
    original = photo(size=(4000, 3000), exif=with_gps(), comment=b"canary-comment")
    kept = content(keep(original))
    assert b"canary" in original
    picture = Image.open(io.BytesIO(kept))
    assert picture.format == "JPEG"
    assert picture.size == (1200, 1600), "turned as the camera was held, and made smaller"
    assert not picture.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(picture.info)
    assert b"canary" not in kept
    assert b"Exif" not in kept


@pytest.mark.parametrize("form", ["PNG", "WEBP", "HEIF"])
def test_other_formats_of_cameras_are_taken_without_their_metadata(keep, content, form):
    import pillow_heif

    pillow_heif.register_heif_opener()
    original = photo(form, size=(2000, 1000), exif=with_gps())
    assert b"canary-maker" in original
    kept = content(keep(original))
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"canary" not in kept
    assert max(Image.open(io.BytesIO(kept)).size) <= 1600


def test_see_through_and_indexed_pictures_lie_on_white(keep, content):
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(io.BytesIO(content(keep(out.getvalue())))).getpixel((5, 5)) == (255, 255, 255)
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "PNG", transparency=0)
    assert Image.open(io.BytesIO(content(keep(out.getvalue())))).getpixel((5, 5)) == (255, 255, 255)
    out = io.BytesIO()
    Image.new("CMYK", (10, 10), (0, 255, 255, 0)).save(out, "JPEG")
    red, green, _blue = Image.open(io.BytesIO(content(keep(out.getvalue())))).getpixel((5, 5))
    assert red > 200 > 60 > green


def test_forty_megapixels_are_scaled_down_quickly_and_without_holding_them(keep, content):
    out = io.BytesIO()
    Image.linear_gradient("L").resize((7744, 5200)).convert("RGB").save(out, "JPEG", quality=60)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    kept = content(keep(out.getvalue()))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert Image.open(io.BytesIO(kept)).size == (1600, 1074)
    assert time.monotonic() - began < 3
    assert grown_mb < 60


def png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    rows = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8000, 12_000, 60_000])
def test_a_picture_that_would_unpack_into_gigabytes_is_refused_before_it_is_decoded(keep, side):
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DomainError, match="too many pixels") as error:
        keep(png_claiming(side, side))
    assert error.value.field == "picture"
    assert time.monotonic() - began < 1
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 50


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("part", [0.5, 0.03])
def test_a_picture_that_is_cut_off_is_refused_in_words(keep, form, part):
    import pillow_heif

    pillow_heif.register_heif_opener()
    whole = photo(form)
    with pytest.raises(DomainError, match=r"incomplete") as error:
        keep(whole[: int(len(whole) * part)])
    assert error.value.field == "picture"


@pytest.mark.parametrize(
    "data",
    [b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"%PDF-1.7\n%%EOF", b"GIF89a" + b"\0" * 99,
     b"MZ" + b"\0" * 300, office()],
)  # fmt: skip
def test_what_is_no_picture_is_refused_whatever_it_is_called(keep, data):
    with pytest.raises(DomainError, match="not a picture"):
        keep(data)


def test_a_page_hidden_behind_or_inside_a_picture_does_not_survive(keep, content):
    hidden = b"<html><script>alert('canary')</script></html>"
    behind = photo() + hidden + office("word/document.xml")
    inside = photo(comment=hidden)
    for data in (behind, inside):
        assert hidden in data
        kept = content(keep(data))
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept


def test_an_empty_file_a_large_one_and_too_many_are_refused(keep, fresh, monkeypatch):
    with pytest.raises(DomainError, match="empty"):
        keep(b"")
    for name in ("", "a.pdf"):
        with pytest.raises(DomainError, match="10 MB"):
            keep(photo() + b"\0" * LARGEST_BYTES, name)
    for _n in range(MOST_OF_ONE_RECORD):
        keep(photo(size=(8, 8)))
    with pytest.raises(DomainError, match="20 files"):
        keep(photo(size=(8, 8)))
    with fresh():
        assert len(attachments_of(**OF)) == MOST_OF_ONE_RECORD


@pytest.mark.parametrize(
    ("data", "name", "shown", "mime"),
    [
        (b"%PDF-1.7\n%%EOF\n", "出生证明.pdf", "出生证明.pdf", "application/pdf"),
        (b"%PDF-1.7\n%%EOF\n", "virus.exe", "virus.pdf", "application/pdf"),
        (office(), "信.docx", "信.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("xl/workbook.xml"), "a", "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (photo("PNG", (9, 9)), "../../etc/扫描.png", "扫描.jpg", "image/jpeg"),
    ],
)
def test_a_document_is_what_its_content_says(keep, fresh, data, name, shown, mime):
    ref = keep(data, name)
    with fresh():
        (kept,) = attachments_of(**OF)
    assert (kept.ref, kept.name, kept.mime, kept.kind) == (ref, shown, mime, AttachmentKind.DOCUMENT)
    assert kept.size > 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n" + b"x" * 9000, "incomplete"),
        (office(body=b"x" * 500)[:200], "incomplete"),
        (office("readme.txt"), "Only PDF"),
        (b"MZ\x90\x00" + b"\0" * 99, "Only PDF"),
        (b"<html><script>1</script>", "Only PDF"),
        (office("word/document.xml", "word/vbaProject.bin"), "macros"),
        (office("word/document.xml", "word/media/a.bin", body=b"\0" * 60_000_000), "unpacked"),
    ],
    ids=["pdf cut", "docx cut", "zip", "program", "page", "macros", "bomb"],
)
def test_other_documents_are_refused_in_words(keep, data, words):
    with pytest.raises(DomainError, match=words) as error:
        keep(data, "a.docx")
    assert error.value.field == "document"


def test_a_photographed_paper_stays_legible_and_loses_its_place(keep, content):
    kept = content(keep(photo(size=(4000, 3000), exif=with_gps()), "证明.jpg"))
    assert max(Image.open(io.BytesIO(kept)).size) == 3000
    assert b"canary" not in kept


def test_nothing_of_an_attachment_can_be_read_in_the_database_files(app, keep, fresh, content):
    ref = keep(b"%PDF-1.7\n" + CANARY + b"\n%%EOF\n", "canary-name.pdf")
    with fresh():
        if ON_POSTGRES:
            raw = db.session.execute(
                sa.text("SELECT content_sealed, name_sealed, attachment::text FROM attachment")
            ).one()
            stored = bytes(raw[0]) + bytes(raw[1]) + raw[2].encode()
        else:
            stored = b"".join(
                path.read_bytes()
                for path in app.portal_config.instance.parent.rglob("portal.sqlite*")
                if path.is_file()
            )
    assert ref.encode() in stored
    assert CANARY not in stored
    assert b"canary-name" not in stored
    assert CANARY in content(ref)


def test_the_content_of_one_row_does_not_open_in_another(keep, fresh):
    from portal.kernel.secrets import CannotOpen

    one, two = keep(photo(size=(8, 8))), keep(photo(size=(9, 9)))
    with fresh():
        db.session.execute(
            sa.text("UPDATE attachment SET content_sealed = (SELECT content_sealed FROM attachment WHERE ref = :one) WHERE ref = :two"),
            {"one": one, "two": two},
        )  # fmt: skip
        with pytest.raises(CannotOpen):
            attachment(two, **OF).content  # noqa: B018


def test_one_record_never_gives_out_what_is_anothers(keep, fresh):
    ref = keep(photo(size=(8, 8)))
    with fresh():
        assert attachment(ref, **OF) is not None
        assert attachment(ref, subject_kind="referral", subject_ref="v1") is None
        assert attachment(ref, subject_kind="visit", subject_ref="v2") is None
        assert attachments_of("visit", "v2") == []


@pytest.mark.parametrize(
    ("data", "name", "way"), [(photo(), "", "inline"), (b"%PDF-1.7\n%%EOF", "李\r\nX-A: b.pdf", "attachment")]
)
def test_it_is_sent_so_that_it_runs_nothing_and_nobody_keeps_it(app, keep, data, name, way):
    ref = keep(data, name)
    with app.test_request_context():
        answer = send_attachment(attachment(ref, **OF))
        headers = answer.headers
    assert headers["Content-Disposition"].startswith(way)
    assert "\n" not in str(headers["Content-Disposition"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert answer.mimetype == ("image/jpeg" if way == "inline" else "application/pdf")


def test_keeping_and_forgetting_stand_in_the_log_with_the_child_and_without_the_name(keep, fresh, keeper):
    keep(b"%PDF-1.7\n%%EOF", "canary-name.pdf", child_ref="child1")
    with fresh():
        assert operations.forget_attachments(**OF, actor=keeper, now=now()) == 1
        assert operations.forget_attachments(**OF, actor=keeper, now=now()) == 0
        db.session.commit()
    with fresh():
        assert attachments_of(**OF) == []
        rows = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [r.what for r in rows] == ["attachment-kept", "attachment-forgotten"]
        assert {r.about_ref for r in rows} == {"child1"}
        assert {r.actor_ref for r in rows} == {keeper.account_ref}
        assert all("canary" not in str(r.facts) for r in rows)


def test_listing_and_forgetting_load_no_contents(keep, keeper, fresh, statements):
    for _n in range(3):
        keep(photo(size=(8, 8)))
    with fresh(), statements() as seen:
        assert len(attachments_of(**OF)) == 3
        operations.forget_attachments(**OF, actor=keeper, now=now())
    assert len([s for s in seen if s.startswith("SELECT") and "FROM attachment" in s]) == 2
    assert not any("content_sealed" in s for s in seen)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("", "document.pdf"), ("../../x", "x.pdf"), ("C:\\Users\\李\\a.doc", "a.pdf"), ("a\u202efdp.exe", "afdp.pdf"),
        ("a\x00b\r\n.pdf", "ab.pdf"), ("长" * 300 + ".pdf", "长" * 100 + ".pdf"), ('a"b<c>.pdf', "a_b_c_.pdf"), (".pdf", "pdf.pdf"),
    ],
)  # fmt: skip
def test_a_name_to_save_under_is_harmless(typed, name):
    assert clean_name(typed, "pdf") == name
