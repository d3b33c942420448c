"""The table of pages: every page in every state and role that the browser tests look at.

This is the one place to add a page. A path may name what it needs of the district:
``{invited}`` and the other names of :func:`names_in`.
"""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import BrowserContext
from playwright.sync_api import Page as Window

from scheduler.domain.imports import ImportState
from scheduler.domain.proposals import ProposalState
from scheduler.domain.visits import Partstat, VisitState
from scheduler.domain.zones import local
from scheduler.services.asking import reference_of
from scheduler.services.own_links import MAIL_DOOR
from scheduler.services.tokens import door_token, feedback_token
from tests.browser.district import COORDINATOR, OFFICE, VIEWER
from tests.browser.serving import Served
from tests.services.world import KEY

SCHOOL, TIMEZONE = "capstan", "America/Halifax"
NOBODY = ""
TEACHER = "{teacher}"
VOLUNTEER = "{volunteer}"
NEW_VOLUNTEER = "{new_volunteer}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page in one state: who looks, where, what they press there, and how it answers.

    ``presses`` are buttons pressed, in order, after the page came and every fold was opened.
    """

    name: str
    path: str
    role: str = NOBODY
    presses: tuple[str, ...] = ()
    status: int = 200

    def __str__(self) -> str:
        """Return the name, which is also the test's."""
        return self.name


PAGES = (
    Page("components", "/help/ui"),
    Page("start", "/"),
    Page("sign in", "/login"),
    Page("sign in without an address", "/login", presses=("Send me a link",)),
    Page("sign in by link", "/login/some-token"),
    Page("page not found", "/nowhere", status=404),
    Page("accessibility", "/accessibility"),
    Page("help", "/help"),
    Page("help on asking", "/help/asking"),
    Page("invitation", "{invitation}"),
    Page("invitation answered", "{accepted}"),
    Page("invitation declined", "{declined}"),
    Page("invitation unknown", "/r/nothing.here", status=404),
    Page("ask for a speaker", "/requests/new", TEACHER),
    Page("ask with mistakes", "/requests/new", TEACHER, ("Send request",)),
    Page("own requests", "/requests", TEACHER),
    Page("request followed", "/requests/{teachers_request}", TEACHER),
    Page("teacher's calendar links", "/calendars", TEACHER),
    Page("no permission", "/today", TEACHER, status=404),
    Page("week", "/availability", VOLUNTEER),
    Page("week of a newcomer", "/availability", NEW_VOLUNTEER),
    Page("own visits", "/visits", VOLUNTEER),
    Page("no visits yet", "/visits", NEW_VOLUNTEER),
    Page("volunteer's calendar links", "/calendars", VOLUNTEER),
    Page("day of the office", "/calendars", OFFICE),
    Page("today", "/today", COORDINATOR),
    Page("today as a viewer", "/today", VIEWER),
    Page("proposals", "/proposals", COORDINATOR),
    Page("proposals as a viewer", "/proposals", VIEWER),
    Page("nobody yet", "/proposals/{nobody}", COORDINATOR),
    Page("who could come", "/requests/{nobody}/people", COORDINATOR),
    Page("one proposal", "/proposals/{proposed}", COORDINATOR),
    Page(
        "no to a proposal without a reason",
        "/proposals/{proposed}",
        COORDINATOR,
        ("Say no and look again",),
    ),
    Page("all requests", "/all-requests", COORDINATOR),
    Page("one request", "/requests/{teachers_request}", COORDINATOR),
    Page("volunteers", "/volunteers", COORDINATOR),
    Page("schools", "/schools", COORDINATOR),
    Page("one school", "/schools/{school}", COORDINATOR),
    Page("what if", "/what-if", COORDINATOR),
    Page("runs", "/runs", COORDINATOR),
    Page("activity", "/activity", COORDINATOR),
    Page("join", "/join"),
    Page("join with mistakes", "/join", presses=("Send this",)),
    Page("asked to join", "/join/sent"),
    Page("visit plan", "{plan}"),
    Page("can't come after all", "{plan}/cant"),
    Page("feedback", "{feedback}"),
    Page("feedback with mistakes", "{feedback}", presses=("Send",)),
    Page("feedback unknown", "/f/nothing.here", status=404),
    Page("e-mail choices by link", "{choices}"),
    Page("feedback signed in", "/requests/{visited_request}/feedback", "{visited_teacher}"),
    Page("change a request", "/requests/{open_request}/change", "{asking_teacher}"),
    Page("offer other times", "/requests/{open_request}/other-times", "{asking_teacher}"),
    Page("messages", "/requests/{teachers_request}/messages", TEACHER),
    Page("own classes", "/classes", TEACHER),
    Page("teacher's visits by year", "/calendars/year", TEACHER),
    Page("profile", "/profile", VOLUNTEER),
    Page("e-mail choices", "/mail-choices", VOLUNTEER),
    Page("day without visits", "/day", OFFICE),
    Page("day sheet", "/day?day={busy_day}", OFFICE),
    Page("day sheet as a coordinator", "/day?school={school}", COORDINATOR),
    Page("search", "/search?q=robot", COORDINATOR),
    Page("search that finds nothing", "/search?q=xyzzy", COORDINATOR),
    Page("search as a teacher", "/search?q=robot", TEACHER),
    Page("more", "/more", COORDINATOR),
    Page("conflicts", "/conflicts", COORDINATOR),
    Page("book by hand", "/requests/{nobody}/book", COORDINATOR),
    Page("clearances", "/clearances", COORDINATOR),
    Page("closed days", "/closing", COORDINATOR),
    Page("newcomers", "/joining", COORDINATOR),
    Page("other times offered", "/other-times", COORDINATOR),
    Page("organizations", "/organizations", COORDINATOR),
    Page("one organization", "/organizations/{organization}", COORDINATOR),
    Page("people", "/people", COORDINATOR),
    Page("one person", "/people/{person}", COORDINATOR),
    Page("merge people", "/people/{person}/merge", COORDINATOR),
    Page("one volunteer", "/volunteers/{person}", COORDINATOR),
    Page("bells and closures", "/schools/time", COORDINATOR),
    Page("settings", "/settings", COORDINATOR),
    Page("the district's files", "/imports", COORDINATOR),
    Page("no files chosen", "/imports", COORDINATOR, ("See what would change",)),
    Page("files looked over", "/imports/{seen_import}", COORDINATOR),
    Page("files with mistakes", "/imports/{refused_import}", COORDINATOR),
    Page("calendar", "/calendar", COORDINATOR),
    Page("calendar by volunteer", "/calendar?by=volunteer", COORDINATOR),
    Page("calendar by month", "/calendar?view=month", COORDINATOR),
    Page("calendar as a list", "/calendar?view=list", TEACHER),
    Page("one visit", "/visits/{visit}", COORDINATOR),
    Page("one visit as its volunteer", "/visits/{visit}", VOLUNTEER),
    Page("move a visit", "/visits/{visit}/move", COORDINATOR),
    Page("mail", "/mail", COORDINATOR),
    Page("mail of a visit", "/mail?visit={visit}", COORDINATOR),
    Page("inbox", "/inbox", COORDINATOR),
)
# What make test looks at; make test-full looks at everything.
SHORT = frozenset({"components", "ask for a speaker", "week", "proposals", "day of the office"})


