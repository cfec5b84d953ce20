"""Words that say yes or no of a contact: answered or not, resolved or not."""

from __future__ import annotations

from forecast.ingest.cell import narrow
from forecast.ingest.synonym import EMPTY

_EITHER_YES = "是 有 y yes true t 1 1.0 真"
_EITHER_NO = "否 无 没有 不是 n no false f 0 0.0 假"
_ANSWERED = (
    "已接听 接听 已接 接通 已接通 接起 已接起 应答 已应答 正常接听 人工接听 接听成功 接通成功 呼叫成功 已接待 "
    "人工接待 接待 已回复 已处理 正常应答 成功 answered answer connected handled accepted served success picked"
)
_MISSED = (
    "未接听 未接 未接通 未接起 未应答 放弃 已放弃 排队放弃 振铃放弃 用户放弃 客户放弃 主动放弃 排队超时 超时放弃 "
    "呼损 漏接 漏话 流失 超时未接 接听失败 接通失败 呼叫失败 失败 未接待 未回复 未人工接待 排队流失 无人接听 无应答 "
    "abandoned abandon missed unanswered notanswered noanswer notconnected lost unserved aband notaccepted"
)
_RESOLVED = "已解决 解决 完全解决 一次解决 resolved solved fixed fcr"
_UNRESOLVED = "未解决 没解决 没有解决 未完全解决 unresolved unsolved notresolved notsolved"
_UNSAID = frozenset(["未评价", "未评", "未参评", "未参与", "暂无", "未知", "未反馈", "unknown", "none", "null", "n/a"])


def _words(yes: str, no: str) -> dict[str, bool]:
    said = dict.fromkeys((_EITHER_YES + " " + yes).split(), True)
    return {**said, **dict.fromkeys((_EITHER_NO + " " + no).split(), False)}


ANSWERED = _words(_ANSWERED, _MISSED)
RESOLVED = _words(_RESOLVED, _UNRESOLVED)


def truth(cell: object, known: dict[str, bool]) -> bool | None:
    """Whether a cell says yes; None where it says neither.

    >>> truth("Not answered", ANSWERED), truth("已接听", ANSWERED), truth("也许", ANSWERED)
    (False, True, None)
    """
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return {1.0: True, 0.0: False}.get(float(cell))
    word = narrow(str(cell)) if len(str(cell)) <= 40 else ""
    return known.get("".join(c for c in word if c not in " _-"))


def unsaid(cell: str) -> bool:
    """Whether a cell of a rating or a resolution says that nothing was said.

    >>> unsaid("-"), unsaid("未评价"), unsaid("5")
    (True, True, False)
    """
    word = cell.strip()
    return not word or word in EMPTY or word.casefold() in _UNSAID
