"""Who the demo's volunteers are: occupations, skills, languages, hours, and what they say about themselves."""

from __future__ import annotations

import random
from typing import Final

# The codes of the volunteers room: homework 功课辅导, reading 阅读, psychology 心理, art 美术, music 音乐, sport 体育,
# handicraft 手工, computer 电脑, english 英语, law 法律, medical 医护, career 职业规划, farming_skills 农技, sign_language 手语.
SKILL_CODES: Final = (
    "homework",
    "reading",
    "psychology",
    "art",
    "music",
    "sport",
    "handicraft",
    "computer",
    "english",
    "law",
    "medical",
    "career",
    "farming_skills",
    "sign_language",
)

# Occupation, weight, skills that come with it.
OCCUPATIONS: Final[tuple[tuple[str, int, tuple[str, ...]], ...]] = (
    ("小学教师", 14, ("homework", "reading", "art")),
    ("中学教师", 11, ("homework", "english", "career")),
    ("退休教师", 9, ("homework", "reading", "handicraft")),
    ("大学生", 13, ("homework", "sport", "computer", "english")),
    ("社会工作者", 8, ("psychology", "handicraft")),
    ("心理咨询师", 5, ("psychology",)),
    ("护士", 6, ("medical", "handicraft")),
    ("医生", 3, ("medical",)),
    ("机关干部", 9, ("reading", "career")),
    ("社区工作者", 8, ("handicraft", "reading")),
    ("个体经营者", 9, ("career", "sport")),
    ("物流公司职员", 7, ("career", "computer")),
    ("板材厂技工", 5, ("career", "handicraft")),
    ("律师", 3, ("law",)),
    ("法院工作人员", 2, ("law",)),
    ("银行职员", 4, ("career", "computer")),
    ("会计", 4, ("homework", "computer")),
    ("幼儿园教师", 6, ("art", "music", "handicraft")),
    ("全职妈妈", 6, ("handicraft", "reading")),
    ("果蔬种植户", 4, ("farming_skills",)),
    ("农技站技术员", 2, ("farming_skills", "career")),
    ("退役军人", 4, ("sport", "career")),
    ("健身教练", 2, ("sport",)),
    ("图书馆馆员", 2, ("reading", "homework")),
    ("音乐培训教师", 2, ("music",)),
    ("美术培训教师", 2, ("art",)),
    ("程序员", 3, ("computer", "english")),
    ("快递员", 3, ("sport",)),
    ("公交驾驶员", 2, ("sport",)),
    ("特殊教育教师", 2, ("sign_language", "psychology", "art")),
    ("退休工人", 6, ("handicraft", "farming_skills")),
    ("民营企业主", 3, ("career",)),
    ("消防救援队员", 1, ("sport", "medical")),
    ("药店店员", 2, ("medical",)),
)

# Language code (普通话, 临沂方言, 英语, 手语) and the share of volunteers who speak it, in percent.
LANGUAGES: Final[tuple[tuple[str, int], ...]] = (("mandarin", 100), ("linyi", 83), ("english", 17), ("sign", 2))

# A pattern: slots as weekday-daypart, weight. Weekends and evenings prevail, because most volunteers work.
AVAILABILITY: Final[tuple[tuple[tuple[str, ...], int], ...]] = (
    (("sat-am",), 18),
    (("sat-am", "sat-pm", "sun-am", "sun-pm"), 22),
    (("sun-pm",), 14),
    (("sat-pm",), 10),
    (("wed-eve", "sat-eve"), 7),
    (("mon-eve", "tue-eve", "wed-eve", "thu-eve", "fri-eve"), 8),
    (("tue-pm", "thu-pm"), 5),
    (("mon-am", "wed-am", "fri-am"), 4),
    (("fri-eve", "sat-eve", "sun-eve"), 4),
    (("sun-am", "sun-pm"), 8),
)

