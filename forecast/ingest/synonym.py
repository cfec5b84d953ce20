"""What exports call things: for each field the headings that mean it, Chinese and English, as data.

Written plainly, as `heading.plain` would: lower case, no spaces, underscores or hyphens. `{...}` groups are joined:
every stem with every ending.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

COUNT_ENDS = ("量", "数", "数量", "次数", "人数", "总量", "总数", "通数", "笔数", "件数", "个数", "单量", "人次")
COUNT_HEADS = ("", "总", "人工", "实际", "当日", "合计")


def _counts(stems: str, ends: Iterable[str] = COUNT_ENDS, heads: Iterable[str] = COUNT_HEADS) -> frozenset[str]:
    return frozenset(h + s + e for h, s, e in product(heads, stems.split(), ends))


def _english(ends: str, heads: str = "") -> frozenset[str]:
    """`calls received`, `received calls`, `inbound calls` for every thing that is counted."""
    things = words("calls contacts chats tickets conversations sessions emails interactions messages cases requests")
    both = {joined for t, e in product(things, ends.split()) for joined in (t + e, e + t, "total" + t + e)}
    return frozenset(both | {h + t for h, t in product(heads.split(), things)})


def words(*lines: str) -> frozenset[str]:
    """The words of all lines."""
    return frozenset(word for line in lines for word in line.split())


TIMES = {
    "date": words(
        (
            "日期 统计日期 数据日期 业务日期 报表日期 话务日期 呼叫日期 来电日期 进线日期 咨询日期 "
            "会话日期 自然日 日 天 年月日"
        ),
        (
            "date day statdate reportdate calldate businessdate calendardate dt contactdate "
            "intervaldate ticketcreateddate createddate"
        ),
    ),
    "time": words(
        (
            "时段 时间段 时间 间隔 区间 时间区间 统计时段 统计时间段 小时 时点 时刻 半小时 小时段 "
            "时段区间 时间间隔 统计间隔 时间范围 钟点"
        ),
        "时 分时段 话务时段 业务时段 来电时段 进线时段 咨询时段",
        (
            "ticketcreatedhour interval time period timeslot slot timeinterval hour halfhour "
            "timeofday timerange timeperiod hourofday"
        ),
    ),
    "start": words(
        (
            "开始时间 起始时间 起始 开始 统计时间 日期时间 时间戳 时段开始 时段开始时间 区间开始 "
            "开始时刻 起始时刻 日期时段 数据时间"
        ),
        "日期/时间 日期/时段 日期及时段 日期和时间 时间点 起止时间 统计开始时间 开始日期时间 起始日期时间",
        "start starttime datetime timestamp begin begintime intervalstart intervalbegin periodstart slotstart from",
        (
            "startinterval intervalstartdate startofinterval startdatetime date/time dateandtime "
            "datetimestart intervalstarttime starttimestamp timestart timefrom startdate"
        ),
    ),
    "end": words(
        "结束时间 终止时间 截止时间 结束 截止 时段结束 时段结束时间 区间结束 结束时刻 统计结束时间",
        (
            "endinterval endofinterval end endtime intervalend periodend slotend to until finish "
            "enddatetime intervalendtime timeend timeto enddate"
        ),
    ),
}

NAMES = {
    "queue": words(
        (
            "队列 队列名 队列名称 技能组 技能组名称 技能组名 技能 业务 业务线 业务类型 业务名称 "
            "业务组 渠道 渠道名称 渠道类型 咨询类型"
        ),
        "服务渠道 接入渠道 服务类型 咨询渠道 进线渠道 所属队列 所属技能组 排队队列 问题类型 联络渠道 服务队列",
        (
            "queue queuename ticketgroup skill skillname skillgroup skillset group groupname channel "
            "channelname contacttype lob"
        ),
        "ringgroup ringgroupname huntgroup",
        "lineofbusiness split split/skill splitskill media mediatype queues workgroup callqueue calltype",
    ),
    "source": words(
        "供应商 供应商名称 外包商 外包商名称 外包公司 服务商 服务商名称 承接方 承接商 外包供应商 合作商 外包方",
        "vendor vendorname supplier bpo partner source provider outsourcer agency",
    ),
    "site": words(
        "站点 网点 服务点 服务网点 分中心 地点 网点名称 站点名称 服务站点",
        "site sitename location servicepoint center centre callcenter callcentre servicesite",
    ),
}
# titles of what is no queue of contacts that came
ASIDE = words("外呼 呼出 呼叫 呼入 人工 机器人 智能 自助 outbound bot ivr inbound human")
# in a title over several columns these words name who answers, not what is answered
ANSWERS = words("外包 供应商 服务商 承接商 自营 自有 自建 inhouse outsourced outsourcer vendor bpo")
# contacts offered where they stand alone; beside a clearer heading for these, the ones that agents took on
ACCEPTED = _counts("接入", heads=("", "总", "人工"))
# taken for the first of these fields that no clearer heading claims
LATER = {
    **dict.fromkeys(words("职场 职场名称"), ("source", "site")),
    **dict.fromkeys(words("团队 团队名称 来源 team teamname"), ("source",)),
}

COUNTS = {
    "offered": _counts(
        "咨询 来电 进线 呼入 接入 会话 电话 话务 来访 访客咨询 工单 进单 呼叫 咨询接入 会话请求 "
        "进线请求 呼入请求 来电请求 电话呼入 转人工 邮件 留言 消息会话 请求 呼入来电 对话"
    )
    | _english("offered received presented created entered arrived", "inbound incoming")
    | words(
        "总量 话务总量 总进线 总呼入 总来电 总咨询",
        "offered calls contacts volume received inbound incoming chats sessions conversations tickets emails demand",
        (
            "contactsqueued callsqueued queued ticketscreated callsoffered offeredcalls "
            "contactsoffered offeredcontacts callvolume contactvolume callsreceived"
        ),
        "contactsreceived inboundcalls inboundcontacts incomingcalls incomingcontacts chatsoffered chatvolume",
        "ticketscreated newtickets arrivals totalcalls totalcontacts totaloffered entered callsentered callcount",
        "contactcount numberofcalls noofcalls numberofcontacts noofcontacts volumeoffered interactions count",
        "进线 来电 呼入",
        "totalvolume ncalls ncontacts callsin numcalls numcontacts nooffered chatcount sessioncount ncoffered",
    ),
    "handled": _counts(
        "接起 接听 应答 接通 接待 处理 已接 已接听 已接通 服务 受理 接待会话 接入会话 已接待 "
        "已处理 呼入接起 呼入接听 呼入接通 来电接起 来电接听 接起来电 人工接起 电话接起 电话接听 "
        "已接待对话 接待对话 已接待会话 接起会话"
    )
    | _english("handled answered accepted")
    | words(
        "接起 接听 接通 接待",
        "handled answered accepted connected served processed callshandled handledcalls callsanswered answeredcalls",
        "contactshandled contactsanswered acdcalls chatshandled chatsanswered handledcontacts answeredcontacts",
        "totalhandled totalanswered ticketshandled nchandled conversationshandled answeredchats numhandled",
    ),
    "abandoned": _counts(
        "放弃 呼损 流失 未接 未接通 未接听 排队放弃 呼入放弃 丢失 漏接 未应答 用户放弃 客户放弃 "
        "主动放弃 来电放弃 咨询流失 排队流失 放弃对话 放弃会话"
    )
    | _english("abandoned")
    | words(
        "呼损 放弃",
        "abandoned abandons abandon aban abn abd abandonedcalls callsabandoned abandonedcontacts contactsabandoned",
        "abncalls abancalls lost lostcalls missed missedcalls chatsabandoned totalabandoned numabandoned callslost",
    ),
    "resolved": _counts("解决 一次解决 首次解决 已解决 问题解决 一次性解决")
    | words("一次解决 resolved resolvedcount solved resolvedcontacts contactsresolved fcrcount resolvedcalls"),
    "bot_deflected": _counts(
        (
            "机器人拦截 机器人解决 机器人独立解决 智能客服解决 智能客服拦截 机器人自助解决 自助解决 "
            "bot解决 bot拦截 机器人自助"
        ),
        (*COUNT_ENDS, ""),
    )
    | words("botdeflected deflected botresolved botcontained botdeflections deflections botsolved selfserved"),
    "in_time": _counts(
        "及时接起 及时接听 及时应答 及时回复 及时响应 时限内接起 时限内应答 达标 达标接起 "
        "达标应答 时效内回复 时限内回复"
    )
    | words(
        "intime withinsl answeredinsl withintarget inservicelevel withinthreshold handledintime answeredintime",
        "answeredwithinsl answeredwithintarget slcalls callswithinsl handledwithinsl ontime repliedintime",
        "withinservicelevel answeredwithinthreshold",
    ),
    "replied": _counts("回复 已回复 人工回复 有回复") | words("replied replies repliedcontacts contactsreplied"),
    "rated": _counts("评价 参评 满意度评价 已评价 有效评价 评分")
    | words("rated ratings ratingcount surveyresponses surveys csatresponses ratingsreceived csatcount"),
}

DURATIONS = {
    "aht_s": words(
        (
            "平均处理时长 平均处理时间 平均处理用时 平均服务时长 平均接待时长 平均会话时长 "
            "平均办理时长 平均人工服务时长 单均处理时长"
        ),
        "平均人工处理时长 平均处理耗时 均处理时长 人工平均处理时长 平均服务时间 平均处理 平均操作时长 平均单通处理时长",
        "aht averagehandletime avghandletime averagehandlingtime avghandlingtime meanhandletime handletimeavg avgaht",
        "ahtavg averageaht meanhandlingtime avghandle averagehandle handletimemean avghandled",
    ),
    "first_response_s": words(
        (
            "首次响应时长 首次响应时间 首响 首响时长 首响时间 平均首响 平均首响时长 平均首响时间 "
            "平均首次响应时长 平均首次响应时间"
        ),
        (
            "平均首次响应 首次响应 首次回复时长 平均首次回复时长 首次人工响应时长 人工首响 "
            "人工首响时长 平均人工首响时长 首次回复时间"
        ),
        "首次应答时长 平均首次应答时长 首次响应用时 首次响应平均时长 首响平均时长",
        "frt firstresponse firstresponsetime avgfirstresponsetime averagefirstresponsetime avgfrt firstreplytime",
        "avgfirstreplytime averagefirstreplytime avgfirstresponse averagefirstresponse meanfirstresponsetime",
    ),
}

SHARES = {
    "satisfaction": words(
        (
            "满意度 满意率 好评率 客户满意度 平均满意度 满意度评分 平均评分 服务满意度 用户满意度 "
            "满意度得分 客户满意率 满意度均分 满意度平均分"
        ),
        "csat csatscore satisfaction satisfactionrate satisfactionscore averagecsat avgcsat csatrate csatpercent",
        "averagerating avgrating averagesatisfaction meanrating customersatisfaction",
    ),
}

FIELDS: dict[str, frozenset[str]] = {**TIMES, **NAMES, **COUNTS, **DURATIONS, **SHARES}

# the columns of a log with one row a contact
CONTACT: dict[str, frozenset[str]] = {
    "arrival": words(
        (
            "进线时间 来电时间 呼入时间 接入时间 会话开始时间 通话开始时间 创建时间 到达时间 "
            "咨询时间 发起时间 工单创建时间 呼叫时间 会话创建时间"
        ),
        (
            "进入队列时间 入队时间 请求时间 来访时间 呼叫开始时间 咨询开始时间 进入时间 工单提交时间 "
            "提交时间 会话发起时间 来电时刻"
        ),
        (
            "arrival arrivaltime arrived arrivedat createdat created createdtime creationtime "
            "calltime callstart callstarttime"
        ),
        "startedat contacttime openedat opentime entrytime enteredat arrivaltimestamp arrivaldatetime receivedat",
        "conversationstart sessionstart chatstart chatstarttime callstarted initiationtimestamp createtime vruentry",
        "receivedtime timeofarrival conversationstarttime sessionstarttime contactstart",
    ),
    "arrival_date": words(
        "进线日期 来电日期 呼入日期 咨询日期 会话日期 创建日期 呼叫日期 arrivaldate calldate contactdate createddate"
    ),
    "arrival_time": words("进线时刻 来电时刻 呼入时刻 timeofcall calltimeofday"),
    "queue": NAMES["queue"],
    "source": NAMES["source"],
    "site": NAMES["site"],
    "handle_s": words(
        (
            "处理时长 处理时间 处理用时 处理耗时 会话时长 服务时长 接待时长 时长 总处理时长 "
            "人工服务时长 持续时间 持续时长 会话持续时长"
        ),
        "handletime handle handleseconds handlingtime handleduration duration sessionduration contactduration handling",
        "totalhandletime conversationduration callhandletime aht servicetime",
    ),
    "answered": words(
        (
            "是否接通 是否接听 是否接起 是否应答 接听状态 接通状态 应答状态 接听结果 接通 接起 接听 "
            "应答 是否人工接待 是否接待 接待状态"
        ),
        "answered isanswered wasanswered handled ishandled accepted connected answer",
    ),
    "wait_s": words(
        "等待时长 排队时长 等待时间 排队时间 等待秒数 等待用时 排队等待时长 等待 排队等待时间 排队用时 客户等待时长",
        (
            "wait waittime waiting waitseconds waitingtime queuetime timeinqueue queuewait "
            "waitduration queueduration qtime"
        ),
        "queuewaittime waittimeinqueue",
    ),
    "resolved": words(
        "是否解决 是否一次解决 解决状态 是否已解决 问题是否解决 是否首次解决 resolved isresolved solved fcr wasresolved"
    ),
    "rating": words(
        "评分 满意度 满意度评分 评价 评价得分 满意度评价 客户评分 星级 评价星级 服务评分 客户评价 满意度得分 评价分数",
        "rating score csat satisfaction stars customerrating surveyscore csatscore satisfactionscore",
    ),
}
# a plain time heading is the arrival only beside a field of CONTACT_SIGNS
CONTACT_PLAIN = TIMES["start"] | words("时间 time")
CONTACT_OUTCOME = words(
    "状态 通话状态 会话状态 结果 通话结果 呼叫结果 呼叫状态 接入状态 status outcome result disposition callstatus"
)
CONTACT_SIGNS = frozenset({"handle_s", "answered", "wait_s", "resolved", "rating"})
CONTACT_ID = words(
    (
        "会话id 通话id 会话编号 通话编号 流水号 呼叫流水号 工单号 工单编号 会话号 通话流水号 "
        "呼叫id 咨询id 咨询编号 记录id 会话标识"
    ),
    "callid contactid sessionid conversationid ticketid caseid interactionid chatid ucid ticketno ticketnumber uuid",
)

# known, and not taken: why, by kind
RATE = words(
    (
        "接通率 接起率 接听率 应答率 放弃率 呼损率 流失率 解决率 一次解决率 首次解决率 回复率 "
        "服务水平 及时率 达标率 转人工率 参评率 拦截率 占比 环比 同比"
    ),
    (
        "20秒接起率 20s接起率 20秒服务水平 机器人拦截率 机器人解决率 呼损比例 放弃比例 "
        "及时接起率 应答及时率 问题解决率 邀评率 评价率"
    ),
    "answerrate abandonmentrate abandonrate servicelevel sl sla resolutionrate fcrrate replyrate occupancy rate share",
    "abandonpercent abanpercent answeredpercent servicelevelpercent handlerate deflectionrate utilization utilisation",
)
TALK = words(
    (
        "平均通话时长 平均通话时间 通话时长 平均通话 通话总时长 通话时间 平均话后时长 "
        "平均整理时长 话后时长 平均话后处理时长 平均保持时长"
    ),
    (
        "averagetalktime avgtalktime att talktime averageacw acw acwtime avgacw averagewraptime "
        "holdtime avgholdtime talk wrap"
    ),
    (
        "asa averagespeedofanswer avgspeedofanswer 平均等待时长 平均排队时长 平均应答速度 "
        "平均响铃时长 最长等待时长 平均响应时长 平均响应时间"
    ),
    "平均等待时间 平均排队时间 avgwait averagewait avgwaittime averagewaittime maxwait 最大等待时长",
)
WEEKDAY = words("星期 周几 周 星期几 weekday dayofweek dow week wday")
TOTAL = words(
    "合计 总计 小计 总 汇总 共计 平均 均值 平均值 日均 total sum subtotal average grandtotal avg mean",
    "totals 月合计 周合计 日合计 本月合计 本周合计 全天 累计 总合计 日小计 周小计 本页小计 本页合计",
    "overall 最大值 最小值 最高 最低 峰值 max min maximum minimum peak",
)
AVERAGE = words("最大值 最小值 最高 最低 峰值 max min maximum minimum peak 平均 均值 平均值 日均 average avg mean")
SUBTOTAL = words("小计 subtotal 日合计 周合计 月合计 日小计 周小计 本页小计 本页合计 本周合计 本月合计 全天")
# a dash, or one of these words, says: nothing known
EMPTY = frozenset({"-", "--", "---", "—", "——", "–", "－", "/", "…", "...", "无", "暂无", "n/a", "null", "none", "nil"})
