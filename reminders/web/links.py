"""The acknowledgement link: GET shows, POST answers, and what looks like a machine is asked for two digits."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from reminders.acknowledgement import SUSPICIONS, Receipt, Suspicion, judge, link_hash, may_withdraw
from reminders.answers import Answer, Given
from reminders.forms import Fields, Mistake, Reading, asked, read_form, read_person
from reminders.web.backend import Digits, LinkState, LinkView, Resent
from reminders.web.pages import page, plain
from reminders.web.questions import Question, heading, name_of, questions, said
from reminders.web.site import Site

ACTS = ("withdraw", "dispute", "resend")
_RESENT = {
    Resent.SENT: ("已重新发送", "新的链接已发到登记的邮箱或企业微信，请到那里打开。"),
    Resent.TOO_SOON: ("一小时内已发过", "新的链接一小时内已经发过一次，请先查看邮箱和企业微信；没有收到请打电话。"),
    Resent.NO_ADDRESS: ("没有可发送的地址", "登记的联系方式收不到通知，请打电话更正。"),
}
_DIGITS = {
    Digits.WRONG: "手机号后四位不对，请核对是不是本人登记的手机号。",
    Digits.LOCKED: "后四位错了五次，这个链接锁定一小时；急需办理请打电话。",
    Digits.UNKNOWN: "这位同志没有登记手机号，不能在群里办理，请用本人收到的链接，或打电话。",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that leads somewhere: its id, its hash, its address and what it shows."""

    link_id: str
    hash: str
    path: str
    view: LinkView


