"""A list of contacts as an office keeps it, in csv or a workbook: read whole, or refused with every bad row named.

A webhook is a secret (whoever has it can write into the group): it is kept out of repr and out of every sentence.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from reminders.documents import Document, Grid, read_document
from reminders.documents.limits import refuse_too_many_bytes
from reminders.exceptions import ContactsRejected, InputError

Role: TypeAlias = Literal["liaison", "head", "leader", "group"]

# Heading words by field; compared without blanks, brackets and case.
HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "unit": ("单位", "单位名称", "处室", "部门", "科室", "责任单位", "所在单位", "unit", "department"),
    "unit_kind": ("单位类别", "单位类型", "类别", "单位性质", "unitkind", "kind", "type"),
    "name": ("姓名", "联系人", "名称", "人员", "name", "contact"),
    "role": ("角色", "职务", "身份", "职责", "role", "position"),
    "email": ("邮箱", "电子邮箱", "邮件", "电子邮件", "邮箱地址", "email", "e-mail", "mail"),
    "wecom_userid": ("企业微信", "企业微信账号", "企业微信号", "企微", "政务微信", "wecom", "wecomuserid", "userid"),
    "mobile": ("手机", "手机号", "手机号码", "移动电话", "mobile", "cell"),
    "phone": ("办公电话", "电话", "座机", "联系电话", "固定电话", "phone", "telephone", "tel"),
    "webhook": ("webhook", "群机器人", "机器人", "机器人地址", "群机器人地址", "webhook地址"),
}
ROLES: Final[dict[str, Role]] = {
    **dict.fromkeys(("联络员", "联系人", "经办人", "经办同志", "liaison"), "liaison"),
    **dict.fromkeys(("负责人", "处长", "科长", "主任", "单位负责人", "处室负责人", "主要负责人", "head"), "head"),
    **dict.fromkeys(("领导", "局领导", "分管领导", "领导小组", "组长", "副组长", "leader"), "leader"),
    **dict.fromkeys(("群", "工作群", "微信群", "企业微信群", "群机器人", "group"), "group"),
}
KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(("处室", "科室", "内设机构", "机关处室", "内设处室", "股室"), "处室"),
    **dict.fromkeys(("直属单位", "直属", "事业单位", "直属事业单位", "下属单位", "所属单位"), "直属单位"),
}
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
)
_MOBILE: Final = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_PHONE: Final = re.compile(r"[\d+()\-*×转,，、/ ]{3,40}")
_USERID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
# The whole address as copied (https, or http of a private deployment), or the robot's key alone.
_WEBHOOK: Final = re.compile(r"https?://\S+|[A-Za-z0-9_-]{16,64}")
_MOST_SHOWN: Final = 50  # sentences in one refusal; nobody mends more at a time


@dataclass(frozen=True, slots=True)
class Contact:
    """A person, or a group, that messages go to. Fields that are not known are empty texts."""

    unit: str  # empty for a leader, and for the plan's work group
    unit_kind: str  # 处室, 直属单位 or empty
    name: str
    role: Role
    email: str = ""
    wecom_userid: str = ""
    mobile: str = ""  # 11 digits
    webhook: str = field(default="", repr=False)  # secret
    row: int = 0  # of the list it came from
    phone: str = ""  # office telephone, as written


def read_contacts(source: Path | bytes, name: str | None = None) -> tuple[Contact, ...]:
    """The contacts in a csv or workbook. ContactsRejected names every row that cannot be used; nothing is kept then."""
    data, shown = (source, name or "contacts.csv") if isinstance(source, bytes) else (_read(source), source.name)
    refuse_too_many_bytes(len(data), shown)
    grid, columns, first = _table(read_document(data, shown), shown)
    return _Reading(shown, columns).contacts(_rows(grid, columns, first))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"通讯录文件「{path}」打不开（{error.strerror}）：请检查路径和权限。") from error


def _table(document: Document, name: str) -> tuple[Grid, dict[str, int], int]:
    """The grid with the headings, their columns, and the first row below them."""
    nearest: set[str] = set()
    for grid in document.grids:
        for index, row in enumerate(grid.rows()[:20]):
            columns: dict[str, int] = {}
            for at, cell in enumerate(row):
                found = _field_of(cell.text) if cell is not None else None
                if found is not None and found not in columns:
                    columns[found] = at
            if {"unit", "name", "role"} <= set(columns):
                return grid, columns, index + 1
            nearest = max(nearest, set(columns), key=len)
    missing = [HEADINGS[field_name][0] for field_name in ("unit", "name", "role") if field_name not in nearest]
    raise ContactsRejected(
        f"通讯录「{name}」的表头缺少“{'、'.join(missing)}”：第一行应为 单位、单位类别、姓名、"
        "角色、邮箱、企业微信、手机、办公电话，"
        "可以用 docs/contacts-template.csv 作模板。"
    )


def _field_of(heading: str) -> str | None:
    """The field a heading means; what stands in brackets behind it does not count: 手机（11位）."""
    bare = re.split(r"[（(]", unicodedata.normalize("NFKC", heading))[0]
    text = re.sub(r"[\s_:]", "", bare).lower()
    return next((field_name for field_name, words in HEADINGS.items() if text in words), None)


def _rows(grid: Grid, columns: dict[str, int], first: int) -> list[tuple[int, dict[str, str]]]:
    """(row number as shown in the file, texts by field) of every row that is not blank."""
    rows: list[tuple[int, dict[str, str]]] = []
    for index, row in enumerate(grid.rows()[first:], start=first):
        texts = {name: _plain(cell.text if (cell := row[at]) is not None else "") for name, at in columns.items()}
        number = re.search(r"第(\d+)行", grid.places[index])
        if any(texts.values()):
            rows.append((int(number.group(1)) if number else index + 1, texts))
    return rows


def _plain(text: str) -> str:
    """A cell on one line, full-width digits and letters as their common form."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


