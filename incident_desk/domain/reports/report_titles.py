"""What a report is called: its title by kind and its number (第N报), as an officer writes them."""

from __future__ import annotations

from incident_desk.domain.law.legal_codes import ReportKind

KIND_ZH = {ReportKind.INITIAL: "初报", ReportKind.FOLLOW_UP: "续报", ReportKind.RESULT: "处理结果报告"}
_DIGITS = "零一二三四五六七八九"


def title_zh(kind: ReportKind, *, where: str, substances: tuple[str, ...], follow_up_no: int, exercise: bool) -> str:
    """``关于…涉苯胺突发环境事件的报告（续报二）``; a result report is one on how it was handled.

    *where* is empty while the place is not known; *follow_up_no* counts the follow-ups of the office, from 1.
    """
    mark = "【演练】" if exercise else ""
    what = f"涉{'、'.join(substances)}" if substances else ""
    about = f"{mark}关于{where or '（地点正在核实）'}{what}突发环境事件"
    if kind is ReportKind.RESULT:
        return f"{about}处理结果的报告"
    return f"{about}的报告（{part_zh(kind, follow_up_no)}）"


def part_zh(kind: ReportKind, follow_up_no: int) -> str:
    """``初报``, ``续报二``, ``处理结果报告``."""
    return f"{KIND_ZH[kind]}{numeral_zh(follow_up_no) if kind is ReportKind.FOLLOW_UP and follow_up_no else ''}"


def numeral_zh(number: int) -> str:
    """``三``, ``十``, ``二十一``; from 100 on in figures."""
    if not 1 <= number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")
