"""One night at the desk in Chinese, from the telephone that rings to the package in the archive, as people live it.

The slices run in order on one desk: what one of them wrote, the next one finds. The exercise is loaded; a second call
comes in. Whatever a screen complained about on the way ends the night.
"""

from __future__ import annotations

import io
import json
import re

import docx
import pytest
from PIL import Image

from tests.journeys import call_taking, page_words, pictures
from tests.journeys.night import DESK, PHONE, Night, Screen

pytestmark = [pytest.mark.browser, pytest.mark.alone]

RELEASE = {
    "issuer_name": "竹山县人民政府",
    "account": "竹山发布",
    "link": "https://example.invalid/zhushan/1",
    "title": "【演练】关于堵河苯胺泄漏的情况通报",
    "text": "【演练】11月22日凌晨，一辆苯胺罐车在堵河某大桥侧翻，部分苯胺进入堵河大桥至黄龙滩水库河段。"
    "请沿河群众不要取用河水，不要在河边垂钓捕捞。自来水供水正常。",
    "pollutant": "苯胺",
    "range_text": "堵河大桥至黄龙滩水库河段",
    "measures": "不要取用河水",
}


def test_a_call_is_taken_by_keyboard_alone_and_survives_a_reload(night: Night) -> None:
    officer, second = night.officer(), night.second()
    officer.await_live()
    second.await_live()
    officer.page.keyboard.press("F2")
    officer.page.wait_for_url("**/calls/drafts/*")
    call_taking.type_wrong_answers(officer)
    typed = call_taking.answers(officer)
    officer.page.reload()
    officer.await_live()
    assert call_taking.answers(officer) == typed
    call_taking.put_right(officer)
    officer.page.keyboard.press("Control+Enter")
    officer.page.wait_for_url("**/incidents/X420300-*")
    assert call_taking.PLACE in officer.words(".case-head__title")
    night.new_case_no = officer.page.url.rsplit("/", 1)[1]
    assert night.new_case_no in officer.words(".case-head")
    second.await_words(call_taking.PLACE, "#cases")


def test_two_clicks_record_a_first_call_and_the_other_desk_sees_it(night: Night) -> None:
    officer, second = night.officer(), night.second()
    officer.go("/")
    waterworks = officer.page.locator(".first-call", has_text="黄龙滩水库供水单位").first
    call = f"#{waterworks.get_attribute('id')}"
    second.page.wait_for_selector(call)
    waterworks.get_by_role("link", name="已接通").click()
    officer.page.keyboard.insert_text("水厂调度员")
    officer.page.fill("#f-said", "加密监测，准备切换备用水源")
    officer.page.get_by_role("button", name="已接通").click()
    officer.page.wait_for_url(f"{officer.address}/")
    assert officer.page.locator(call).count() == 0
    second.page.wait_for_selector(call, state="detached", timeout=5000)
    second.await_words("加密监测，准备切换备用水源", "#log")


def test_the_desk_proposes_a_grade_and_a_person_judges_it(night: Night) -> None:
    officer = night.officer()
    officer.go(f"/incidents/{night.new_case_no}")
    assert "未判明" in officer.words(".case-head__top")
    assert "重大、特别重大事件初报" in officer.words("#clocks")
    panel = officer.page.locator("#grade")
    panel.get_by_label("一般").check()
    officer.page.fill("#f-basis", "无人员伤亡，取水口未受影响")
    officer.page.fill("#f-second", "赵岳")
    panel.get_by_role("button", name="记录认定").click()
    officer.await_words("一般", ".case-head__top")
    strict = officer.page.locator("#clocks .clock", has_text="一般、较大事件初报")
    assert "从严" in strict.inner_text()
    assert "失效" in officer.page.locator("#clocks .clock", has_text="重大、特别重大事件初报").first.inner_text()


def test_two_screens_agree_on_the_time_although_one_computer_is_an_hour_ahead(night: Night) -> None:
    officer, second = night.officer(), night.second()
    for screen in (officer, second):
        screen.go(night.case)
        screen.await_live()
    shown = [call_taking.seconds_of(screen.words("[data-server-time]")) for screen in (officer, second, officer)]
    assert shown[0] <= shown[1] + 1
    assert shown[1] <= shown[2] + 1
    ahead = second.page.evaluate("Date.now()") - officer.page.evaluate("Date.now()")
    assert ahead > 3_500_000