class _Reading:
    """Checks all rows before any is accepted."""

    def __init__(self, name: str, columns: dict[str, int]) -> None:
        self._name = name
        self._columns = columns
        self._wrong: list[str] = []

    def contacts(self, rows: Sequence[tuple[int, dict[str, str]]]) -> tuple[Contact, ...]:
        if not rows:
            raise ContactsRejected(f"通讯录「{self._name}」只有表头，没有人员：请填写后再导入。")
        found = [self._contact(number, texts) for number, texts in rows]
        people = [person for person in found if person is not None]
        self._refuse_twice(people)
        self._refuse_shared_userid([person for person in people if person.wecom_userid])
        kinds = self._kinds(people)
        if self._wrong:
            more = len(self._wrong) - _MOST_SHOWN
            shown = self._wrong[:_MOST_SHOWN] + ([f"另有 {more} 处。"] if more > 0 else [])
            head = f"通讯录「{self._name}」有 {len(self._wrong)} 处要改，没有导入任何人："
            raise ContactsRejected("\n".join([head, *shown]))
        return tuple(replace(person, unit_kind=kinds.get(person.unit, "")) for person in people)

    def _contact(self, number: int, texts: dict[str, str]) -> Contact | None:
        before = len(self._wrong)
        role = ROLES.get(texts.get("role", "").replace(" ", "").lower())
        if role is None:
            known = "联络员、负责人、领导、群"
            self._say(number, f"角色“{texts.get('role', '')}”不认识：请填 {known} 之一。")
        unit, kind = texts.get("unit", ""), texts.get("unit_kind", "")
        if role in ("liaison", "head") and not unit:
            self._say(number, "没有填单位：联络员和负责人都属于一个单位。")
        if role == "leader" and unit:
            self._say(number, f"领导不属于任何单位，单位一栏却写了“{unit}”：请清空，或把角色改为负责人。")
        if role != "group" and not texts.get("name"):
            self._say(number, "没有填姓名。")
        if kind and kind not in KINDS:
            self._say(number, f"单位类别“{kind}”不认识：请填 处室 或 直属单位，也可以空着。")
        addresses = self._addresses(number, texts, role)
        if len(self._wrong) > before or role is None:
            return None
        name = texts.get("name") or (f"{unit}群" if unit else "工作群")
        return Contact(unit=unit, unit_kind=KINDS.get(kind, ""), name=name, role=role, row=number, **addresses)

    def _addresses(self, number: int, texts: dict[str, str], role: Role | None) -> dict[str, str]:
        email, userid = texts.get("email", ""), texts.get("wecom_userid", "")
        mobile = re.sub(r"[\s-]", "", texts.get("mobile", ""))
        phone, webhook = texts.get("phone", ""), texts.get("webhook", "")
        if email and not _EMAIL.fullmatch(email):
            self._say(number, f"邮箱“{email}”不是完整的地址：应形如 name@example.gov.cn，一格只填一个。")
        if userid and not _USERID.fullmatch(userid):
            self._say(number, f"企业微信账号“{userid}”不能用：应为管理后台里的账号，由字母、数字和 _ - . @ 组成。")
        digits = _MOBILE.fullmatch(mobile)
        if mobile and not digits:
            self._say(number, f"手机号“{mobile}”不是 11 位号码。")
        if phone and not _PHONE.fullmatch(phone):
            self._say(number, f"办公电话“{phone}”不像电话号码。")
        if webhook and not _WEBHOOK.fullmatch(webhook):
            self._say(number, "webhook 不是完整的地址，也不是机器人的密钥：请从群机器人设置里重新复制。")
        if role == "group" and not webhook:
            self._say(number, "群没有填 webhook 地址。")
        if role != "group" and webhook:
            self._say(number, "webhook 只能填在角色为“群”的行。")
        if role not in ("group", None) and not any((email, userid, mobile, phone)):
            self._say(number, "没有任何联系方式：邮箱、企业微信、手机、办公电话至少填一项。")
        return {
            "email": email,
            "wecom_userid": userid,
            "mobile": digits.group(1) if digits else "",
            "phone": phone,
            "webhook": webhook,
        }

    def _refuse_twice(self, people: Sequence[Contact]) -> None:
        seen: dict[tuple[str, str, str], Contact] = {}
        for person in people:
            first = seen.setdefault((person.unit, person.role, person.name), person)
            if first is not person:
                self._say(person.row, f"与第 {first.row} 行重复（{person.unit}{person.name}，角色相同）：请删去一行。")

    def _refuse_shared_userid(self, people: Sequence[Contact]) -> None:
        seen: dict[str, Contact] = {}
        for person in people:
            first = seen.setdefault(person.wecom_userid.lower(), person)
            if first.name != person.name:
                self._say(
                    person.row,
                    f"企业微信账号“{person.wecom_userid}”与第 {first.row} 行的{first.name}相同：一个账号只属于一个人。",
                )

    def _kinds(self, people: Sequence[Contact]) -> dict[str, str]:
        """The kind of each unit; a unit of two kinds is refused, a blank takes what another row says."""
        kinds: dict[str, tuple[str, int]] = {}
        for person in people:
            if not person.unit or not person.unit_kind:
                continue
            kind, row = kinds.setdefault(person.unit, (person.unit_kind, person.row))
            if kind != person.unit_kind:
                self._say(person.row, f"{person.unit}的单位类别“{person.unit_kind}”与第 {row} 行的“{kind}”不同。")
        return {unit: kind for unit, (kind, _) in kinds.items()}

    def _say(self, number: int, sentence: str) -> None:
        self._wrong.append(f"第 {number} 行：{sentence}")
