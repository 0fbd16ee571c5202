"""The corpus, second part: expressions without numbers of their own, what is refused, and prose.

Everything is read against the plan year 2022, issued on 22 August 2022, as in the first part.
"""

from datetime import date
from typing import Final

from schedules import Continuous, Deadline, Recurring, Triggered, Unscheduled
from schedules.periods import quarter
from tests.schedules.corpus import (
    FIRST,
    HALF_ENDS,
    ISSUED,
    LAST,
    QUARTER_ENDS,
    YEAR,
    Phases,
    due,
    monthly,
    quarterly,
    window,
)

SAYINGS: Final[tuple[tuple[str, Phases, tuple[str, ...]], ...]] = (
    (
        "The year, and its end",
        window(FIRST, LAST),
        ("年内", "本年度内", "全年内", "2022年内", "2022年", "1月至12月", "2022年1-12月"),
    ),
    (
        "The end of the year",
        due(LAST),
        ("年底前", "年末", "今年年底前", "2022年底前", "岁末", "12月底前", "到年底", "年终前"),
    ),
    ("The halves", window(FIRST, date(YEAR, 6, 30)), ("上半年", "上半年内", "今年上半年", "上半年完成")),
    ("The second half", window(date(YEAR, 7, 1), LAST), ("下半年", "今年下半年")),
    ("Nine months", window(FIRST, date(YEAR, 9, 30)), ("前三季度", "1-9月", "一至三季度", "第一季度至第三季度")),
    ("Beginning and middle of a year", window(date(2023, 1, 1), date(2023, 1, 31)), ("明年初", "2023年初", "次年年初")),
    ("The middle of the year", due(date(YEAR, 6, 30)), ("年中前", "上半年末", "6月底")),
    ("Festivals: by the eve", due(date(YEAR, 9, 30)), ("国庆节前", "国庆前", "“十一”前", "十一前")),
    ("A lunar festival", due(date(YEAR, 1, 31)), ("春节前", "2022年春节前")),
    ("The Mid-Autumn festival", due(date(YEAR, 9, 9)), ("中秋节前", "中秋前")),
    ("A festival's days off", window(date(YEAR, 10, 1), date(YEAR, 10, 7)), ("国庆节期间", "国庆假期期间")),
    ("A lunar day", due(date(YEAR, 9, 3)), ("农历八月初八", "阴历八月初八", "农历8月初8")),
    ("The last lunar month belongs to the winter before", due(date(YEAR, 1, 25)), ("腊月二十三前", "腊月廿三")),
    ("From now on", window(ISSUED, date(YEAR, 10, 15)), ("即日起至10月15日", "自即日起至10月15日")),
    (
        "Lists",
        (*window(*quarter(YEAR, 3)), *window(*quarter(YEAR, 4))),
        ("第三、四季度", "三、四季度", "第三季度、第四季度", "第三和四季度"),
    ),
    (
        "A list that shares its ending",
        (*due(date(YEAR, 6, 30)), *due(date(YEAR, 9, 30)), *due(LAST)),
        ("6月、9月、12月底前", "6、9、12月底前", "6月底、9月底、12月底前"),
    ),
    (
        "Both halves",
        (*window(FIRST, date(YEAR, 6, 30)), *window(date(YEAR, 7, 1), LAST)),
        ("上、下半年各1次", "上半年、下半年各一次", "上下半年"),
    ),
    (
        "Steps one after the other",
        (*due(date(YEAR, 3, 31)), *due(date(YEAR, 6, 30)), *due(LAST)),
        ("3月底前制定方案，6月底前完成整改，12月底前总结", "3月底前印发；6月底前实施；年底前验收"),
    ),
    (
        "A year carries on to what follows",
        (*due(date(2021, 6, 30)), *due(date(2021, 12, 31))),
        ("2021年6月底前完成试点，12月底前推开", "2021年6月30日前完成，12月31日前总结"),
    ),
    (
        "A standing duty after a deadline",
        (Deadline(None, date(YEAR, 8, 31)), Continuous(date(YEAR, 9, 1), LAST)),
        ("8月底前完成，并常态落实", "8月底前完成优化，长期坚持", "8月31日前完成并动态更新", "8月底前完成，并持续推进"),
    ),
    ("A standing duty that would begin after the year", due(LAST), ("年底前完成，长期坚持", "2022年底前，并持续推进")),
    (
        "A standing duty",
        (Continuous(FIRST, LAST),),
        ("贯穿全年", "全年", "常年", "长期坚持", "持续推进", "常态化开展", "动态更新", "日常", "全年持续推进"),
    ),
    (
        "A standing duty and a step of it",
        (Continuous(FIRST, LAST), *quarterly((3, 6, 9, 12), -1, QUARTER_ENDS)),
        ("贯穿全年，每季度调度一次", "长期坚持，每季度1次"),
    ),
    (
        "Each quarter",
        quarterly((3, 6, 9, 12), -1, QUARTER_ENDS),
        ("每季度", "每季度1次", "每季度末", "按季度", "各季度", "逐季", "一季一次", "每三个月", "1次/季度"),
    ),
    (
        "Each month",
        monthly(-1, "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("每月", "每月1次", "每个月", "按月", "逐月", "每月底前", "一月一次", "月调度", "月报"),
    ),
    (
        "Each half year",
        (Recurring("halfyearly", "FREQ=MONTHLY;BYMONTH=6,12;BYMONTHDAY=-1", HALF_ENDS),),
        ("每半年", "每半年一次", "半年一次", "每半年末", "按半年"),
    ),
    (
        "Each year",
        (Recurring("yearly", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", (LAST,)),),
        ("每年", "每年至少1次", "一年一次", "按年度", "每年底前", "每年12月"),
    ),
    (
        "Twice a year on two months",
        (Recurring("yearly", "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1", HALF_ENDS),),
        ("每年6月、12月", "每年6月底、12月底前", "每年6月30日和12月31日前", "每年二、四季度"),
    ),
    (
        "Each week",
        (Recurring("weekly", "FREQ=WEEKLY", None),),
        ("每周", "每周1次", "按周", "每星期", "周调度", "一周一次"),
    ),
    (
        "Every second week",
        (Recurring("weekly", "FREQ=WEEKLY;INTERVAL=2", None),),
        ("每两周", "每两周1次", "隔周", "双周调度"),
    ),
    (
        "Several days of the week",
        (Recurring("weekly", "FREQ=WEEKLY;BYDAY=MO,WE,FR", None),),
        ("每周一、三、五", "每周一、周三、周五"),
    ),
    ("Each day", (Recurring("daily", "FREQ=DAILY", None),), ("每日", "每天", "按日", "每日巡查", "日调度")),
    ("Each working day", (Recurring("daily", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", None),), ("每个工作日", "每工作日")),
    (
        "A season",
        (Recurring("weekly", "FREQ=WEEKLY", None, 1, date(YEAR, 3, 1), LAST),),
        ("3月至12月每周1次", "每年3月至12月每周", "3月至12月，每周调度"),
    ),
    (
        "A recurrence from a month on",
        (
            Recurring(
                "monthly",
                "FREQ=MONTHLY;BYMONTHDAY=25",
                tuple(date(YEAR, m, 25) for m in range(7, 13)),
                1,
                date(YEAR, 7, 1),
                LAST,
            ),
        ),
        ("从7月起，每月25日前", "7月起每月25日前", "7月至12月每月25日前"),
    ),
    (
        "The first Friday of each month",
        (
            Recurring(
                "monthly",
                "FREQ=MONTHLY;BYDAY=1FR",
                tuple(date(YEAR, m, d) for m, d in enumerate((7, 4, 4, 1, 6, 3, 1, 5, 2, 7, 4, 2), start=1)),
            ),
        ),
        ("每月第一周星期五", "每月第一个星期五", "每月第一周周五"),
    ),
    ("A Friday", due(date(YEAR, 9, 2)), ("9月第一个星期五", "9月第一周星期五", "下周五前")),
    ("Counted from the day of issue", due(date(YEAR, 8, 31)), ("本月底前", "月底前", "本月31日前")),
    (
        "A bracket that says the same again",
        due(LAST),
        ("年底前（12月31日）", "12月底前（12月31日前）"),
    ),
    (
        "Times of no named period: the year's",
        window(FIRST, LAST, 2),
        ("不少于2次", "至少2次", "2次以上", "一年不少于2次"),
    ),
    (
        "A report's own period is no second deadline",
        due(date(YEAR, 7, 15)),
        ("7月15日前报送上半年工作情况", "7月15日前报上半年总结"),
    ),
    (
        "A labelled limit",
        (Triggered("办结", 20, "workday", True),),
        ("办结时限：20个工作日", "办结时限为20个工作日", "办结不超过20个工作日"),
    ),
    (
        "From an opening to a close",
        window(date(YEAR, 4, 1), LAST),
        ("从4月开始，到12月底结束", "4月1日起，12月31日结束", "自4月1日起至12月31日"),
    ),
    (
        "No date named",
        (Unscheduled(),),
        (
            "适时",
            "及时",
            "定期",
            "立即",
            "立行立改",
            "即知即改",
            "按要求落实",
            "按上级时限要求",
            "按时间节点推进",
            "尽快",
            "视情开展",
            "另行通知",
            "待上级文件出台后",
        ),
    ),
    ("A clause each", (Unscheduled(), Continuous(FIRST, LAST)), ("立行立改，长期坚持", "及时更新，长期坚持")),
)
"""Expressions without numbers of their own, under what they mean."""

REFUSED: Final[tuple[tuple[str, str], ...]] = (
    ("2月30日前", "2022年2月30日”这一天不存在"),
    ("2023年2月29日", "2023年2月29日”这一天不存在"),
    ("4月31日前", "4月31日”这一天不存在"),
    ("13月底前", "没有13月"),
    ("第五季度", "没有第5季度"),
    ("12月1日至2022年11月1日", "早于2022-12-01"),
    ("农历13月初1", "没有13月"),
    ("每月32日前", "没有32日"),
    ("加强组织领导", "没有读出时限"),
    ("", "没有读出时限"),
)
"""Expressions that come back with no phases, and a part of the reason."""

SILENT: Final[tuple[str, ...]] = (
    "按照《2022年政务公开工作要点》（国办发〔2022〕8号）要求",
    "迎接党的二十大胜利召开",
    "充分发挥12345政务服务便民热线作用",
    "梳理26个领域基层政务公开标准目录",
    "支持互联网协议第6版",
    "对2021年的工作要点落实情况开展“回头看”",
    "附件：2022年7—9月重点任务清单",
    "截至2021年底，已建成服务中心36个",
    "自2022年9月1日起施行，有效期5年",
    "公示期不少于7日",
    "取得居住证满3年",
    "办理时间由20个工作日压缩为5个工作日",
    "严格执行《排放标准》（GB 13271—2014）",
    "坚持以公开为常态、不公开为例外",
    "2022年3月5日，李强同志在会议上发表讲话",
    "二〇二二年八月二十二日",
    "2022年上半年，全市实现地区生产总值1200亿元",
    "1—8月，全市规模以上工业增加值增长5.2%",
    "每人每月补助500元",
    "审批时限由20个工作日压缩至10个工作日以内",
    "实施三年行动计划（2022—2024年）",
    "有效期至2025年12月31日",
    "经2022年3月10日市政府常务会议审议通过",
    "该项目于2020年10月开工",
    "对2021年12月31日前注册的企业",
)
"""Prose in which nothing may be found."""

PROSE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("请于9月15日17:00前报送，逾期不候。", ("9月15日17:00前",)),
    ("各单位8 月底前完成自查，9月底前完成整改。", ("8 月底前", "9月底前")),
    ("决策文件出台后的10个工作日内公开采纳情况。", ("决策文件出台后的10个工作日内",)),
    ("年内邀请公众代表列席会议不少于3次。", ("年内邀请公众代表列席会议不少于3次",)),
    ("每季度末月25日前报送，第四季度总结。", ("每季度末月25日前", "第四季度")),
    ("8月底前完成开设，并动态更新。", ("8月底前", "动态更新")),
)
"""Prose, and the expressions found in it in order."""
