"""The advice to the own government to notify its neighbours (建议本级人民政府通报): the second act of 令17号 第八条."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from incident_desk.domain.errors import N_, DomainError


class AdviceTextMissing(DomainError):
    """Advice without a word."""

    code = "advice_text_missing"
    message_id = N_("Write what was advised, in the words that went out.")


class AdviceNamesNobody(DomainError):
    """Advice about no neighbour."""

    code = "advice_names_nobody"
    message_id = N_("Choose the neighbours that the government is to notify.")


class AdviceReceiverMissing(DomainError):
    """Nobody knows who in the government took it."""

    code = "advice_receiver_missing"
    message_id = N_("Write who took it, or what shows that it arrived.")


def advice_zh(
    *,
    government: str,
    title_what: str,
    neighbours: Iterable[str],
    situation: Sequence[str],
    has_told_peers: bool,
    exercise: bool,
) -> str:
    """The text to begin with: what happened, whether the own bureau has told its peers, what is advised."""
    named = "、".join(neighbours) or "［写明相邻地区人民政府］"
    mark = "【演练】" if exercise else ""
    facts = "".join(f"{part.rstrip('。')}。" for part in situation if part)
    told = "我局已" if has_told_peers else "我局正"
    return (
        f"{government}：\n"
        f"{mark}{title_what}可能涉及相邻地区。{facts}\n"
        f"{told}向相邻地区同级生态环境主管部门通报。根据《突发环境事件信息报告办法》第八条规定，"
        f"建议{government}及时向{named}通报有关情况。"
    )


def still_to_advise(affected: Iterable[str], advised: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Neighbours that no advice names yet, in the order given."""
    done = {code for codes in advised for code in codes}
    return tuple(code for code in affected if code not in done)