def test_a_screen_that_was_cut_off_says_so_and_catches_up_without_losing_or_doubling(night: Night) -> None:
    officer, second = night.officer(), night.second()
    officer.go("/")
    second.go("/")
    second.await_live()
    second.forgiving = True
    second.context.set_offline(True)
    second.page.wait_for_selector("#connection-banner:not([hidden])", timeout=5000)
    for text in ("县里来电：围油栏到位", "消防第二批吸附棉出发"):
        officer.page.fill("#log-text", text)
        officer.page.keyboard.press("Enter")
        officer.await_words(text, "#log")
    assert "围油栏到位" not in second.words("#log")
    second.context.set_offline(False)
    second.await_live()
    second.forgiving = False
    for text in ("县里来电：围油栏到位", "消防第二批吸附棉出发"):
        second.await_words(text, "#log")
        assert second.words("#log").count(text) == 1
    assert "连接已断开" not in second.words()


def test_law_and_water_stand_on_one_ruler_with_the_same_as_a_table(night: Night) -> None:
    officer = night.officer()
    officer.go(night.case)
    ruler = officer.page.locator("#ruler")
    assert ruler.locator(".ruler__lane--law .ruler__row").count() >= 2
    assert ruler.locator(".ruler__lane--water .ruler__row").count() >= 1
    assert "黄龙滩水库水源地" in ruler.inner_text()
    ruler.get_by_text("以表格显示").click()
    table = ruler.locator("table").inner_text()
    assert "重大、特别重大事件初报" in table
    assert "黄龙滩水库水源地" in table


def test_the_flow_typed_beats_the_mean_and_the_map_asks_nobody_else(night: Night) -> None:
    officer = night.officer()
    officer.go(night.case)
    before = officer.page.locator(".ruler__lane--water .ruler__row").first.inner_text()
    officer.page.locator("#discharge summary").click()
    form = officer.page.locator("#discharge form")
    form.locator("[name=discharge_m3s]").fill("400")
    form.locator("[name=source]").fill("竹山水文站电话")
    form.locator("[type=submit]").click()
    officer.await_words("400", "#discharge .said__source, #discharge p")
    officer.go(f"{night.case}/map")
    officer.page.locator("#own-figures").get_by_role("button", name="重新追踪").click()
    officer.page.wait_for_load_state()
    table = officer.words("#reached")
    assert "黄龙滩水库水源地" in table
    assert "竹山水文站电话" in officer.words("#trace-table")
    officer.page.wait_for_selector(".map svg path, .map canvas", state="attached")
    assert officer.page.locator(".map .leaflet-marker-icon").count() >= 3
    officer.go(night.case)
    assert officer.page.locator(".ruler__lane--water .ruler__row").first.inner_text() != before


ENGLISH = re.compile(r"[A-Za-z]{4,}")
ALLOWED = re.compile(r"English|Ctrl|Enter|Word|https?://\S+|\(WGS-84.*|GPS|CGCS2000|WGS|SHA-256|CSV|\b[0-9a-f]{12,}\b")


def sign_by_finger(leader: Screen) -> None:
    """Draw a name on the glass."""
    canvas = leader.page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    mouse = leader.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 40)
    mouse.down()
    for step in range(1, 12):
        mouse.move(box["x"] + 30 + step * 20, box["y"] + (40 if step % 2 else 80))
    mouse.up()


def test_six_to_ten_experts_are_texted_and_their_answers_appear_by_themselves(night: Night) -> None:
    officer = night.officer()
    officer.go(f"{night.case}/callout")
    proposed = officer.page.locator("#callout-proposal input[name=experts]")
    assert 6 <= proposed.count() <= 10
    count = proposed.count()
    officer.page.get_by_role("button", name="发送调用短信").click()
    officer.await_live()
    asked = officer.page.locator("#callout-asked .row")
    assert asked.count() == count
    wall = night.phones()
    wall.page.wait_for_function(
        "count => [...document.querySelectorAll('.phone')].filter(p => p.innerText.includes('专家')).length >= count",
        arg=count,
    )
    called = wall.page.locator(".phone", has_text="专家")
    assert "【演练】" in called.first.inner_text()
    called.nth(0).locator(".arrive").click()
    called.nth(1).get_by_role("button", name="不能来").click()
    officer.page.wait_for_selector("#callout-coming .row")
    officer.await_words("不能来", "#callout-asked")
    officer.await_words("已送达", "#callout-asked")


