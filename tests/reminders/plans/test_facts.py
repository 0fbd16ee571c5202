"""What a document says about itself."""

from datetime import date

import pytest

from reminders.documents import Line
from reminders.plans.facts import Facts, find_facts, read_date

NOTICE = "云溪市公共服务局关于印发2026年政务公开工作要点的通知"
OWN = "2026年政务公开工作要点"


def facts(*lines: str, cells: tuple[str, ...] = ()) -> Facts:
    numbered = [Line(text, f"第{number}行") for number, text in enumerate(lines, start=1)]
    return find_facts(numbered, [("表1第1行", cell) for cell in cells], None)


def test_the_title_is_that_of_the_plan_not_of_the_notice() -> None:
    found = facts(NOTICE, "各处室：", "现印发你们。", "云溪市公共服务局", "2026年3月2日", "附件", OWN, "一、基础")
    assert found.title is not None
    assert (found.title.value, found.title.place) == (OWN, "第7行")


def test_a_title_over_two_lines_is_one() -> None:
    found = facts("云溪市公共服务局2026年政务公开工作要点", "及任务分工", "一、基础")
    assert found.title is not None
    assert found.title.value == "云溪市公共服务局2026年政务公开工作要点及任务分工"


def test_without_a_title_of_its_own_the_notice_names_the_plan() -> None:
    found = facts("云溪市公共服务局关于印发《云溪市公共服务局2026年工作要点》的通知", "各处室：")
    assert found.title is not None
    assert found.title.value == "云溪市公共服务局2026年工作要点"


@pytest.mark.parametrize(
    "lines",
    [
        ("云公服发〔2026〕6号", NOTICE),
        (f"{NOTICE}-云公服发〔2026〕6号",),
        (NOTICE, "云公服发[2026]6号"),
    ],
)
def test_the_number_stands_alone_or_behind_the_heading(lines: tuple[str, ...]) -> None:
    found = facts(*lines)
    assert found.number is not None
    assert found.number.value.replace("[", "〔").replace("]", "〕") == "云公服发〔2026〕6号"


def test_a_number_inside_a_sentence_belongs_to_another_document() -> None:
    assert facts(NOTICE, "按照《通知》（国办发〔2026〕8号）要求，现印发你们。").number is None


def test_the_one_who_signs_above_the_date_issued_it() -> None:
    found = facts(NOTICE, "云溪市公共服务局办公室", "2026年3月2日", OWN)
    assert found.issuer is not None
    assert found.issuer.value == "云溪市公共服务局办公室"
    assert found.issued == date(2026, 3, 2)


def test_else_the_heading_names_the_issuer() -> None:
    assert facts(NOTICE).issuer == facts(NOTICE, "其他文字。").issuer
    found = facts("云溪市公共服务局2026年政务公开工作要点")
    assert found.issuer is not None
    assert found.issuer.value == "云溪市公共服务局"


def test_metadata_beside_the_text_fills_what_the_text_leaves_out() -> None:
    cells = ("发文机关:", "云溪市公共服务局", "成文日期:", "2026年03月02日", "发文字号:", "云公服发〔2026〕6号")
    found = facts(OWN, cells=cells)
    assert found.issuer is not None
    assert found.number is not None
    assert (found.issuer.value, found.issued, found.number.value) == (
        "云溪市公共服务局",
        date(2026, 3, 2),
        "云公服发〔2026〕6号",
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年3月2日", date(2026, 3, 2)),
        ("　　2026 年 3 月 2 日　", date(2026, 3, 2)),
        ("二〇二六年三月二日", date(2026, 3, 2)),
        ("二○二六年十二月二十一日", date(2026, 12, 21)),
        ("（2026年3月2日）", date(2026, 3, 2)),
        ("2026年2月30日", None),
        ("2026年3月2日前报送", None),
    ],
)
def test_a_date_of_issue_is_a_line_of_its_own(text: str, day: date | None) -> None:
    assert read_date(text) == day


def test_a_signature_decides_over_the_date_of_publication() -> None:
    found = facts("发布日期：2026-03-20 10:00", OWN, "云溪市公共服务局", "2026年3月2日")
    assert found.issued == date(2026, 3, 2)
    assert facts("发布时间：2026-03-20 10:00", OWN).issued == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (("2026年工作要点", "云公服发〔2025〕6号"), 2026),
        (("工作要点", "云公服发〔2025〕6号"), 2025),
        (("二〇二六年工作要点",), 2026),
        (("工作要点", "2024年12月31日"), 2024),
        (("工作要点",), None),
    ],
)
def test_the_year_is_that_of_the_title_then_of_the_number_then_of_the_date(
    lines: tuple[str, ...], year: int | None
) -> None:
    assert facts(*lines).year == year
