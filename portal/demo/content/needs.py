"""Sentences of visits, needs and what came of them. None names a place, a school, a person or a parent's fact."""

from __future__ import annotations

from typing import Final

from portal.needs.rules import NeedKind
from portal.referrals.rules import Outcome, Step

K = NeedKind

VISITED: Final = (
    "孩子在写作业，奶奶在灶间做饭，家里暖和。",
    "刚放学回来，书包还没放下就拿奖状给我看。",
    "在院子里帮着剥花生，话比上回多。",
    "爷爷的腿好些了，能自己下地走几步。",
    "天冷了，问了炉子和煤气，窗户留着缝。",
    "孩子感冒刚好，已经回校上课。",
    "家里新添了台灯，说是晚上看书不费眼了。",
    "跟照料人核对了电话，号码没有变。",
    "看了床铺和被褥，厚薄够用。",
    "孩子说同桌换了，新同桌爱讲笑话。",
    "期中考完了，数学进步，自己挺高兴。",
    "聊了过年想要什么，说想要一双运动鞋。",
    "提醒了用火用电和独自过马路。",
    "照料人下地没在，孩子说中午热了饭吃。",
    "问了睡觉和吃饭，都好。",
    "孩子腼腆，问一句答一句，临走送到门口。",
)

RAISED: Final[dict[NeedKind, tuple[str, ...]]] = {
    K.HOUSEHOLD_REGISTRATION: (
        "孩子一直没有落户，出生证明还在。",
        "户口没有随迁，学籍和医保都办不了。",
        "出生证明遗失，需要先做鉴定再落户。",
    ),
    K.SCHOOLING: ("转来之后学籍没有转，学校催办。", "校服费和餐费这学期交不上。", "上学路远，想申请住校。"),
    K.MEDICAL: (
        "医生说眼睛需要手术，家里拿不出费用。",
        "复查和吃药的费用自付部分太高，想申请救助。",
        "斜视影响看书，想尽早检查。",
        "住院花费大，照料人不知道怎么报销。",
    ),
    K.MATERIAL: (
        "没有书桌，孩子趴在床上写作业。",
        "冬天被褥薄，三口人合盖一床。",
        "床板断了一根，垫着砖头睡。",
        "取暖炉坏了，天冷之前想换一个。",
        "衣柜漏雨泡坏了，衣服没处放。",
        "洗衣机坏了，老人手洗吃力。",
    ),
    K.PSYCHOLOGICAL: ("最近不愿说话，夜里常醒，想有人跟孩子聊聊。",),
    K.LEGAL: ("监护手续没有办，想问问怎么走程序。",),
    K.OTHER: ("假期没人看护，想找个安全的去处。",),
}
PASSED_UP: Final = (
    "村里协调过，解决不了，请镇街帮助。",
    "已入户核实，情况属实，报上级协调。",
    "需要跨部门办理，请接手。",
)
DONE: Final[dict[NeedKind, tuple[str, ...]]] = {
    K.HOUSEHOLD_REGISTRATION: ("户口已经登记，户口簿交到照料人手里。",),
    K.SCHOOLING: ("学籍已转好，学校已经接收。", "本学期费用已按规定减免。"),
    K.MEDICAL: ("手术顺利，按时复查。", "救助款已经拨付到账。", "检查和配镜已完成。"),
    K.MATERIAL: ("东西已送到家里，照料人签收。", "已换新并装好，当面试过。"),
    K.PSYCHOLOGICAL: ("辅导员已陪伴三次，孩子肯说话了。",),
    K.LEGAL: ("手续已经办妥，材料留存。",),
    K.OTHER: ("假期已有安排，照料人放心。",),
}
FAMILY_SAYS: Final = ("照料人说已经用上了。", "入户看过，问题解决了。", "电话回访，家里说满意。")

REACHED: Final[dict[NeedKind, tuple[tuple[Step, ...], Outcome]]] = {
    K.HOUSEHOLD_REGISTRATION: ((Step.BIRTH_CERTIFICATE, Step.POLICE_STATION, Step.REGISTERED), Outcome.REGISTERED),
    K.MEDICAL: ((Step.DIAGNOSIS, Step.ESTIMATE), Outcome.SURGERY_DONE),
    K.MATERIAL: ((Step.DELIVERED,), Outcome.DELIVERED),
}
WISHES: Final = (
    ("一双合脚的运动鞋", "孩子喜欢跑步，想要一双新运动鞋。"),
    ("一套彩色铅笔", "喜欢画画，想要一套颜色多的彩铅。"),
    ("一盏护眼台灯", "晚上写作业光线暗，想要一盏台灯。"),
    ("几本课外书", "想看科学故事和童话。"),
    ("一个新书包", "书包带断了，缝过两回。"),
    ("一副跳绳和毽子", "想课间和同学一起玩。"),
    ("一床厚被子", "天冷了，想要一床暖和的被子。"),
    ("周末有人陪着下棋", "刚学会象棋，想找人一起下。"),
    ("一次科技馆之行", "想看看真的机器人。"),
    ("一件防雨的外套", "下雨天上学路上用。"),
)
HELPERS: Final = ("热心居民", "退休教师", "爱心商户", "志愿者小队", "企业职工", "社团成员")
THANKS: Final = ("谢谢您，孩子收到后笑了。", "东西很合用，谢谢您的心意。", "孩子说要好好学习，谢谢您。")
