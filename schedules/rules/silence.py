"""What looks like time and is none: titles, document numbers, dates that describe a thing or tell what happened.

Each rule is one habit of official prose, found in published documents; none of them names a document.
"""

from typing import Final

from schedules.patterns import pattern
from schedules.reading import Piece, Point, Reading

_TITLE: Final = pattern("《[^《》]{0,200}(?:《[^《》]{0,100}》[^《》]{0,100}){0,3}》|〈[^〈〉]{0,200}〉|<[^<>]{0,200}>")
_NUMBERED: Final = pattern("[〔\\[［【(（](?:19|20)\\d\\d[〕\\]］】)）](?:第)?\\d{1,5}号?")
_ATTACHED: Final = pattern("附件?(?:[0-9一二三四五六七八九十]{0,2})[:：.．][^\n]*")
_ABOUT: Final = pattern("关于[^，。；;\n《》]{2,80}?的(?:通知|公告|决定|函|批复|通报|请示|复函)(?![要应须后前])")

BEHIND: Final = pattern(
    "(?:的(?!最后|第|前提)|(?:期间|之间|以后|后|前)?出生|(?:[日号])?是(?:第|[^，。]{0,12}[节日]$)"
    "|为?基[期年数准]|以来|起(?:正式)?(?:施行|生效)"
    "|(?:印发|发布|公布|召开|通过|颁布|出台|制定|修订|下发)的|零时|[，,]已|[，,]全[省市县区国](?:共|已)"
    "|为止[，,]?已|(?:末|底)?数据)"
)
_BEFORE: Final = pattern(
    "(?:[较比]|同比|时点[是为]|基准日[是为]?|成立于|始于|始建于|印发于|发布于|出生于|申请日[是为]|当年的"
    "|截至目前|落款|[上去前]一?年度|成立|占|(?:成文|发布|印发|发文|公开|生成|公布|签发)(?:日期"
    "|时间)[:：]?"
    "|(?<!截止)(?<!截至)(?<!完成)日期[:：])$"
)
_BEFORE_LAST: Final = frozenset("较比比是为日于的前款度立占期间:：")
BEHIND_CHARS: Final = frozenset("的期之以后前出日号是为基起印发公召通颁制修下零，,末底数")
_IN_FORCE: Final = pattern("(?:正式)?(?:施行|生效|执行|实行|实施(?=[，,。；;]|$)|启用|废止|停止)")
_UNTIL_NOW: Final = pattern("截[至止]到?$")
_ALREADY: Final = pattern("[^，,。；;]{0,4}[，,][^。；;]{0,12}?(?:已|共|累计|达到|完成率)")
_TOLD: Final = pattern(
    "[^。；;\n]{0,60}?(?:发表(?:了)?[^。；;，,]{0,8}讲话|作出[^。；;，,]{0,12}指示|主持召开|召开了|印发了"
    "|发布了|通过了|举行了|成功|荣获|圆满|强调|指出|出席|参加了|开展了|完成了|已(?:经)?)"
)
_LIST_NAME: Final = pattern(
    "[^，。；;、\n]{2,40}(?:清单|名单|统计表|情况表|一览表|报表|公告|通知|台账|要点|年鉴|公报|年报)(?:[)）》]?)$"
)
_THRESHOLD: Final = pattern("(?:申请日|出生|取得|入学|参保|注册|登记|在[^，。]{0,10}当年)[^，。；;]{0,8}$")


def skipped(reading: Reading, at: int) -> Piece | None:
    """A stretch that holds no deadline: a title, a document number, an attachment's name."""
    for shape in (_TITLE, _NUMBERED):
        match = shape.match(reading.text, at)
        if match is not None:
            return Piece("title or number", at, match.end(), "silent")
    return None


def named_stretch(reading: Reading, at: int) -> Piece | None:
    """附件：… to the end of the line, and 关于…的通知, which are names."""
    for shape in (_ATTACHED, _ABOUT):
        match = shape.match(reading.text, at)
        if match is not None:
            return Piece("name", at, match.end(), "silent")
    return None


def _is_signature(reading: Reading, piece: Piece) -> bool:
    """Whether a full date is all that a line of prose holds: the day on which a document was signed."""
    text = reading.text
    before, after = text[: piece.start].rstrip(" "), text[piece.end :].lstrip(" ")
    return before[-1:] in ("", "\n") and (after[:1] in ("", "\n") or after.startswith("印发"))


