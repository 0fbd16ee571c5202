"""The promises about who owes a task: names as written, one role each."""

import pytest

from reminders.plans.names import is_collective, is_vague, split_names
from reminders.plans.units import Units, read_units

CASES = [
    # one unit, several units: without 牵头 all of them lead
    ("办公室", ["办公室"], []),
    ("办公室、法规处", ["办公室", "法规处"], []),
    ("办公室，各处室", ["办公室", "各处室"], []),
    ("办公室\n法规处", ["办公室", "法规处"], []),
    ("办公室 法规处", ["办公室", "法规处"], []),
    ("办公室、人事处按职责分工负责", ["办公室", "人事处"], []),
    ("各处室、直属单位分别落实", ["各处室", "直属单位"], []),
    # 牵头 and what follows it
    ("办公室牵头，各处室配合", ["办公室"], ["各处室"]),
    ("办公室、法规处分别牵头，各处室、直属单位配合", ["办公室", "法规处"], ["各处室", "直属单位"]),
    ("法规处牵头组织，各单位按照职能分别落实", ["法规处"], ["各单位"]),
    ("法规处牵头，信息处负责系统安全，各处室负责内容审核", ["法规处"], ["信息处", "各处室"]),
    ("法规处、信息处牵头，抓好相关工作；各处室分别落实", ["法规处", "信息处"], ["各处室"]),
    ("由办公室牵头，各科室按职责分工落实", ["办公室"], ["各科室"]),
    ("办公室牵头。各单位配合。", ["办公室"], ["各单位"]),
    ("办公室牵头，法规处会签", ["办公室"], ["法规处"]),
    ("办公室会同法规处办理", ["办公室"], ["法规处"]),
    ("信息处牵头，相关单位配合 直属单位配合", ["信息处"], ["相关单位", "直属单位"]),
    ("服务中心牵头，业务处等各处室、直属单位配合", ["服务中心"], ["业务处", "各处室", "直属单位"]),
    # labels and brackets
    ("牵头单位：办公室；配合单位：法规处、各科室", ["办公室"], ["法规处", "各科室"]),
    ("责任处室：宣传处牵头，办公室和各处室负责落实", ["宣传处"], ["办公室", "各处室"]),
    ("办公室（牵头）、法规处", ["办公室"], ["法规处"]),
    ("办公室（法规处配合）", ["办公室"], ["法规处"]),
    ("办公室（保密办）、法规处", ["办公室（保密办）", "法规处"], []),
    ("办公室牵头（收集意见，会法规处审核），各处室配合", ["办公室"], ["各处室"]),
    # names that hold a conjunction, and lists that end with one
    ("住房和城乡建设局和文化和旅游局", ["住房和城乡建设局", "文化和旅游局"], []),
    ("基层建设和社区治理处落实", ["基层建设和社区治理处"], []),
    ("办公室及各处室", ["办公室", "各处室"], []),
    (
        "各市〔州〕、县〔市、区〕政府，省直各部门、各单位分别落实",
        ["各市〔州〕、县〔市、区〕政府", "省直各部门", "各单位"],
        [],
    ),
    ("各县（市、区）应急管理局", ["各县（市、区）应急管理局"], []),
    # only support named
    ("信息处技术支持", ["信息处"], []),
]


@pytest.mark.parametrize(("text", "lead", "support"), CASES)
def test_a_cell_names_who_leads_and_who_supports(text: str, lead: list[str], support: list[str]) -> None:
    units = read_units(text, "第1项")
    assert (list(units.lead), list(units.support)) == (lead, support)


@pytest.mark.parametrize("text", ["无", "不涉及", "我局无此项职责", "我局不承担此项工作。", "不适用"])
def test_a_cell_that_denies_the_duty_proposes_so(text: str) -> None:
    units = read_units(text, "第1项")
    assert units.no_duty
    assert not units.lead
    assert [warning.kind for warning in units.warnings] == ["no-duty"]


@pytest.mark.parametrize("text", ["", "—", " / "])
def test_a_blank_cell_names_nobody(text: str) -> None:
    assert read_units(text, "第1项") == Units()


def test_beside_a_column_of_lead_units_the_others_support() -> None:
    units = read_units("法规处、各处室", "第1项", lead="办公室")
    assert (units.lead, units.support) == (("办公室",), ("法规处", "各处室"))


def test_columns_of_lead_and_support_are_read_for_themselves() -> None:
    units = read_units("", "第1项", lead="办公室、法规处", support="各处室")
    assert (units.lead, units.support) == (("办公室", "法规处"), ("各处室",))


def test_a_unit_named_twice_keeps_its_first_role() -> None:
    units = read_units("办公室牵头，办公室、法规处配合", "第1项")
    assert (units.lead, units.support) == (("办公室",), ("法规处",))


def test_a_remark_is_no_unit_and_is_told() -> None:
    units = read_units("办公室牵头（负责收集意见，会法规处审核），各处室配合", "第9项")
    assert [warning.kind for warning in units.warnings] == ["unit-note"]
    assert "第9项" in units.warnings[0].sentence


def test_a_name_that_looks_like_none_is_kept_and_told() -> None:
    units = read_units("办公室、信访", "第1项")
    assert units.lead == ("办公室", "信访")
    assert [warning.kind for warning in units.warnings] == ["unit-doubt"]


def test_collectives_are_known_and_the_vague_ones_among_them() -> None:
    assert all(is_collective(name) for name in ("各处室", "直属单位", "相关处室", "局属各单位", "全省各级主管部门"))
    assert not any(is_collective(name) for name in ("办公室", "区域协调处", "全域旅游处"))
    assert is_vague("相关单位")
    assert not is_vague("各处室")


def test_a_list_is_cut_only_between_units() -> None:
    assert split_names("宣传处、规划和财务处和各处室") == ["宣传处", "规划和财务处", "各处室"]
