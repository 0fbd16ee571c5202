"""Words without a date: standing duties (贯穿全年, 长期坚持, 动态更新) and duties of no known day (适时, 按要求).

The tables are the vocabulary: a word, and what must not follow it where it then means something else (长期经营理念,
定期存款). A word that only describes a mechanism (常态化机制) is no duty either.
"""

from typing import Final

from schedules.patterns import pattern
from schedules.reading import Piece, Reading

_NUMERAL_DAYS: Final = "[0-9一二三四五六七八九十]+[天日年个小]"
STANDING: Final[dict[str, str]] = {
    "贯穿": "",
    "全年": "内|的?(?:工作(?![，,。；;]|$)|目标|任务|总结|情况|计划|收入|预算|经济|新增|累计|考核|指标|数据|报告|实现)",
    "常年": "[龄限期务]",
    "长年": "[龄限期务]",
    "长期": "以来|经营|发展|规划|目标|性|投资|护理|合同|战略|股权|存在|居住|从事",
    "常态": "[下分度势之，,]?(?:疫情|防控|下|分配|，)",
    "经常": "性?(?:支出|项目)",
    "日常": "性?[^，,。；;、]{0,2}(?:生活|经营|管理工作|监管|工作[中的])",
    **dict.fromkeys(
        [
            f"动态{what}"
            for what in ["更新", "调整", "管理", "发布", "完善", "维护", "监测", "跟踪", "公开", "清零", "补充"]
        ],
        "",
    ),
    "持续": f"时间|性|{_NUMERAL_DAYS}",
    "始终坚持": "",
    "一以贯之": "",
    "不间断": "",
    "全天候": "",
    "持之以恒": "",
    "坚持不懈": "",
    "常抓不懈": "",
    "久久为功": "",
    **dict.fromkeys([f"滚动{what}" for what in ["推进", "实施", "更新", "开展"]], ""),
}
_PLAIN: Final = """
适时 及时 即办 即到即办 随到随办 即报 不定期 即时 即知即改 即查即改 即收即办 边查边改 立行立改 立知立改 立查立改
随时 实时 按期 如期 视情 必要时 尽快 尽早 抓紧 限期 近期 择机 相机 第一时间 马上 当即 即刻 即行 事不隔夜 酌情
待定 另行通知 另行安排 另行确定 另行部署 按需 届时 时间节点
"""
VAGUE: Final[dict[str, str]] = {
    **dict.fromkeys(_PLAIN.split(), ""),
    "定期": "存款|限",
    "立即": "可",
    "按时": "间段",
    **dict.fromkeys(("当天", "当日"), "(?!办结|完成|回复|反馈|办理|内|$|[，,。；;])"),
}
_BY: Final = "按照?|依照?|根据|遵照|依据|结合|对照"
_WHAT: Final = (
    "时间节点|时间要求|时间进度|时限(?:要求)?|时序进度|进度(?:要求|安排)?|期限(?:要求)?|节点(?:要求)?|部署(?:要求)?"
    "|(?:统一|工作)?安排|要求|规定时[间限]|规定|需要"
)
_PHRASES: Final = (
    f"(?:严格)?(?:{_BY})(?P<by>[^，,。；;、：:\n]{{0,24}}?)(?:{_WHAT})"
    "|在?(?:规定|法定|要求|限定|承诺)的?(?:时[间限]|期限)(?:要求)?(?:之?内)?"
    "|视[^，,。；;\n]{0,10}?(?:情况|需要)"
    "|待[^，,。；;\n]{1,24}?(?:之?后|以后)"
)
PHRASE_HEADS: Final = "按 依照 依据 根据 遵照 结合 对照 严格 视 待 在规 在法 在要 在限 在承 规定 法定 要求 限定 承诺"
"""How the phrases above begin, for the parser's openings."""


def _words(table: dict[str, str]) -> str:
    return "|".join(f"{word}(?!{behind})" if behind else word for word, behind in table.items())


_STANDING: Final = pattern(f"(?<![为成新])(?:{_words(STANDING)})")
_AFTER_TROUBLE: Final = ("疫情", "防控")
VAGUE_WORDS: Final = pattern(f"{_words(VAGUE)}|{_PHRASES}")
MECHANISM: Final = pattern("[一-鿿]{0,4}?(?:机制|制度|体系|理念|模式|规划|战略)")
_ALL_YEAR: Final = ("贯穿", "全年", "常年", "长年")


def standing_piece(reading: Reading, at: int) -> Piece | None:
    """The standing or vague word that begins at a place."""
    text = reading.text
    match = _STANDING.match(text, at)
    if match is not None:
        if MECHANISM.match(text, match.end()) or text[max(0, at - 2) : at] in _AFTER_TROUBLE:
            return None
        word = match.group()
        return Piece("standing duty", at, match.end(), "ongoing", strong=word in _ALL_YEAR, suffix=word)
    match = VAGUE_WORDS.match(text, at)
    if match is not None:
        return Piece("no date named", at, match.end(), "vague", suffix=match.group())
    return None
