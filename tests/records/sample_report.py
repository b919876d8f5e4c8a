"""The exercise's first report as values: a tanker with 18 t of aniline above Huanglongtan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from incident_desk.domain.reports.reporting import ArrivalBand, IntakeLine, ReceptorLine, ReportValues, StatedAmount

LEARNED = datetime(2026, 11, 20, 18, 25, tzinfo=UTC)
NOW = LEARNED + timedelta(minutes=35)


def band(hours: float) -> ArrivalBand:
    return ArrivalBand(
        NOW + timedelta(hours=hours), NOW + timedelta(hours=hours * 1.3), NOW + timedelta(hours=hours * 1.8)
    )


FULL = ReportValues(
    case_no="X420300-2026-0001",
    exercise=True,
    learned_at=LEARNED,
    occurred="11月21日02:10左右",
    place="十堰市张湾区堵河大桥（黄龙滩水库上游约12公里）",
    region="十堰市张湾区",
    coordinates="110.5300°E，32.6800°N（CGCS2000）",
    info_source="公安(110)通报",
    grade_line="等级尚未判明",
    triggers=("可能影响饮用水水源保护区", "下游为丹江口水库，有可能产生跨省影响"),
    nature="危险化学品道路运输泄漏",
    medium="地表水",
    cause="道路交通事故",
    course="一辆装载18吨苯胺的罐车在堵河大桥侧翻，罐体破裂，部分苯胺经桥面排水孔流入堵河",
    substances=("苯胺",),
    amounts=(
        StatedAmount("装载量", "18吨", confirmed=True),
        StatedAmount("泄漏量", "5吨", confirmed=False),
        StatedAmount("入河量", None),
    ),
    casualties="驾驶员1人轻伤，无人员中毒",
    intakes=(
        IntakeLine(
            "黄龙滩水厂取水口",
            "stopped_precaution",
            supply_interrupted=False,
            as_of=NOW,
            distance_km=12.3,
            arrival=band(3),
        ),
    ),
    receptors=(
        ReceptorLine("黄龙滩水厂取水口", "intake", "取水口", 12.3, arrival=band(3)),
        ReceptorLine("丹江口水库入库断面", "reservoir", "水库", 68.0, arrival=band(30), is_danjiangkou=True),
    ),
    trace_basis="按03:00推算，流量取多年平均",
    trend="污染团随水流向黄龙滩水库移动",
    measures_taken="已封堵桥面排水孔，通知黄龙滩水厂停止取水，通知黄龙滩电站停止发电",
    measures_planned="设置拦截坝和活性炭吸附坝",
    advice="请协调黄龙滩电站控制下泄流量",
    reporter_unit="十堰市生态环境局（演练）",
    contact="王值班",
    contact_phone="+8610000000001",
)

BARE = ReportValues(case_no="420300-2026-0007", exercise=False, learned_at=LEARNED)

LONG = replace(FULL, place="很长的地名" * 60, course="经过" * 200, casualties="伤者" * 90, advice="建议" * 90)