WHY: Final = (
    "小时候也是奶奶带大的，知道有人等着是什么滋味。",
    "女儿上大学去了，周末空出来，想把时间给需要的孩子。",
    "单位组织过一次探访，回来以后总惦记那个不说话的孩子。",
    "教了三十多年书，退下来闲不住。",
    "自己受过别人的资助，现在想把这份心传下去。",
    "做了母亲以后，见不得孩子一个人坐在门槛上。",
    "想做一件时间长、急不得的事。",
    "在医院见过太多撑着的家庭，想在病房外也帮一把。",
    "身边的同事结对了两年，听她讲着讲着就报了名。",
    "不敢说改变谁的命运，能按时到就好。",
    "我当过兵，答应的事一定做到。",
    "开店认识的人多，可以带孩子看看不同的行当。",
    "从学校的志愿服务队过来，想把短期的活动变成长期的陪伴。",
    "看了村里的公告来的，离家近，说话也投缘。",
    "学的是社会工作，想在真实的关系里学会倾听。",
    "年轻时忙生意，亏欠了自己的孩子，不想再错过。",
    "庄稼人没有别的，有力气，也有耐心。",
    "想让孩子知道，大人里也有说话算数的。",
    "看过一个孩子写的愿望是“有人来开家长会”，就忘不掉了。",
    "退休前在工会做妇女儿童工作，熟门熟路。",
    "弟弟听不见，我从小打手语，知道被听懂有多要紧。",
    "工作天天对着屏幕，想跟真实的人在一起。",
    "我的班主任当年每周来我家一次，我想成为那样的人。",
    "能力有限，讲故事还行。",
    "搬来兰山十二年了，想为这里做点什么。",
    "每天送件走街串巷，谁家有孩子我大致都知道。",
    "做律师见多了结果，想在前头多陪一段。",
    "孩子他爸也是志愿者，我们全家支持。",
    "经历过低谷，是一位陌生大姐陪我走出来的。",
    "先当了一年活动义工，觉得一对一更有意义。",
    "和几个老姐妹一起报的名，互相有个照应。",
    "想用学到的心理学做点踏实的事。",
    "夜班多，白天有空，正好能接电话。",
    "喜欢孩子，也愿意先接受培训和审查。",
    "朋友说我坐得住、听得进，我想试试。",
    "家里老人常说，远亲不如近邻，帮一把是本分。",
    "从前参加过救灾，知道陪伴比东西管用。",
    "大二开始支教，放不下，回来接着做。",
    "想学着少说教，多陪着。",
    "不图表扬，路上顺便的事做久了就是大事。",
    "店里有间空屋，孩子们放学可以来写作业，就这么开始的。",
    "带过特训营，有个孩子分别时问我“还来吗”，我就来了。",
)

