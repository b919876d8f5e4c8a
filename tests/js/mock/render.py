"""Render the layouts with invented data, to look at them without the application: render.py OUT_DIR.

For people who change the look; nothing here ships and no test reads it. Words come from the Chinese list beside it.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
sys.path.insert(0, str(ROOT))

from incident_desk.domain.ruler import LawMark, WaterMark, compose_ruler  # noqa: E402

ZONE = timezone(timedelta(hours=8))
LEARNED = datetime(2026, 11, 21, 2, 25, tzinfo=ZONE)
NOW = LEARNED + timedelta(minutes=35, seconds=8)
ZH = json.loads((HERE / "zh.json").read_text("utf-8"))
PAGES = ("board", "sheet", "case", "field", "expert", "wall", "public", "error", "empty")


def environment(locale: str, theme: str) -> Environment:
    def gettext(message: str, **values: object) -> str:
        text = ZH.get(message, message) if locale != "en" else message
        return text % values if values else text.replace("%%", "%")

    loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(HERE)])
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"])
    env.install_gettext_callables(gettext, lambda one, many, n, **v: gettext(many, num=n, **v), newstyle=False)
    env.filters |= {
        "iso": lambda at: at.isoformat() if at else "",
        "local_time": lambda at: f"{at.month}月{at.day}日 {at:%H:%M}" if at else "—",
        "local_clock": lambda at: f"{at:%H:%M:%S}",
        "time_left": lambda due, now=NOW: left(due, now, gettext),
    }
    actor = SimpleNamespace(name="王磊", office_name="十堰市生态环境局", role="duty_officer", role_label="值班员")
    nav = [("值班台", True), ("事件", False), ("地图", False), ("值守", False), ("专家", False), ("规则", False)]
    env.globals |= {
        "_": gettext, "locale": locale, "theme": theme, "office_now": NOW, "is_exercise": True, "current_actor": actor,
        "static_url": lambda path: f"/incident_desk/static/{path}", "csrf_token": lambda: "mock", "last_seq": 812,
        "url_for": lambda endpoint, **_values: f"/{endpoint}",
        "request": SimpleNamespace(path="/", query_string=b"", full_path="/"),
        "nav_items": [{"href": "#", "label": label, "current": current} for label, current in nav],
        "duty": {"officer": "王磊", "leader": "陈国强"}, "new_call_href": "#", "search_href": "#", "help_href": "#",
        "get_flashed_messages": lambda **_options: [], "minutes": lambda n: LEARNED + timedelta(minutes=n),
        "status": 404, "code": "not_found", "words": "没有这个内容，或者它属于其他单位。",
        "ruler": example_ruler(None), "small_ruler": example_ruler(4),
        "ruler_words": {
            "running": "计时中", "warned": "临近时限", "overdue": "超时限", "met": "按时办结",
            "no_limit": "及时(无固定时限)",
        },
    }  # fmt: skip
    return env


def left(due: datetime, now: datetime, gettext: object) -> str:
    minutes = int(abs((due - now).total_seconds()) // 60)
    time = f"{minutes // 60}小时{minutes % 60}分" if minutes >= 60 else f"{minutes}分"
    return f"剩余 {time}" if due >= now else f"超时限 {time}"


def example_ruler(most: int | None) -> object:
    def at(hours: float) -> datetime:
        return LEARNED + timedelta(hours=hours)

    law = [
        LawMark("R2 初报(重大、特别重大)", LEARNED, at(2), "running", article="信息报告办法 第三条", target="#clocks"),
        LawMark("R8 通报相邻区域", at(0.3), None, "no_limit"),
        LawMark("D1 5小时权威信息", at(-0.25), at(4.75), "running"),
        LawMark("D2 24小时新闻发布会", at(-0.25), at(23.75), "running"),
        LawMark("L1 半小时初报(本地)", LEARNED, at(0.5), "overdue"),
        LawMark("R5 电话报告后补书面", at(0.1), at(1.1), "met", met_at=at(0.5)),
    ]
    water = [
        WaterMark("黄龙滩水库坝前", "dam", at(1.6), at(2.4), at(4.1)),
        WaterMark("黄龙滩水厂取水口", "intake", at(1.75), at(2.8), at(5.2)),
        WaterMark("堵河口断面", "section", at(9), at(13), at(19.5)),
        WaterMark("丹江口水库胡家岭水源地", "intake", at(26), at(44), at(130)),
    ]
    return compose_ruler(LEARNED, now=NOW, law=law, water=water, most_rows=most)


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for locale in ("zh_Hans", "en"):
        for theme in ("light", "dark"):
            env = environment(locale, theme)
            for page in PAGES:
                html = env.get_template(f"{page}.html").render()
                (out / f"{page}-{locale}-{theme}.html").write_text(html, "utf-8")


if __name__ == "__main__":
    main()
