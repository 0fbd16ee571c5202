"""The rules that read points, by how a point begins: the table of the families months, years, relative and festivals.

`point_at` reads one point at one place; few rules are tried there, since the first character, or the one that follows
the number, says which can apply.
"""

from schedules.rules.festivals import FESTIVALS, LUNAR_DAYS
from schedules.rules.lookup import BY_CHAR, BY_UNIT, DASH, HEAD, NUMBER_FIRST, WEEKDAYS, N, point_at
from schedules.rules.months import COMPACT, DAYS, MONTHS, NUMERICS, PARTS
from schedules.rules.relative import RELATIVES, WEEKDAY
from schedules.rules.years import FIRSTS, HALVES, MARKS, PLANS, QUARTER_LETTERS, QUARTERS, WORDS, YEARS

__all__ = ["DASH", "HEAD", "NUMBER_FIRST", "WEEKDAYS", "N", "point_at"]

BY_UNIT.update(
    {
        "月": (*MONTHS,),
        "节": (FESTIVALS,),
        "季": (QUARTERS,),
        "个": (QUARTERS,),
        "年": (YEARS,),
        "日": (DAYS, COMPACT),
        "号": (DAYS,),
        "o": (YEARS,),
        "O": (YEARS,),
        **dict.fromkeys("-/.", NUMERICS),
        **dict.fromkeys("前之以，,。；;、)）", (COMPACT, FESTIVALS)),
        "": (COMPACT,),
        "”": (PLANS, FESTIVALS),
        '"': (PLANS, FESTIVALS),
        "期": (PLANS, FESTIVALS),
        "假": (FESTIVALS,),
        "国": (FESTIVALS,),
        "劳": (FESTIVALS,),
        "时": (PLANS,),
        "末": (PLANS,),
    }
)
BY_CHAR.update(
    {
        "岁": (MARKS,),
        "本": (WORDS, RELATIVES),
        "当": (WORDS, RELATIVES),
        "这": (RELATIVES,),
        "今": (WORDS, RELATIVES),
        "明": (WORDS, RELATIVES),
        "次": (WORDS, RELATIVES),
        "后": (WORDS, RELATIVES),
        "翌": (WORDS,),
        "来": (WORDS,),
        "去": (WORDS,),
        "前": (WORDS, *FIRSTS),
        "上": (HALVES, WORDS, PARTS, RELATIVES),
        "下": (HALVES, WORDS, PARTS, RELATIVES),
        "月": (PARTS,),
        "季": (PARTS,),
        "即": (RELATIVES,),
        "首": (QUARTERS,),
        "Q": (QUARTER_LETTERS,),
        **dict.fromkeys("周星礼", (WEEKDAY,)),
        "“": (PLANS, FESTIVALS),
        "末": (QUARTERS,),
        **dict.fromkeys("农阴旧闰正腊冬", (LUNAR_DAYS, FESTIVALS)),
        "中": (PARTS, FESTIVALS),
        **dict.fromkeys("春元端清除小重七妇植消劳青儿建教国圣平宪龙", (FESTIVALS,)),
        "大": (FESTIVALS, RELATIVES),
        "年": (MARKS, FESTIVALS),
    }
)
