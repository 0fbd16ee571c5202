"""The people of a bureau for a published plan: twenty units, a lead office, a leader, two group robots.

The plan itself stands outside the project; its tests skip where it is not present.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

FIRST, LAST = date(2022, 8, 22), date(2022, 12, 31)
PLAN = Path(__file__).resolve().parents[2].parent / "shared" / "plans" / "guangzhou-emergency-2022.txt"
OFFICES = [
    *("新闻处", "审批处", "指挥处", "机关党委", "法规处", "科技处", "局保密办", "综合处"),
    *("人事处", "计财处", "危化处", "减灾处", "森防处", "工贸处", "基础处", "执法处"),
]
ATTACHED = ["指挥中心", "宣教中心", "救援队", "信息中心"]
LEAD_OFFICE, SILENT, LEADER = "新闻处", "法规处", "领导"
ROBOT_KEYS = {"法规处": "11111111-aaaa-4bbb-8ccc-000000000001", "科技处": "11111111-aaaa-4bbb-8ccc-000000000002"}
ACTIVATION = (
    *("--lead-office", LEAD_OFFICE, "--leading-group", LEADER),
    *("--members", "相关处室=;相关单位=;相关单位室=", "--no-duty", "32", "--mentions", "take"),
)
ANSWERS = '{"unit":"法规处","answers":"silent"}\n{"unit":"新闻处","task":"1","answers":"silent"}\n'


def contacts_csv() -> str:
    """Every unit with a liaison and a head, one leader, two units with a group robot."""
    lines = ["单位,单位类别,姓名,角色,邮箱,企业微信,手机,办公电话,webhook"]
    for number, unit in enumerate(OFFICES + ATTACHED, 1):
        kind = "处室" if unit in OFFICES else "直属单位"
        for title, role in (("联络员", "liaison"), ("负责人", "head")):
            phone = f"1380000{number:02d}{'01' if role == 'liaison' else '02'}"
            lines.append(
                f"{unit},{kind},{unit}{title},{title},{role}{number}@bureau.example,{role}{number},{phone},020-1{number:04d},"
            )
        if unit in ROBOT_KEYS:
            lines.append(f"{unit},{kind},{unit}群,群,,,,,{ROBOT_KEYS[unit]}")
    lines.append(f",,{LEADER},领导,leader@bureau.example,leader,13800009901,020-19999,")
    return "\n".join(lines) + "\n"


def unit_of_address() -> dict[str, str]:
    """Which unit a mail address belongs to."""
    return {
        f"{role}{number}@bureau.example": unit
        for number, unit in enumerate(OFFICES + ATTACHED, 1)
        for role in ("liaison", "head")
    }