def opened(page: Page, site: Served, context: BrowserContext) -> Window:
    """Return the page as it stands after what is pressed there."""
    window = context.new_page()
    answer = window.goto(page.path.format_map(names_in(site)))
    assert answer is not None
    assert answer.status == page.status, (page.name, answer.status)
    for words in page.presses:
        window.evaluate("document.querySelectorAll('details').forEach((fold) => fold.open = true)")
        window.get_by_role("button", name=words, exact=True).first.click()
    return window


def role_of(page: Page, site: Served) -> str:
    """Return the address of who looks at a page, empty where nobody is signed in."""
    return page.role.format_map(names_in(site))


_known: dict[str, dict[str, str]] = {}


def names_in(site: Served) -> dict[str, str]:
    """Return what paths and roles may name, found in the district by what it is."""
    if site.url not in _known:
        _known[site.url] = {**_of_visits(site), **_of_requests(site), **_of_people(site)}
    return _known[site.url]


def _of_visits(site: Served) -> dict[str, str]:
    upcoming = [v for v in site.visits(VisitState.CONFIRMED) if v.period.start > site.now]
    with site.store.read() as work:
        asked = work.requests.get(upcoming[0].request)
        nobody = min(work.proposals.unassigned())
        proposals = work.proposals.all().values()
    assert asked
    return {
        "invitation": site.answer_path(site.visits(VisitState.INVITED)[0]),
        "accepted": site.answer_path(upcoming[0]),
        "declined": _declined(site),
        "visit": upcoming[0].uid,
        "teacher": asked.teacher_email,
        "teachers_request": asked.key,
        "volunteer": upcoming[0].volunteers[0],
        "nobody": nobody,
        "proposed": min(p.request for p in proposals if p.state is ProposalState.PENDING),
        "school": SCHOOL,
        "busy_day": next(
            local(v.period.start, TIMEZONE).date().isoformat()
            for v in upcoming
            if v.school == SCHOOL
        ),
        "person": reference_of(upcoming[0].volunteers[0]),
        "plan": site.answer_path(upcoming[0]).replace("/r/", "/v/"),
        "choices": f"/m/{door_token(MAIL_DOOR, upcoming[0].volunteers[0], key=KEY)}",
    }


def _declined(site: Served) -> str:
    for visit in site.visits(*VisitState):
        for booking in visit.bookings:
            if booking.partstat is Partstat.DECLINED:
                return site.answer_path(visit, booking.volunteer_email)
    raise AssertionError("Nobody said no.")


def _of_requests(site: Served) -> dict[str, str]:
    with site.store.read() as work:
        requests, open_keys = work.requests.all(), work.proposals.unassigned()
        organization = min(work.districts.organizations())
    asked = requests[min(open_keys)]
    over = site.visits(VisitState.HAPPENED)[-1]
    teacher = requests[over.request].teacher_email
    return {
        "open_request": asked.key,
        "asking_teacher": asked.teacher_email,
        "visited_request": over.request,
        "visited_teacher": teacher,
        "feedback": f"/f/{feedback_token(over.uid, teacher, key=KEY)}",
        "organization": organization,
        **_of_imports(site),
    }


def _of_imports(site: Served) -> dict[str, str]:
    with site.store.read() as work:
        imports = work.imports.recent(limit=9)
    name_by_state = {ImportState.READY: "seen_import", ImportState.REFUSED: "refused_import"}
    return {name_by_state[each.state]: each.key for each in imports if each.state in name_by_state}


def _of_people(site: Served) -> dict[str, str]:
    asked = {email for visit in site.visits(*VisitState) for email in visit.volunteers}
    with site.store.read() as work:
        volunteers = sorted(work.volunteers.all())
    return {"new_volunteer": next(email for email in volunteers if email not in asked)}
