"""Rules of the board: offers, claims, and how coarsely an offer must be worded so that it points at no child. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.kernel.people import age_on
from portal.kernel.states import Lifecycle, Move, moves
from portal.kernel.words import N_

K = 5
"""Open files that everything on the board must fit at least. Source: domain.md, Privacy, 3."""
UNCLAIMED_DAYS = 30
"""An offer that nobody takes goes back to the district after so long. Source: domain.md, Lifecycles, Offer."""
CODE_MINUTES = 10
"""A phone code is good for so long."""
CODE_TRIES = 5


class OfferState(StrEnum):
    """Where an offer stands. What is `offered` appears with the next daily batch."""

    PREVIEWED = "previewed"
    OFFERED = "offered"
    TAKEN = "taken"
    FULFILLED = "fulfilled"
    BACK = "back"
    ENTERED_IN_ERROR = "entered_in_error"


O = OfferState  # noqa: E741 (the letter of the word, as in the other rooms)
OFFER = Lifecycle(
    name="offer",
    title=N_("Offer on the board"),
    states=OfferState,
    first=O.PREVIEWED,
    moves=(
        Move(
            O.PREVIEWED, O.OFFERED, by=N_("coordinator"),
            needs=N_("a standing consent for the board, nothing that points at a child"),
        ),
        Move(O.OFFERED, O.TAKEN, by=N_("confirmer, by approving a claim")),
        Move(O.TAKEN, O.OFFERED, by=N_("the portal, when the claim ends without help")),
        Move(O.TAKEN, O.FULFILLED, by=N_("the portal, when the claim is confirmed")),
        Move(O.OFFERED, O.BACK, by=N_("coordinator, or the clock after 30 days"), reason=True),
        Move(O.PREVIEWED, O.BACK, by=N_("coordinator"), reason=True),
        Move(O.TAKEN, O.BACK, by=N_("the portal, when the consent is withdrawn"), reason=True),
        *moves(
            (O.PREVIEWED, O.OFFERED, O.TAKEN, O.FULFILLED, O.BACK), O.ENTERED_IN_ERROR, by=N_("coordinator"),
            reason=True,
        ),
    ),
    words={
        O.PREVIEWED: N_("being prepared"), O.OFFERED: N_("on the board"), O.TAKEN: N_("taken"),
        O.FULFILLED: N_("fulfilled"), O.BACK: N_("back at the district"), O.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={O.PREVIEWED: "neutral", O.OFFERED: "blue", O.TAKEN: "amber", O.FULFILLED: "green"},
    ends=frozenset({O.ENTERED_IN_ERROR}),
)  # fmt: skip


class ClaimState(StrEnum):
    """Where a claim stands."""

    MADE = "made"
    APPROVED = "approved"
    IN_PROGRESS = "in_progress"
    FULFILLED = "fulfilled"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    ENTERED_IN_ERROR = "entered_in_error"


C = ClaimState
RUNNING = (C.APPROVED, C.IN_PROGRESS, C.FULFILLED)
"""One offer has at most one of these."""


def _not_vetted(claim: object) -> str | None:
    if getattr(claim, "vetted_at", None) is None:
        return N_("Look at who it is first, and note it.")
    return None


CLAIM = Lifecycle(
    name="claim",
    title=N_("Claim"),
    states=ClaimState,
    first=C.MADE,
    moves=(
        Move(C.MADE, C.APPROVED, by=N_("confirmer"), needs=N_("the claimant was vetted"), guard=_not_vetted),
        Move(C.MADE, C.REFUSED, by=N_("confirmer"), reason=True),
        Move(C.MADE, C.WITHDRAWN, by=N_("claimant or coordinator"), reason=True),
        Move(C.APPROVED, C.IN_PROGRESS, by=N_("coordinator or claimant")),
        Move(C.IN_PROGRESS, C.FULFILLED, by=N_("claimant or coordinator")),
        Move(C.FULFILLED, C.CONFIRMED, by=N_("caseworker, for the family")),
        Move(C.FULFILLED, C.IN_PROGRESS, by=N_("caseworker, when the family does not confirm"), reason=True),
        *moves((C.APPROVED, C.IN_PROGRESS), C.FAILED, by=N_("coordinator"), reason=True),
        *moves((C.APPROVED, C.IN_PROGRESS), C.WITHDRAWN, by=N_("claimant or coordinator"), reason=True),
        *moves(
            tuple(s for s in C if s is not C.ENTERED_IN_ERROR), C.ENTERED_IN_ERROR, by=N_("coordinator"), reason=True
        ),
    ),
    words={
        C.MADE: N_("made"), C.APPROVED: N_("approved"), C.IN_PROGRESS: N_("in progress"),
        C.FULFILLED: N_("handed over"),
        C.CONFIRMED: N_("confirmed by the family"), C.REFUSED: N_("refused"), C.WITHDRAWN: N_("withdrawn"),
        C.FAILED: N_("failed"), C.ENTERED_IN_ERROR: N_("entered by mistake"),
    },
    tones={
        C.MADE: "amber", C.APPROVED: "blue", C.IN_PROGRESS: "blue", C.FULFILLED: "blue", C.CONFIRMED: "green",
        C.REFUSED: "red", C.FAILED: "red",
    },
    ends=frozenset({C.ENTERED_IN_ERROR}),
)  # fmt: skip


class ClaimantKind(StrEnum):
    """Who wants to help."""

    PERSON = "person"
    ORGANISATION = "organisation"


CLAIMANT_WORDS = {
    ClaimantKind.PERSON: N_("a person"), ClaimantKind.ORGANISATION: N_("an organisation or a company"),
}  # fmt: skip
MOST_WAITING = 5
"""Claims of one offer that wait for a decision at most: nobody is asked to wait in vain."""


class Band(StrEnum):
    """Age in coarse bands, as the board shows it."""

    SMALL = "0-5"
    PRIMARY = "6-11"
    MIDDLE = "12-14"
    YOUTH = "15-17"
    GROWN = "18+"


BAND_WORDS = {
    Band.SMALL: N_("aged under 6"), Band.PRIMARY: N_("aged 6 to 11"), Band.MIDDLE: N_("aged 12 to 14"),
    Band.YOUTH: N_("aged 15 to 17"), Band.GROWN: N_("aged 18 and over"),
}  # fmt: skip
_UPPER = ((5, Band.SMALL), (11, Band.PRIMARY), (14, Band.MIDDLE), (17, Band.YOUTH))
ANY = ""
"""In a cell: not said. The town is then the whole district, the band every age."""
WISH = "wish"
"""A small wish (微心愿): every child has one, so it fits every file of its town and band."""


def band_of(born_on: date, today: date) -> Band:
    """The band of an age on a day."""
    age = age_on(born_on, today)
    return next((band for upper, band in _UPPER if age <= upper), Band.GROWN)


@dataclass(frozen=True)
class File:
    """What the count knows of an open file: its town (a region path), its band, and the kinds of need it has or had."""

    town: str
    band: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class Cell:
    """What an offer says of a child: the kind of need, the town or '', the band or ''."""

    kind: str
    town: str
    band: str


def _fitting(files: Iterable[File], kind: str) -> list[File]:
    return [f for f in files if kind in (WISH, ANY) or kind in f.kinds]


def fits(files: Iterable[File], cell: Cell) -> int:
    """How many files a cell, or a combination of filters, fits: of the kind, in the town, in the band."""
    return sum(1 for f in _fitting(files, cell.kind) if cell.town in (ANY, f.town) and cell.band in (ANY, f.band))


class Wording:
    """How each open file must be worded, for one kind of need, so that nobody is singled out.

    From fine to coarse: town and band, town alone, band alone, neither. A coarser wording is only used where the finer
    one is forbidden, so whoever reads it may leave out all files for which the finer one is allowed: what is counted
    are the files that remain. Below K nothing is shown at all.
    """

    def __init__(self, files: Iterable[File], kind: str, k: int = K) -> None:
        self.kind = kind
        left = Counter((f.town, f.band) for f in _fitting(files, kind))
        self._cells: dict[tuple[str, str], Cell | None] = dict.fromkeys(left)
        for town, band in ((True, True), (True, False), (False, True), (False, False)):
            groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
            for place in left:
                groups[place[0] if town else ANY, place[1] if band else ANY].append(place)
            for said, places in groups.items():
                if sum(left[p] for p in places) >= k:
                    for place in places:
                        self._cells[place] = Cell(kind, *said)
                        del left[place]
            if not left:
                break

    def of(self, town: str, band: str) -> Cell | None:
        """The finest wording that is allowed for a file there; None when nothing may be shown."""
        return self._cells.get((town, band))


class Hidden(StrEnum):
    """Why an offer does not stand in a batch."""

    FILE = "file"
    CONSENT = "consent"
    WORDS = "words"
    FEW = "few"


HIDDEN_WORDS = {
    Hidden.FILE: N_("The child's file is not open any more."),
    Hidden.CONSENT: N_("There is no standing consent for the board."),
    Hidden.WORDS: N_("The words could point at the child."),
    Hidden.FEW: N_("Fewer than five open files would fit, however coarsely it is worded."),
}  # fmt: skip


@dataclass(frozen=True)
class Slip:
    """Something in a text for the public that could point at a child. `what` is an English message id."""

    what: str
    found: str


_LONG_NUMBER = re.compile(r"\d{5,}|\d+[-\s]\d{3,}[-\s]\d+")
_DAY = re.compile(r"\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}|\d{1,2}\s*月\s*\d{1,2}\s*[日号]")
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:(?<![农乡])村|社区|小区|胡同|小学|中学|幼儿园|学校|街道|(?<!城)镇|(?<!家)乡(?!村))|\d+\s*(?:号楼|单元|室)"
)
_CAUSE = re.compile(
    r"父亡|母亡|孤儿|去世|病故|车祸|服刑|坐牢|监狱|入狱|吸毒|戒毒|艾滋|HIV|自杀|性侵|虐待|家暴|离婚|改嫁|失踪|失联|弃养|遗弃|精神病|残疾证"
    r"|orphan|prison|suicide|abuse|divorce|passed\s*away|died",
    re.IGNORECASE,
)
_CLASS = re.compile(r"[一二三四五六七八九初高]\s*年级|\d\s*年级|\d+\s*班|grade\s*\d", re.IGNORECASE)
_AGE = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*(?:周岁|岁)|\d{1,2}[\s-]*years?[\s-]*old", re.IGNORECASE)
_SEX = re.compile(
    r"男孩|女孩|男生|女生|男童|女童|小姑娘|小伙子|儿子|女儿|孙子|孙女|外孙|她|兄弟|姐妹|姊妹|兄妹|姐弟|哥哥|姐姐|弟弟|妹妹|双胞胎"
    r"|\b(?:boy|girl|son|daughter|brother|sister|twin|she|her|his|he|him)s?\b",
    re.IGNORECASE,
)
_ILLNESS = re.compile(
    r"白血病|脑瘫|癫痫|先天|自闭|孤独症|抑郁|糖尿病|肿瘤|癌|心脏病|脊柱|唇腭裂|残疾|聋哑|失明|透析|血友病|智力|肝炎|结核",
)
PATTERNS = (
    (_LONG_NUMBER, N_("a number")), (_DAY, N_("a day")), (_PLACE, N_("a place")), (_CAUSE, N_("a cause")),
    (_CLASS, N_("a class")), (_AGE, N_("an age")), (_SEX, N_("whether it is a boy or a girl, or a sibling")),
    (_ILLNESS, N_("an illness")),
)  # fmt: skip
"""What a text for the public must not say besides the child's own names and places. The town and the age band are said
by the batch alone, since it may have to word them more coarsely."""


def slips(text: str, *, names: Iterable[str] = (), places: Iterable[str] = ()) -> list[Slip]:
    """What a careless redaction has left in a public text: names, places, schools, causes, days, numbers, ages.

    `names` are those of the child and of everybody in its file, `places` of its town, villages and school; both are
    looked for as written and without blanks. An empty list is no proof: a person reads the preview as well.
    """
    found = own_slips(text, names=names, places=places)
    plain = unicodedata.normalize("NFKC", text)
    tight = _SPACED.sub("", plain)
    for pattern, what in PATTERNS:
        found += [Slip(what, m.group()) for m in pattern.finditer(plain)]
        if pattern in _ALSO_TIGHT:
            found += [Slip(what, m.group()) for m in pattern.finditer(tight)]
    return list(dict.fromkeys(found))


_SPACED = re.compile(r"[\s·•.,，。、*]+")
_ALSO_TIGHT = (_CAUSE, _ILLNESS)


def own_slips(text: str, *, names: Iterable[str], places: Iterable[str]) -> list[Slip]:
    """The child's own names and places in a text that somebody outside reads, such as a note to who helps."""
    tight = _SPACED.sub("", unicodedata.normalize("NFKC", text)).lower()
    found = [Slip(N_("a name"), name) for name in _told(names) if name.lower() in tight]
    return found + [Slip(N_("a place"), place) for place in _told(places) if place.lower() in tight]


def _told(words: Iterable[str]) -> list[str]:
    return [w for w in (re.sub(r"\s+", "", unicodedata.normalize("NFKC", word)) for word in words) if len(w) > 1]