_AMOUNT: Final = pattern(
    "[^。；;\n]{0,24}?(?:同比|环比|增长(?!点)|增速|上涨|不良率?|GDP|CPI|收入达|产值|[0-9.]+[亿万]?元)"
)
_DECIDED: Final = pattern("[^，,。；;\n]{0,24}?(?:审议|会议通过|印发(?:[)）]|$))")
_STATISTIC: Final = pattern(
    "完成[^，,。；;]{0,8}投资[0-9.]+|[，,](?:全[省市县区国]|我[省市县区])[^。；;\n]{0,40}?(?:增长|下降"
    "|同比)|(?:末)?[^，,。；;\n]{0,10}?(?:同比|环比|GDP|CPI|PPI|增速|不良|比重)"
)
_OF_THOSE: Final = pattern(
    "(?:已|注册|到期|取得|成立|登记|生产|建成|毕业|签订|缴纳|购买|发生|受理|立项|投产|参保)[^，,。；;]{0,4}的(?!通知)"
)
_COMMA: Final = pattern("(?:上午|下午|晚上?|凌晨)?(?:[，,]|$)")
_MET: Final = pattern("[^。；;\n]{0,16}?(?:主持召开|带队|召开了?第|召开全|出席|发表|指出|强调)")
_RATE: Final = pattern("[^，,。；;\n]{0,10}?(?:[0-9.]+[万亿]?元|[0-9.]+[%％])")
_RATED: Final = pattern("(?:每[人户名亩位家班车](?:次)?|人均|户均|平均)$")
_TERM: Final = pattern(
    "(?:(?:有效|执行|公示|服务|合同|租赁|施行|试行|任职|建设|保质|处罚)(?:期|期限|时间)|任期|工期)(?:为"
    "|是|自|从|至|到|[:：]){0,2}$"
)
_PLAN_NAME: Final = pattern("(?:计划|行动|规划|方案|纲要|工程)[(（]$")


def is_rate(reading: Reading, piece: Piece) -> bool:
    """Whether 每月 belongs to a sum or share: 每人每月补助500元, 每年5%的比例."""
    text = reading.text
    return _RATE.match(text, piece.end) is not None or (
        piece.start > 1 and _RATED.search(text, max(0, piece.start - 3), piece.start) is not None
    )


def _is_past(reading: Reading, piece: Piece, point: Point) -> bool:
    """Of prose: a signature, a year before the plan's, a figure of statistics, a decision already taken."""
    if point.form == "day" and _is_signature(reading, piece):
        return True
    if point.last.year < reading.year or point.first.year < reading.year - 1:
        return True
    return _AMOUNT.match(reading.text, piece.end) is not None and reading.text[piece.end : piece.end + 1] in "，,"


_NAMED_LAST: Final = frozenset("止至到期限间为是自从:：(（\n")


def described_before(text: str, at: int, end: int) -> bool:
    """Whether the words before a date make it that of a thing: 成立于, 有效期至, 出生日期："""
    before = text[max(0, at - 16) : at]
    if (before[-1] in _BEFORE_LAST and _BEFORE.search(before)) or _THRESHOLD.search(before):
        return True
    if before[-1] not in _NAMED_LAST:
        return False
    if _UNTIL_NOW.search(before) and _ALREADY.match(text, end):
        return True
    return _TERM.search(before) is not None or _PLAN_NAME.search(before) is not None


def may_tell(text: str, end: int) -> bool:
    """Whether the words behind a date without 前 may tell what happened, or name a list; `describes` decides."""
    if _DECIDED.match(text, end) or _LIST_NAME.match(text, end):
        return True
    return _COMMA.match(text, end) is not None and (_TOLD.match(text, end) or _MET.match(text, end)) is not None


def describes(reading: Reading, piece: Piece) -> bool:
    """Whether a date only describes something, or tells what happened."""
    text = reading.text
    point, end = piece.point, piece.end
    if end < len(text) and text[end] in BEHIND_CHARS and BEHIND.match(text, end):
        return True
    if piece.suffix in ("起", "开始") and _IN_FORCE.match(text, end):
        return True
    if piece.start and described_before(text, piece.start, end):
        return True
    if not reading.whole and (_OF_THOSE.match(text, end) or (not piece.suffix and _STATISTIC.match(text, end))):
        return True
    if point is None or piece.suffix or piece.rule == "span of years":
        return False
    if not point.year_named:
        return point.form == "day" and _COMMA.match(text, end) is not None and _MET.match(text, end) is not None
    if _DECIDED.match(text, end):
        return True
    if not reading.whole and _is_past(reading, piece, point):
        return True
    if point.form in ("day", "part", "period") and _COMMA.match(text, piece.end) and _TOLD.match(text, piece.end):
        return True
    return point.form == "period" and _LIST_NAME.match(text, piece.end) is not None