LIKES: Final = (
    "喜欢和孩子一起读书，读完不提问，等他们自己说。",
    "会修自行车，孩子们爱围着看，顺手就教了。",
    "擅长把数学题讲成买菜的事。",
    "爱下象棋，输赢都教人沉得住气。",
    "周末常跑步，可以带大一点的孩子慢慢跑起来。",
    "会剪纸、编中国结，材料家里现成。",
    "喜欢带孩子认花草，走到哪儿认到哪儿。",
    "弹吉他，会的歌不多，够一起唱。",
    "做饭拿手，教孩子做三样菜，一个人也饿不着。",
    "英语发音还行，愿意陪着开口。",
    "爱听孩子讲学校里的事，记性好，人名都对得上。",
    "会打羽毛球、乒乓球，水平一般，正好跟孩子对打。",
    "画画没学过，但敢画，孩子见了就也敢了。",
    "懂一点急救，可以讲讲烫伤、溺水怎么办。",
    "愿意陪着做作业，不催，做完一起出去走走。",
    "爱讲沂蒙的老故事，听的人越小我讲得越起劲。",
    "会写毛笔字，过年能一起写春联。",
    "种了三亩菜，欢迎孩子来认种一垄。",
    "懂电脑，可以教打字、做表格、剪个小视频。",
    "能陪大孩子聊升学、聊学手艺，有什么说什么。",
    "拼图、积木、搭桥，手上的活都喜欢。",
    "学过沙盘和绘画辅导，孩子不说话也没关系。",
    "爱安静，适合陪同样安静的孩子。",
    "嗓门大、爱笑，闹腾的孩子跟我合得来。",
    "会缝纫，缝个沙包、改条裤子都行。",
    "喜欢做小实验，一杯水一根吸管就能玩半天。",
    "可以教孩子认账、记账、管零花钱。",
    "爱看动画片，跟孩子有话聊。",
    "骑行爱好者，路线都是安全的慢路。",
    "会点木工，做个小板凳、笔筒没问题。",
    "能用手语交流，也愿意教感兴趣的孩子。",
    "愿意打电话，每周三晚上雷打不动。",
    "带孩子去图书馆，办证、借书、还书走一遍。",
    "跳绳、踢毽子、跳皮筋，小时候的玩法都记得。",
    "讲法律不讲条文，讲遇到事该找谁。",
    "会理发，孩子的头发可以包在我身上。",
    "口琴吹得不错，口袋里随时有一支。",
    "喜欢陪低年级的孩子，换牙的年纪最有意思。",
    "跟十几岁的孩子处得来，不问不该问的。",
    "会做面点，小刺猬、小兔子都捏得像。",
    "爱拍照，只拍风景和手工，不拍孩子的脸。",
    "能陪着慢慢练普通话，也听得懂咱们的土话。",
)

# What staff write when a volunteer's status moves.
STATUS_REMARKS: Final[dict[str, tuple[str, ...]]] = {
    "applied": ("线上报名，已电话联系。", "由所在社区推荐。", "结对志愿者介绍来的。", "在广场宣传活动上报的名。"),
    "vetting": ("身份已核对，等待入职查询结果。", "两位推荐人已联系上一位。", "约好下周面谈。"),
    "training": ("审查通过，参加本月岗前培训。", "面谈印象踏实，安排培训。", "缺一次培训，下期补上。"),
    "ready": ("培训两小时以上，已签行为守则。", "材料齐全，可以结对。", "证件更新完毕，恢复可结对。"),
    "on_leave": ("本人申请，工作外派。", "家中有事，暂停两个月。", "备考期间请假。", "产假。"),
    "suspended": ("有情况待核实，暂停活动。", "长期联系不上，先行暂停。"),
    "rejected": ("入职查询未通过。", "时间达不到每月两次的要求，已说明。", "两次未到面谈，婉拒。"),
    "withdrawn": ("本人因搬家撤回申请。", "本人表示时间不够。"),
    "dismissed": ("违反行为守则，经核实后除名。",),
    "archived": ("服务期满，感谢陪伴。", "迁往外地。", "身体原因退出。"),
}


def profile(rng: random.Random) -> str:
    """Two sentences in the volunteer's own voice: why I came, and what I like doing with children."""
    return rng.choice(WHY) + rng.choice(LIKES)


def occupation(rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """An occupation and one to three skill codes, mostly its own, now and then one from a pastime."""
    word, _, own = rng.choices(OCCUPATIONS, [entry[1] for entry in OCCUPATIONS])[0]
    skills = rng.sample(own, rng.randint(1, min(3, len(own))))
    if rng.random() < 0.35:
        skills.append(rng.choice([code for code in SKILL_CODES[:-1] if code not in skills]))
    return word, tuple(skills)


def languages(rng: random.Random, skills: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The language codes of one volunteer: Mandarin always, and what the skills imply."""
    implied = {"english": "english" in skills, "sign": "sign_language" in skills}
    return tuple(code for code, share in LANGUAGES if rng.random() * 100 < share or implied.get(code))


def availability(rng: random.Random) -> tuple[str, ...]:
    """The slots that one volunteer offers, such as sat-am."""
    return rng.choices(AVAILABILITY, [weight for _, weight in AVAILABILITY])[0][0]