@dataclass(frozen=True, slots=True)
class LinkPages:
    """The endpoints under `/a/`."""

    site: Site

    async def show(self, request: Request) -> Response:
        """GET and HEAD: the page as everything stands now; changes nothing."""
        opened = await self._open(request)
        return opened if isinstance(opened, Response) else self._page(opened)

    async def answer(self, request: Request) -> Response:
        """POST: take the answers, or say what is missing, or ask for the two digits."""
        opened = await self._open(request)
        if isinstance(opened, Response):
            return opened
        fields = await _fields(request)
        reading = self._read(opened, fields)
        if reading is None:
            return self._page(opened)
        if reading.mistakes:
            return self._page(opened, fields=fields, mistakes=reading.mistakes)
        suspicion = self._suspicion(opened, fields)
        if suspicion is not None:
            return await self._ask_again(opened, fields, suspicion, reading.answers, opened.path)
        wrong = await self._wrong_digits(opened, reading)
        if wrong:
            return self._page(opened, fields=fields, mistakes=(wrong,))
        return await self._take(opened, reading)

    async def act(self, request: Request) -> Response:
        """POST /withdraw, /dispute, /resend."""
        opened = await self._open(request, expired_too=True)
        if isinstance(opened, Response):
            return opened
        name = request.path_params["act"]
        if opened.view.state is LinkState.EXPIRED:
            return await self._resend(opened) if name == "resend" else self._expired(opened)
        fields = await _fields(request)
        if name == "withdraw":
            return await self._withdraw(opened, fields)
        return await self._dispute(opened, fields) if name == "dispute" else self._page(opened)

    async def _open(self, request: Request, *, expired_too: bool = False) -> Opened | Response:
        token = request.path_params["token"]
        link_id = self.site.keys.link_id(token)
        known = request.path_params.get("act", ACTS[0]) in ACTS
        view = await run_in_threadpool(self.site.backend.open_link, link_hash(link_id)) if link_id and known else None
        if link_id is None or view is None:
            return self._unknown(request)
        path = f"{request.scope.get('root_path', '')}/a/{quote(token)}"
        opened = Opened(link_id, link_hash(link_id), path, view)
        return self._expired(opened) if view.state is LinkState.EXPIRED and not expired_too else opened

    def _unknown(self, request: Request) -> Response:
        """One page for unknown, forged and revoked links; who guesses too many waits."""
        address = request.client.host if request.client else ""
        if self.site.patience.exhausted(address, self.site.clock.machine()):
            return plain("请稍后再试", "打不开的链接试得太多，请过一分钟再试。", self._help(), status=429)
        return plain("这个链接打不开", "链接不完整，或已经作废。请回到收到的通知重新打开。", self._help(), status=404)

    def _expired(self, opened: Opened) -> Response:
        return page(
            "plain.html",
            title="这个链接已过期",
            sentences=("为了安全，过期的链接不再显示内容。可以重新发一个链接到登记的邮箱或企业微信。", self._help()),
            action=(f"{opened.path}/resend", "重新发送链接"),
        )

    def _help(self) -> str:
        return f"需要帮助请打电话：{self.site.help_line}" if self.site.help_line else "需要帮助请打通知里的电话。"

    def _read(self, opened: Opened, fields: Fields) -> Reading | None:
        """The form against what is open now; None where nothing is."""
        view = opened.view
        if not asked(view.items, group=view.group):
            return None
        today = self.site.clock.business().date()
        return read_form(fields, view.items, view.contacts, today=today, group=view.group)

    def _suspicion(self, opened: Opened, fields: Fields) -> Suspicion | None:
        nonce = next(iter(fields.get("nonce", ())), "")
        made_at = self.site.keys.made_at(nonce, opened.link_id)
        number = next(iter(fields.get("number", ())), "").strip()
        if made_at is not None and number and number == self.site.keys.number(nonce):
            return None
        clock = self.site.clock
        return judge(
            made_at,
            now=clock.machine(),
            accepted_at=opened.view.accepted_at,
            business_now=clock.business(),
            limits=self.site.limits,
        ).suspicion

    async def _ask_again(
        self, opened: Opened, fields: Fields, why: Suspicion, answers: tuple[Answer, ...], action: str
    ) -> Response:
        await run_in_threadpool(self.site.backend.suspect, opened.hash, why.value, answers)
        nonce = self.site.keys.nonce(opened.link_id, self.site.clock.machine())
        kept = [(name, value) for name, values in fields.items() for value in values if name not in ("nonce", "number")]
        return page(
            "suspect.html",
            view=opened.view,
            reason=SUSPICIONS[why],
            again="number" in fields,
            action=action,
            kept=kept,
            nonce=nonce,
            number=self.site.keys.number(nonce),
        )

    async def _wrong_digits(self, opened: Opened, reading: Reading) -> Mistake | None:
        if not opened.view.group or reading.giver is None or reading.giver.contact_id is None:
            return None
        check = self.site.backend.check_digits
        found = await run_in_threadpool(check, opened.hash, reading.giver.contact_id, reading.digits)
        return None if found is Digits.RIGHT else Mistake("digits", _DIGITS[found])

    async def _take(self, opened: Opened, reading: Reading) -> Response:
        assert reading.giver is not None  # a reading without mistakes has a giver
        given = await run_in_threadpool(self.site.backend.answer, opened.hash, reading.answers, reading.giver)
        taken = tuple(one.obligation_id for one in given if one.accepted)
        receipt = Receipt(taken, self.site.clock.machine()) if taken else None
        return await self._after(opened, given, receipt)

    async def _withdraw(self, opened: Opened, fields: Fields) -> Response:
        signed = next(iter(fields.get("receipt", ())), "")
        receipt = self.site.keys.read_receipt(signed, opened.link_id)
        if receipt is None or not may_withdraw(receipt, now=self.site.clock.machine(), limits=self.site.limits):
            return self._page(opened, notices=("已超过10分钟，不能在这里撤回；请打电话给主管处室更正。",))
        given = await run_in_threadpool(self.site.backend.withdraw, opened.hash, receipt.obligations)
        return await self._after(opened, given, None)

    async def _dispute(self, opened: Opened, fields: Fields) -> Response:
        open_to = {answer.obligation_id for answer in opened.view.answered if answer.disputable}
        chosen = tuple(int(text) for text in fields.get("obligation", ()) if text.isdecimal() and int(text) in open_to)
        giver = read_person(fields, opened.view.contacts)
        if opened.view.group or not chosen:
            return self._page(opened)
        if giver is None:
            return self._page(
                opened, mistakes=(Mistake("dispute", "请选择您是哪一位登记的联系人，再点“非本人确认”。"),)
            )
        suspicion = self._suspicion(opened, fields)
        if suspicion is not None:
            return await self._ask_again(opened, fields, suspicion, (), f"{opened.path}/dispute")
        given = await run_in_threadpool(self.site.backend.dispute, opened.hash, chosen, giver)
        return await self._after(opened, given, None)

    async def _resend(self, opened: Opened) -> Response:
        title, sentence = _RESENT[await run_in_threadpool(self.site.backend.resend, opened.hash)]
        return plain(title, sentence, self._help())

    async def _after(self, opened: Opened, given: tuple[Given, ...], receipt: Receipt | None) -> Response:
        """The page after an act, as everything stands now."""
        view = await run_in_threadpool(self.site.backend.open_link, opened.hash) or opened.view
        now = Opened(opened.link_id, opened.hash, opened.path, view)
        taken = set(receipt.obligations) if receipt else set()
        notices = tuple(dict.fromkeys(one.sentence for one in given if one.obligation_id not in taken))
        return self._page(now, notices=notices, receipt=receipt)

    def _page(
        self,
        opened: Opened,
        *,
        fields: Fields | None = None,
        mistakes: tuple[Mistake, ...] = (),
        notices: tuple[str, ...] = (),
        receipt: Receipt | None = None,
    ) -> Response:
        view, keys, clock = opened.view, self.site.keys, self.site.clock
        open_now = questions(view, clock.business().date())
        mine = set(receipt.obligations) if receipt else set()
        return page(
            "link.html",
            status=422 if mistakes else 200,
            view=view,
            path=opened.path,
            heading=heading(view, open_now),
            questions=open_now,
            still_open=tuple(name_of(question) for question in open_now),
            elsewhere=view.group and len(asked(view.items, group=True)) < len(asked(view.items)),
            open_each=tuple(question.kind for question in open_now if _picked(question, fields or {})),
            just_now=tuple(said(answer, view.unit) for answer in view.answered if answer.obligation_id in mine),
            answered=tuple(
                (answer, said(answer, view.unit)) for answer in view.answered if answer.obligation_id not in mine
            ),
            fields=fields or {},
            mistakes=mistakes,
            notices=notices,
            nonce=keys.nonce(opened.link_id, clock.machine()),
            receipt=keys.receipt(opened.link_id, receipt) if receipt else "",
            withdraw_minutes=int(self.site.limits.withdraw.total_seconds() // 60),
        )


def _picked(question: Question, fields: Fields) -> bool:
    """Whether a single item of the question was given its own choice."""
    return any(any(fields.get(f"pick.{card.obligation_id}", ())) for card in question.cards)


async def _fields(request: Request) -> Fields:
    """The posted fields; files are refused."""
    form = await request.form(max_files=0, max_fields=2000)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found[name] = (*found.get(name, ()), value)
    return found
