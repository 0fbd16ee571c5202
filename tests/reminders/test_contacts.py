"""The promises of the list of contacts: read whole, or refused with every bad row named."""

import io
from pathlib import Path

import openpyxl
import pytest

from reminders.contacts import Contact, read_contacts
from reminders.exceptions import ContactsRejected, InputError

HEAD = "单位,单位类别,姓名,角色,邮箱,企业微信,手机,办公电话,webhook\n"
ANNA = "办公室,处室,张小一,联络员,zhang@example.com,zhangxy,19900000001,0990-0000001,\n"
HOOK = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=very-secret-key"


def read(text: str, encoding: str = "utf-8", name: str = "contacts.csv") -> tuple[Contact, ...]:
    return read_contacts(text.encode(encoding), name)


def refusal(text: str) -> str:
    with pytest.raises(ContactsRejected) as refused:
        read(text)
    return str(refused.value)


def test_a_row_becomes_a_contact_with_its_row_number() -> None:
    (person,) = read(HEAD + ANNA)
    assert person == Contact(
        "办公室", "处室", "张小一", "liaison", "zhang@example.com", "zhangxy", "19900000001", "", 2, "0990-0000001"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_an_office_reads_the_same(encoding: str) -> None:
    assert read(HEAD + ANNA, encoding) == read(HEAD + ANNA)


def test_headings_are_known_by_meaning_and_in_any_order() -> None:
    (person,) = read("E-mail,职务,姓名（联络员）,处室,手机号码\nzhang@example.com,联络员,张小一,办公室,199 0000 0001\n")
    assert (person.unit, person.name, person.email, person.mobile) == (
        "办公室",
        "张小一",
        "zhang@example.com",
        "19900000001",
    )


def test_english_headings_and_roles_are_known() -> None:
    people = read("unit,kind,name,role,email\nOffice室,处室,Zhang,head,z@example.com\n,,Du,leader,d@example.com\n")
    assert [(person.role, person.unit) for person in people] == [("head", "Office室"), ("leader", "")]


def test_a_workbook_reads_like_its_csv() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (HEAD + ANNA).splitlines():
        book.active.append(line.split(","))
    data = io.BytesIO()
    book.save(data)
    assert read_contacts(data.getvalue(), "contacts.xlsx") == read(HEAD + ANNA)


def test_the_templates_under_docs_can_be_read_and_are_alike() -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    people = read_contacts(docs / "contacts-template.csv")
    assert {person.role for person in people} == {"liaison", "head", "leader"}
    assert read_contacts(docs / "contacts-template.xlsx") == people


def test_the_csv_template_opens_right_in_excel() -> None:
    template = Path(__file__).resolve().parents[2] / "docs" / "contacts-template.csv"
    assert template.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_unit_needs_its_kind_only_once() -> None:
    people = read(HEAD + ANNA + "办公室,,李小二,负责人,li@example.com,,,,\n")
    assert [person.unit_kind for person in people] == ["处室", "处室"]


def test_everything_wrong_is_named_by_row_at_once() -> None:
    said = refusal(
        HEAD
        + "办公室,处室,张小一,联络员,not-an-address,,,,\n"
        + "办公室,科技类,李小二,负责人,li@example.com,,,,\n"
        + ",,王小三,联络员,wang@example.com,,,,\n"
        + "办公室,处室,赵小四,领导,zhao@example.com,,123,,\n"
        + "办公室,处室,,经理,,,,,\n"
    )
    assert "没有导入任何人" in said
    for row, what in (
        (2, "邮箱"),
        (3, "单位类别"),
        (4, "没有填单位"),
        (5, "领导不属于"),
        (5, "11 位"),
        (6, "角色“经理”"),
    ):
        assert any(line.startswith(f"第 {row} 行") and what in line for line in said.splitlines()), (row, what)


def test_the_same_person_twice_is_named_with_both_rows() -> None:
    assert "第 3 行：与第 2 行重复" in refusal(HEAD + ANNA + ANNA)


def test_one_wecom_account_belongs_to_one_person() -> None:
    other = "法规处,处室,李小二,联络员,li@example.com,ZhangXY,,,\n"
    assert "一个账号只属于一个人" in refusal(HEAD + ANNA + other)


def test_a_unit_of_two_kinds_is_refused() -> None:
    other = "办公室,直属单位,李小二,负责人,li@example.com,,,,\n"
    assert "第 3 行" in refusal(HEAD + ANNA + other)


def test_a_person_without_any_address_is_refused() -> None:
    assert "没有任何联系方式" in refusal(HEAD + "办公室,处室,张小一,联络员,,,,,\n")


def test_a_group_belongs_to_a_unit_or_to_the_plan() -> None:
    people = read(HEAD + f"办公室,处室,,群,,,,,{HOOK}\n" + f",,,工作群,,,,,{HOOK}2\n")
    assert [(person.unit, person.name, person.role) for person in people] == [
        ("办公室", "办公室群", "group"),
        ("", "工作群", "group"),
    ]


def test_a_webhook_never_shows_in_repr_or_in_a_refusal() -> None:
    (group,) = read(HEAD + f"办公室,处室,,群,,,,,{HOOK}\n")
    said = refusal(HEAD + "办公室,处室,,群,,,,,http://key=very-secret-key\n" + f"办公室,处室,张,联络员,,,,1,{HOOK}\n")
    assert group.webhook == HOOK
    assert "very-secret-key" not in repr(group) + said


def test_a_list_without_headings_says_which_are_missing() -> None:
    assert "“姓名、角色”" in refusal("单位,邮箱,手机\n办公室,a@example.com,19900000001\n")


def test_a_list_with_only_a_heading_is_refused() -> None:
    assert "只有表头" in refusal(HEAD)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="打不开"):
        read_contacts(tmp_path / "none.csv")
