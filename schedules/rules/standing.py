"""Words without a date: standing duties (贯穿全年, 长期坚持, 动态更新) and duties of no known day (适时, 按要求)."""

import re
from typing import Final

from schedules.reading import Piece, Reading

_NOUN: Final = "(?![^，,。；;、]{0,4}(?:机制|制度|体系|理念|模式))"
_STRONG: Final = re.compile(
    "贯穿(?:于)?(?:全年|始终|全过程)?(?:各个阶段)?|全年(?:度)?(?:全天候|长期|持续|常态化?)?(?!内|的?(?:工作(?![，,。；;]|$)|目标|任务|总结|情况|计划|收入|预算|经济|新增|累计|考核|指标|数据|报告|实现))|[常长]年(?![龄限期务])|长期(?!以来|经营|发展|规划|目标|性|投资|护理|合同|战略|股权|存在|居住|从事)"
    "|(?<!疫情)(?<!防控)(?<![为成新])常态(?:化)?(?![下分度势之，,]?(?:疫情|防控|下|分配|，))|经常性?(?!支出|项目)|日常(?:性)?(?![^，,。；;、]{0,2}(?:生活|经营|管理工作|监管|工作[中的]))|动态(?:更新|调整|管理|发布|完善|维护|监测|跟踪|公开|清零|补充)|一以贯之"
    "|持续(?!时间|性|\\d|[一二三四五六七八九十]+[天日年])|始终坚持|不间断|全天候|每时每刻|持之以恒|滚动(?:推进|实施|更新|开展)|坚持不懈|常抓不懈|久久为功"
)
_VAGUE: Final = re.compile(
    "适时|及时|即办|即到即办|随到随办|即报|当[天日](?=办结|完成|回复|反馈|办理|内|$|[，,。；;])|待[^，,。；;\n]{1,24}?(?:之?后|以后)|不?定期(?!存款|限)|立即(?!可)|即时|即知即改|即查即改|即收即办|边查边改|立行立改|立知立改|立查立改|随时|实时|按时(?!间段)|按期|如期|视情况?|视(?:工作|具体|实际)?情况|必要时|尽快|尽早|抓紧|限期|近期|择机|相机|第一时间|马上|当即|即刻|即行"
    "|事不隔夜|酌情|待定|另行(?:通知|安排|确定|部署)|按需|视需要|届时|即日起"
    "|(?:严格)?(?:按照?|依照?|根据|遵照|依据|结合|对照)(?P<by>[^，,。；;、：:\n]{0,24}?)(?:时间节点|时间要求|时间进度|时限(?:要求)?|时序进度|进度(?:要求|安排)?|期限(?:要求)?|节点(?:要求)?|部署(?:要求)?|(?:统一|工作)?安排|要求|计划安排|通知要求|规定时[间限]|规定)"
    "|(?:在)?(?:规定|法定|要求|限定|承诺)(?:的)?(?:时[间限]|期限)(?:要求)?(?:之?内)?|时间节点|(?:根据|视|结合)[^，,。；;\n]{0,10}?需要"
)


def standing_piece(reading: Reading, at: int) -> Piece | None:
    """The standing or vague word that begins at a place."""
    match = _STRONG.match(reading.text, at)
    if match is not None and not _is_noun(reading, match.end()):
        whole = match.group().startswith(("全年", "贯穿", "常年", "长年"))
        return Piece("standing duty", at, match.end(), "ongoing", strong=whole, suffix=match.group())
    match = _VAGUE.match(reading.text, at)
    if match is not None:
        return Piece("no date named", at, match.end(), "vague", suffix=match.group())
    return None


_MECHANISM: Final = re.compile("[一-鿿]{0,4}?(?:机制|制度|体系|理念|模式|规划|战略)")


def _is_noun(reading: Reading, end: int) -> bool:
    """Whether the word only describes a mechanism or system (常态化机制, 长期经营理念)."""
    return _MECHANISM.match(reading.text, end) is not None
