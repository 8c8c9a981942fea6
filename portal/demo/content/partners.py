"""Organisations of the demo: the offices and programmes that the article names, with invented contacts and details.

Source: the article, on the court's plans, the Youth League's projects and the societies that help.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from portal.needs.rules import NeedKind
from portal.partners.rules import OrgKind, ProjectKind

K = NeedKind


class ServiceWords(NamedTuple):
    """What an organisation offers."""

    name: str
    kinds: tuple[NeedKind, ...]
    eligibility: str
    documents: tuple[str, ...]
    wait_days: int
    capacity: int | None
    ages: tuple[int | None, int | None] = (None, None)


class ProjectWords(NamedTuple):
    """One project with what it has promised: (title, unit, target, done), and money in yuan."""

    kind: ProjectKind
    name: str
    summary: str
    funder: str
    budget: int
    spent: int
    promised: tuple[tuple[str, str, int, int], ...]


class OrgWords(NamedTuple):
    """One organisation."""

    key: str
    name: str
    name_en: str
    kind: OrgKind
    description: str
    services: tuple[ServiceWords, ...] = ()
    programmes: tuple[tuple[str, str, bool], ...] = ()
    """(name, description, sealed)."""
    projects: tuple[ProjectWords, ...] = ()


ORGANISATIONS: Final = (
    OrgWords(
        "police", "兰山区公安分局户政窗口（演示）", "Lanshan Police, Household Registration (demo)", OrgKind.GOVERNMENT,
        "为没有落户的儿童办理户口登记，协助做亲子鉴定。",
        (ServiceWords("儿童落户办理", (K.HOUSEHOLD_REGISTRATION,), "在兰山区居住、尚未登记户口的儿童", ("出生医学证明", "监护人身份证", "居住证明"), 10, 20),),
    ),
    OrgWords(
        "education", "兰山区教育和体育局（演示）", "Lanshan Education and Sports Bureau (demo)", OrgKind.GOVERNMENT,
        "协调入学、转学、复学和学籍，减免困难学生费用。",
        (ServiceWords("入学与学籍协调", (K.SCHOOLING, K.HOUSEHOLD_REGISTRATION), "义务教育阶段儿童", ("户口簿或居住证明", "学籍信息"), 7, None, (5, 18)),),
    ),
    OrgWords(
        "hospital", "临沂示例医院眼科中心", "Linyi Example Hospital, Eye Centre", OrgKind.HOSPITAL,
        "为困难家庭儿童做免费眼部检查和手术。",
        (ServiceWords("免费眼部手术", (K.MEDICAL,), "经诊断需要手术的困难家庭儿童", ("诊断书", "监护人同意书"), 14, 12, (1, 18)),),
    ),
    OrgWords(
        "medical-aid", "兰山区医疗救助服务中心（演示）", "Lanshan Medical Aid Centre (demo)", OrgKind.GOVERNMENT,
        "大病救助的咨询、申报和费用结算。",
        (ServiceWords("大病救助", (K.MEDICAL,), "自付医疗费用较高的困境儿童家庭", ("诊断书", "费用清单", "低保或特困证明"), 21, None),),
    ),
    OrgWords(
        "court", "兰山区人民法院少年审判庭（演示）", "Lanshan Court, Juvenile Division (demo)", OrgKind.COURT,
        "打造“青柠、青芷、青橙计划”，对未成年人开展普法教育、社会观护等工作。",
        (ServiceWords("未成年人法律咨询", (K.LEGAL,), "涉及监护、抚养、继承的未成年人", ("相关文书复印件",), 5, 15),),
        (("青柠计划", "走进学校和村居的普法课。", False), ("青芷计划", "为困境儿童提供监护与权益方面的司法帮助。", False), ("青橙计划", "社会观护。", True)),
    ),
    OrgWords(
        "youth", "共青团兰山区委（演示）", "Youth League of Lanshan (demo)", OrgKind.GOVERNMENT,
        "探索形成团干部、学校、志愿服务组织合作模式。",
        (ServiceWords("假期陪伴与课后辅导", (K.SCHOOLING, K.PSYCHOLOGICAL), "6 至 15 岁儿童", (), 7, 60, (6, 15)),),
        (), (
            ProjectWords(ProjectKind.YOUTH, "红领巾志愿服务", "少先队员与困境儿童结伴活动。", "团区委", 40_000, 26_500, (("结伴活动", "场", 24, 17),)),
            ProjectWords(ProjectKind.CLASSES, "沂蒙小学堂", "周末和假期的课业辅导与兴趣课。", "团区委", 60_000, 41_200, (("辅导课", "课时", 160, 122), ("兴趣课", "课时", 60, 44))),
        ),
    ),
    OrgWords(
        "charity", "兰山区慈善总会（演示）", "Lanshan Charity Federation (demo)", OrgKind.CHARITY,
        "募集并送去家具、被褥、学习用品和生活物资。",
        (ServiceWords("家庭家具与生活物资", (K.MATERIAL,), "经镇街核实的困境儿童家庭", ("需求清单",), 10, None),),
    ),
    OrgWords(
        "work", "兰山区益童社会工作服务中心（演示）", "Yitong Social Work Centre (demo)", OrgKind.CHARITY,
        "承接公益创投项目，为困境儿童做个案与小组服务。",
        (ServiceWords("个案心理辅导", (K.PSYCHOLOGICAL,), "有情绪困扰的儿童及其照料人", (), 7, 20, (6, 18)),),
        (), (ProjectWords(ProjectKind.VENTURE, "公益创投：温暖同行", "为 60 名孤困儿童提供一年的成长陪伴。", "区民政局", 100_000, 63_800, (("个案服务", "人次", 240, 171), ("家庭小组", "场", 20, 14))),),
    ),
    OrgWords(
        "furniture", "示例家居有限公司", "Example Home Furnishing Co.", OrgKind.COMPANY,
        "捐赠书桌、床和衣柜，送货上门并安装。",
        (ServiceWords("书桌与床铺捐赠", (K.MATERIAL,), "居住条件差的困境儿童家庭", ("户型或房间照片",), 15, 40),),
    ),
    OrgWords(
        "video", "临沂大学短视频社团（演示）", "Linyi University Short-video Club (demo)", OrgKind.CLUB,
        "暑期开展孤困儿童及未成年人研学活动。",
        (ServiceWords("暑期研学结伴", (K.OTHER,), "8 至 16 岁儿童", ("监护人同意书",), 20, 30, (8, 16)),),
    ),
    OrgWords(
        "women", "兰山区妇女联合会（演示）", "Lanshan Women's Federation (demo)", OrgKind.GOVERNMENT,
        "家庭教育指导和照料人支持。",
        (ServiceWords("家庭教育指导", (K.PSYCHOLOGICAL, K.OTHER), "困境儿童的照料人", (), 10, 25),),
    ),
    OrgWords(
        "legal-aid", "兰山区法律援助中心（演示）", "Lanshan Legal Aid Centre (demo)", OrgKind.GOVERNMENT,
        "为困境儿童免费代理监护、抚养费等案件。",
        (ServiceWords("法律援助代理", (K.LEGAL, K.HOUSEHOLD_REGISTRATION), "困境儿童及其监护人", ("身份证明", "案件材料"), 7, 20),),
    ),
)  # fmt: skip