def test_two_photographs_from_a_phone_at_the_river_stand_on_case_and_map_at_once(night: Night) -> None:
    officer, second = night.officer(), night.second()
    officer.go(f"{night.case}/evidence")
    officer.page.fill("#f-label", "竹山分局现场组")
    officer.page.get_by_role("button", name="生成链接和二维码").click()
    assert officer.page.locator(".qr svg").count() == 1
    address = officer.words("#link-address")
    assert address.startswith("https:")
    officer.go(f"{night.case}/evidence")
    officer.await_live()
    second.go(f"{night.case}/map")
    second.await_live()
    assert second.page.locator(".marker--photo").count() == 0
    phone = night.phone_at_the_river()
    phone.go(address)
    camera = {"name": "IMG_0320.jpg", "mimeType": "image/jpeg", "buffer": pictures.from_a_camera()}
    chat = {"name": "mmexport1.jpg", "mimeType": "image/jpeg", "buffer": pictures.forwarded()}
    phone.page.fill("[data-photo-note]", "桥下油膜，右岸")
    phone.page.set_input_files("input[capture]", files=[camera])
    phone.page.wait_for_selector("[data-received-list] li")
    phone.page.get_by_label("他人微信转来").check()
    phone.page.set_input_files("input[data-photo][multiple]", files=[chat])
    phone.page.wait_for_selector("[data-received-list] li:nth-child(2)")
    phone.await_words("已全部送达", "[data-queue-state]")
    phone.page.get_by_role("button", name="到达").click()
    officer.page.wait_for_function("() => document.querySelectorAll('.photograph').length === 2")
    officer.await_words("桥下油膜，右岸", "#photographs")
    officer.await_words("微信", "#photographs")
    turned = officer.page.locator(".photograph", has_text="桥下油膜").locator("img")
    turned.scroll_into_view_if_needed()
    officer.page.wait_for_function(
        "() => [...document.querySelectorAll('.photograph img')].every(i => i.naturalWidth > 0)"
    )
    assert turned.evaluate("image => image.naturalHeight > image.naturalWidth")
    second.page.wait_for_selector(".marker--photo", state="attached")


def test_the_first_report_is_drafted_checked_signed_by_finger_and_reaches_everybody(night: Night) -> None:
    officer, second, leader = night.officer(), night.second(), night.leader()
    officer.go("/")
    owed = officer.page.locator("#clocks .clock", has_text="重大、特别重大事件初报").filter(has_text="十堰市人民政府")
    owed.get_by_role("link", name="报告").click()
    officer.page.get_by_role("button", name="书面报告").click()
    officer.page.wait_for_url("**/reports/*")
    night.report = officer.page.url.removeprefix(officer.address)
    assert "正在核实" in officer.words("#report-text")
    second.go(night.report)
    second.page.get_by_role("button", name="核稿无误").click()
    second.await_words("李禾", "#signing")
    officer.go(night.report)
    officer.page.get_by_role("button", name="送签").click()
    officer.page.wait_for_load_state()
    link = night.texted_link("/sign")
    leader.go(link)
    assert leader.page.get_by_role("button", name="签发").is_disabled()
    sign_by_finger(leader)
    leader.page.get_by_role("button", name="签发").click()
    leader.await_words("赵岳")
    officer.go(night.report)
    assert "赵岳" in officer.words("#signing")
    panel = officer.page.locator("#recipients")
    panel.locator("#f-receiver_name").fill("省厅值班员褚江")
    panel.locator("#f-proof").fill("传真回执 0312")
    panel.get_by_role("button", name="登记已报送").click()
    officer.await_words("全部接收单位均已送达", "#recipients")
    for screen in (officer, second):
        screen.go(night.case)
        met = screen.page.locator("#clocks .clock", has_text="重大、特别重大事件初报").filter(has_text="按时办结")
        met.first.wait_for()


