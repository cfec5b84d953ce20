"""Customer data recognised: by what a column is called, and by what its cells look like. Nothing here keeps a cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from forecast.language import Text
from forecast.problem import shown

AGENT = "agent"


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


# kind -> what a heading holds (plainly written); the first kind that fits
HOLDS: dict[str, tuple[str, ...]] = {
    "phone": _words(
        "手机 电话号码 联系方式 联系电话 主叫 来电号码 客户电话 用户电话 买家电话 呼入号码 固话 座机 被叫",
        "客户号码 用户号码 收件电话 收货电话 mobile phonenumber phoneno telephone cellphone callerid",
        "callernumber msisdn",
    ),
    "id": _words("身份证 证件号 护照 证件号码 idcard idnumber nationalid passport ssn identitycard"),
    "name": _words(
        "客户姓名 用户姓名 买家姓名 收货人 收件人 联系人 真实姓名 会员姓名 顾客姓名 客户名 买家名",
        "customername clientname buyername fullname firstname lastname recipient consignee contactname",
        "callername membername username 用户名",
    ),
    "nickname": _words(
        "昵称 旺旺 会员名 买家id 买家账号 客户账号 用户账号 会员账号 会员号 会员id 客户id 用户id 顾客id",
        "顾客账号 访客id openid unionid 微信 wechat qq nickname wangwang buyerid customerid userid",
        "memberid useraccount customeraccount screenname 客户编号 用户编号 访客名 pin码 京东pin",
        "customerno 微博 抖音号",
    ),
    "address": _words("地址 住址 门牌 address postcode zipcode 邮编 street"),
    "order": _words(
        "订单号 订单编号 订单id 运单号 快递单号 物流单号 交易号 交易编号 子订单 运单编号 退款编号",
        "售后单号 orderno orderid ordernumber trackingno trackingnumber waybill tradeid tradeno 订单",
    ),
    "email": _words("邮箱 电子邮件 emailaddress mailaddress 电邮"),
    "ip": _words("ip地址 客户ip ipaddress clientip 访客ip 用户ip"),
    "card": _words("银行卡 卡号 支付宝 cardnumber bankaccount alipay"),
    "birth": _words("生日 出生日期 birthday dateofbirth birthdate"),
    "text": _words(
        "聊天记录 聊天内容 会话内容 留言内容 通话录音 录音 问题描述 咨询内容 transcript recording", "messagetext"
    ),
}
IS: dict[str, tuple[str, ...]] = {
    "phone": _words("cell mobile phone tel 号码 电话"),
    "name": _words("buyer caller client customer name 买家 会员 名字 姓名 客户 用户 访客 顾客"),
    "email": _words("email mail 邮件地址"),
    "ip": _words("ip"),
    "order": _words("order 单号"),
}
STAFF = frozenset(
    _words(
        "advisor advisorname agent agentid agentlogin agentname agentno assignee csr csrname employee",
        "employeeid employeename handledby login operator rep representative server servername staff",
        "staffid staffname 专员 受理人 受理客服 员工 员工姓名 员工工号 员工编号 坐席 坐席id 坐席名称",
        "坐席姓名 坐席工号 处理人 客服 客服id 客服人员 客服名称 客服姓名 客服工号 客服昵称 客服账号 工号",
        "座席 座席名称 座席姓名 座席工号 接待人 接待客服 接线员 班组长 组长 经办人",
    )
)
COUNTS = ("量", "数", "率", "时长", "时间", "秒")  # 来电号码数 is a count, not a number anyone can be called by
MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?|0086[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])")
CITIZEN = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[0-9Xx](?![0-9A-Za-z])")
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
MASKED = re.compile(r"(?<!\d)1[3-9]\d\*{2,8}\d{2,4}(?!\d)")
ADDRESS4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
SEEN = 400  # characters of a cell that are looked at
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def heading(text: str) -> str:
    """The kind of person's data a heading says its column holds ('' none; 'agent' is staff, not a customer).

    >>> heading("客户手机号"), heading("Order No."), heading("坐席工号"), heading("咨询量")
    ('phone', 'order', 'agent', '')
    """
    words = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text[:200]).casefold())
    if words in STAFF:
        return AGENT
    for kind, names in IS.items():
        if words in names:
            return kind
    if words.endswith(COUNTS):
        return ""
    for kind, parts in HOLDS.items():
        if any(part in words for part in parts):
            return kind
    return ""


def content(cell: str) -> str:
    """The kind of customer data found in a cell: phone, id, email, or ''.

    >>> content("请回电 13812345678"), content("11010519491231002X"), content("275")
    ('phone', 'id', '')
    """
    text = unicodedata.normalize("NFKC", cell[:SEEN])
    if len(text) < 6:
        return ""
    if any(is_citizen(m.group()) for m in CITIZEN.finditer(text)):
        return "id"
    if MOBILE.search(text) or MASKED.search(text):
        return "phone"
    if "@" in text and EMAIL.search(text):
        return "email"
    return ""


def column(cells: Iterable[str]) -> str:
    """The kind of customer data that most of the filled cells hold, or ''."""
    kinds: dict[str, int] = {}
    filled = 0
    for cell in cells:
        if not cell:
            continue
        filled += 1
        kind = content(cell) or ("ip" if ADDRESS4.fullmatch(cell) else "")
        if kind:
            kinds[kind] = kinds.get(kind, 0) + 1
    best = max(kinds, key=lambda k: kinds[k], default="")
    return best if best and 2 * sum(kinds.values()) > filled else ""


def is_citizen(number: str) -> bool:
    """Whether 18 characters are a citizen's number: a date within, the right check digit.

    >>> is_citizen("11010519491231002X"), is_citizen("110105194912310021")
    (True, False)
    """
    if not re.fullmatch(r"[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]", number):
        return False
    total = sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def said(cell: object) -> str | Text:
    """A cell as an error may show it; what looks like customer data is never repeated."""
    if content(str(cell)):
        return Text("a cell not repeated here: it looks like customer data")
    return shown(cell)
