"""The public's questions are answered in the release's own sentences, or not at all."""

from __future__ import annotations

from incident_desk.domain.disclosure.public_answers import PublicQuestion, answers

TEXT = (
    "11月21日2时许，一辆罐车在堵河大桥侧翻，部分苯胺泄漏。受影响水体为堵河下游河段。"
    "市区自来水供应正常，黄龙滩水厂已停止取水。请勿取用堵河河水，请勿捕捞垂钓。"
    "下一次情况将于8时发布。咨询电话：12345。"
)


def test_each_question_gets_its_own_sentence() -> None:
    found = {answer.question: answer.text for answer in answers(TEXT)}
    assert found[PublicQuestion.DRINKING] == "市区自来水供应正常，黄龙滩水厂已停止取水。"
    assert found[PublicQuestion.ADVICE] == "请勿取用堵河河水，请勿捕捞垂钓。"
    assert found[PublicQuestion.HAPPENED].startswith("11月21日2时许")
    assert found[PublicQuestion.WATER] == "受影响水体为堵河下游河段。"
    assert found[PublicQuestion.NEXT_WORD] == "下一次情况将于8时发布。"
    assert found[PublicQuestion.HOTLINE] == "咨询电话：12345。"


def test_drinking_comes_first() -> None:
    assert answers(TEXT)[0].question is PublicQuestion.DRINKING


def test_every_answer_stands_word_for_word_in_the_release() -> None:
    assert all(answer.text in TEXT for answer in answers(TEXT))


def test_what_is_not_said_is_not_answered() -> None:
    assert answers("情况正在核实。") == ()
    assert answers("") == ()