def test_the_papers_of_the_report_open_and_say_that_it_is_an_exercise(night: Night) -> None:
    officer = night.officer()
    officer.go(night.report)
    with officer.page.expect_download() as caught:
        officer.page.get_by_role("link", name="报告文档").click()
    document = docx.Document(str(caught.value.path()))
    written = "\n".join(paragraph.text for paragraph in document.paragraphs)
    written += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "演练" in written
    assert "苯胺" in written
    chat = officer.words("#chat-text")
    assert "演练" in chat
    assert len(chat) <= 400
    fax = officer.context.new_page()
    fax.goto(officer.address + night.report + "/fax")
    assert "演练" in fax.inner_text("body")
    pixels = Image.open(io.BytesIO(fax.screenshot(full_page=True))).convert("RGB")
    colours = pixels.getcolors(1 << 20) or []
    assert all(max(colour) - min(colour) < 40 for _count, colour in colours if isinstance(colour, tuple))
    fax.close()


def test_a_release_is_checked_recorded_and_read_by_the_public(night: Night) -> None:
    officer = night.officer()
    officer.go(f"{night.case}/releases")
    for name, text in RELEASE.items():
        officer.page.fill(f"[name={name}]", text)
    officer.page.select_option("[name=issuer]", "government")
    officer.page.fill("[name=text]", "【演练】堵河发生危险化学品泄漏。")
    officer.page.get_by_role("button", name="只核对正文").click()
    officer.page.wait_for_selector("#release-check")
    assert "防护措施" in officer.words("#release-check")
    assert officer.page.input_value("[name=title]") == RELEASE["title"]
    officer.page.fill("[name=text]", RELEASE["text"])
    officer.page.fill("[name=published_at]", call_taking.minutes_ago(officer, 0))
    officer.page.get_by_role("button", name="登记为已发布").click()
    officer.await_words(RELEASE["title"], "#content")
    officer.go(night.case)
    met = officer.page.locator("#clocks .clock", has_text="5小时内发布权威信息").filter(has_text="按时办结")
    met.first.wait_for()
    public = night.screen("public", PHONE, is_mobile=True)
    public.go("/public")
    public.page.get_by_role("link", name=RELEASE["title"]).click()
    for words in ("演练", "苯胺", "竹山县人民政府", "不要取用河水"):
        assert words in public.words()


def test_the_case_is_exported_and_the_package_proves_itself(night: Night) -> None:
    archivist = night.screen("archivist", DESK, login="dangan")
    archivist.go(f"{night.case}/archive")
    archivist.page.get_by_role("button", name="导出并校验").click()
    archivist.page.wait_for_selector("#package-list .row")
    with archivist.page.expect_download() as caught:
        archivist.page.locator("#package-list .row a").first.click()
    package = night.desk.home / "package.zip"
    caught.value.save_as(package)
    done = night.desk.command("archive", "verify", str(package), "--json")
    found = json.loads(done.stdout)
    assert found["ok"], found["faults"]
    assert done.returncode == 0
    assert not night.desk.faults()


def test_no_page_shows_a_raw_code_or_an_english_word(night: Night) -> None:
    officer = night.officer()
    for path in page_words.pages_of(night):
        officer.go(path)
        assert not page_words.raw_codes(officer), path
        foreign = [words for words in page_words.chrome(officer) if ENGLISH.search(ALLOWED.sub("", words))]
        assert not foreign, path


def test_what_refreshes_itself_is_still_there_to_refresh_again(night: Night) -> None:
    officer = night.officer()
    for path in page_words.pages_of(night):
        officer.go(path)
        for place in officer.page.locator("[data-refresh-url]").all():
            name, url = place.get_attribute("id"), place.get_attribute("data-refresh-url")
            answer = officer.page.evaluate("url => fetch(url).then(answer => answer.text())", url)
            stays = place.get_attribute("data-refresh-swap") == "innerHTML"
            assert stays != (f'id="{name}"' in answer), f"{path} {name}"
