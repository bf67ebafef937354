import type { Happened, ReportTexts } from './texts.ts';

const COMMANDS: Readonly<Record<string, string>> = {
  import: '会员导入',
  topup: '加积分与余额',
  export: '导出',
  undo: '撤销加积分与余额',
};

/** Simplified Chinese, with the terms of Kybio's own pages. */
export const TEXTS: ReportTexts = {
  locale: 'zh-Hans',
  formats: 'zh-CN',
  title: (command, file) => `${COMMANDS[command] ?? command}：${file}`,
  report: '运行报告',
  commands: COMMANDS,
  sandbox: '沙盒 SANDBOX',
  sandboxHint: '演练环境，未改动任何真实数据。',
  asked({ command, rowCount, file, targets, mode, campaign, undoes }) {
    switch (command) {
      case 'topup':
        return `任务：按 ${file} 的 ${rowCount}为会员加积分和余额${campaign === '' ? '' : `，活动「${campaign}」`}。`;
      case 'undo':
        return `任务：撤销运行 ${undoes} 已入账的 ${rowCount}。`;
      case 'export':
        return `任务：在 ${targets} 查询 ${rowCount}，写入 ${file}。`;
      default:
        return `任务：把 ${file} 的 ${rowCount}写入 ${targets}（${IMPORT_MODES[mode] ?? mode}）。`;
    }
  },
  happened: (happened) => `${outcomeOf(happened)}${toDoOf(happened)}`,
  between: '',
  states: {
    running: '运行中',
    paused: '已暂停',
    stopped: '已停止',
    interrupted: '已中断',
    finished: '已完成',
    cancelled: '已放弃',
  },
  statuses: { done: '完成', invalid: '数据有误', failed: '失败', in_doubt: '待核实', not_sent: '未发送' },
  statusHints: {
    done: '对方已确认，或原本就是如此',
    invalid: '检查未通过，没有发送',
    failed: '被对方拒绝，或确定没有发出',
    in_doubt: '可能已入账，也可能没有',
    not_sent: '尚未处理',
  },
  doneBefore: (count) => `其中 ${count} 行由之前的运行完成`,
  rows: (_, text) => `${text} 行`,
  run: '运行编号',
  begun: '开始',
  ended: '结束',
  lastChange: '最后更新',
  workers: '处理者',
  workerList: (workers) => workers.map(({ who, rowCount }) => `${who}（${rowCount} 行）`).join('；'),
  took: '用时',
  timesIn: (zone) => `所有时间均为 ${zone} 时区`,
  duration(seconds) {
    if (seconds < 60) return `${Math.round(seconds * 10) / 10} 秒`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} 分 ${Math.round(seconds % 60)} 秒`.replace(' 0 秒', '钟');
    if (seconds < 86_400)
      return `${Math.floor(seconds / 3600)} 小时 ${Math.round((seconds % 3600) / 60)} 分`.replace(' 0 分', '');
    return `${Math.round(seconds / 86_400)} 天`;
  },
  sections: {
    rows: '各行结果',
    next: '下一步',
    doubts: '待核实的行',
    causes: '哪里出错，如何改正',
    amounts: '积分与余额',
    spread: '数额分布',
    actions: '已完成的操作',
    days: '日期与每日额度',
    calls: '接口调用',
    columns: '文件中的列',
    settings: '文件与设置',
  },
  next: {
    resume: '继续这次运行（不再需要原文件）：',
    resumeAt: (when) => `今天的调用额度已用完，${when} 恢复。恢复后继续这次运行：`,
    resumeStopped: '排除原因后，继续这次运行：',
    resumeCredentials: '对方拒绝了账号凭证。改正后继续这次运行：',
    resolve: '查看待核实的行及其依据，逐行确认：',
    correct: (file) => `在 ${file} 中改正有问题的行（改您自己的列），再运行该文件。已完成的行不会再次发送：`,
    running: '运行正在进行，或在等待额度恢复。查看当前进度：',
    killed: '如果程序已意外结束（断电、被强制关闭），继续这次运行：',
    undo: '如果这次加积分是误操作，可以撤销一次：',
    nothing: '无需处理，所有行都已完成。',
  },
  causes: {
    byCode: {
      REQUIRED: { title: '必填的列为空', fix: '填写该单元格。' },
      NOT_A_DECIMAL: { title: '不是规范的数字', fix: '只写数字和小数点，例如 1250 或 12.50。' },
      OUT_OF_RANGE: { title: '数字超出该列允许的范围', fix: '改正数字。' },
      TOO_LONG: { title: '文字超过允许的长度', fix: '缩短文字。' },
      NOT_ALLOWED: { title: '该列不允许的内容', fix: '改成提示中建议的写法。' },
      BAD_DATE: { title: '日期不存在，或有两种读法', fix: '写成 1990-01-05，或用 --date-format 说明格式。' },
      BAD_PHONE: { title: '不是有效的电话号码', fix: '改正号码，或加上国家/地区代码。' },
      BAD_EMAIL: { title: '不是有效的邮箱地址', fix: '改正，或留空。' },
      BAD_ID: { title: '不是有效的 ID', fix: '从导出文件中复制 ID。' },
      EXCEL_DAMAGED: { title: '数值被表格软件损坏', fix: '从原系统重新取得数据，并把该列设为文本格式。' },
      DUPLICATE_ROW: {
        title: '会员、凭证号或时间重复',
        fix: '只保留一行；如果同一会员的两行都要，请加 --on-duplicate allow。',
      },
      WRONG_COLUMN_COUNT: {
        title: '单元格数量与表头不一致',
        fix: '检查是否缺少引号或多了逗号。改正后清空该行的 result_status。',
      },
      NOTHING_TO_DO: { title: '该行没有任何改动', fix: '填写内容，或删除该行。' },
      MEMBER_NOT_FOUND: {
        title: 'Kybio 中没有该会员',
        fix: '改正会员号；或先创建会员（import --mode upsert 会创建）。',
      },
      CUSTOMER_NOT_FOUND: { title: 'Wonder 中没有该客户', fix: '改正客户编号。' },
      CREDITED_BEFORE: {
        title: '之前已加过同样的数额',
        fix: '说明用途：用 --campaign，或增加 reference 列。已被 undo 撤回的，请再次运行结果文件。',
      },
      CREDITED_OTHERWISE: { title: '之前以不同的数额加过', fix: '改正该行，或换一个活动名称或 reference。' },
      IN_DOUBT: { title: '没有收到答复，无法判断是否入账', fix: '查看该会员，再用 resolve 确认。' },
      TIMEOUT: { title: '超时未答复', fix: '再次运行结果文件。没有答复的加积分属于待核实：请先查看会员。' },
      CONNECTION_FAILED: {
        title: '连接失败或中断',
        fix: '再次运行结果文件。没有答复的加积分属于待核实：请先查看会员。',
      },
      HTTP: { title: '对方返回 HTTP 错误', fix: '稍后再次运行结果文件。401 和 403 表示账号凭证有问题。' },
      BAD_RESPONSE: { title: '答复无法读取', fix: '再次运行结果文件。如果每行都这样，请检查接口地址。' },
      RESPONSE_MISMATCH: { title: '对方答复的不是所请求的内容', fix: '先查看该会员，再发送其他数据。' },
      QUOTA_EXHAUSTED: { title: '当天的调用额度已用完', fix: '明天继续这次运行。' },
      STOPPED: { title: '运行在这些行之前停止', fix: '继续这次运行。' },
      VENDOR: { title: '对方拒绝了该行', fix: '阅读对方的提示，改正该行。' },
      OTHER: { title: '其他原因', fix: '查看结果文件中的 result_messages。' },
    },
    inColumns: (columns) => `列：${columns}`,
    example: '示例',
    exampleRow: (row) => `第 ${row} 行`,
    fix: '如何处理',
    whichRows: '涉及的行',
    andMore: (count) => `，另有 ${count} 行，见结果文件`,
    more: (count) => `另有 ${count} 种原因，见结果文件的 result_errorCode。`,
    none: '没有数据有误或失败的行。',
    noRows: '这次运行没有逐行的数据。',
    onlyLedger: '结果文件不在原处，或之后被改动。因此这里缺少发送前被拒绝的行、列的说明和数额。',
  },
  doubts: {
    about:
      '这些加积分或余额的请求没有收到答复，当下无法判断是否已入账，所以 memberload 既不会重发，也不会忘记。请在后台查看每位会员，再执行其中一条命令。',
    settle: '让程序再查看一次这些会员（每行最多 2 次调用）：',
    row: (row) => `第 ${row} 行`,
    member: '会员',
    sent: '已发送',
    changeTime: 'dataChangeTime',
    before: '之前的数值',
    unknown: '未知',
    evidence: '已知情况',
    backOffice: (member, amounts, time) =>
      `打开会员 ${member}，在由「API」产生的变动记录中查找 ${time} 或稍后的：${amounts}。`,
    wasApplied: '已入账：',
    wasNot: '没有入账：',
    sendAgain: '没有入账，现在重新发送：',
    onTheWire: '还没有记录结果。',
    values: (point, balance) => `积分 ${point}，余额 ${balance}`,
    read: (values) => `读取：${values}`,
    answer: (answer) => `对方答复：${answer}`,
    repeat: (answer) => `原样重发：${answer}`,
    decision: (verdict) => `人工确认：${verdict}`,
    lateAnswer: (state, values) => `迟到的答复（来自被视为已停止的程序）：${state}${values && `，${values}`}`,
    resend: '人工重新发送',
    more: (count) => `另有 ${count} 行待核实。查看全部：`,
    earlier: (count) => `其中 ${count} 行来自之前的运行，由那次运行处理；运行编号见 result_run。`,
  },
  amounts: {
    point: '积分',
    balance: '余额',
    asked: '应加',
    applied: '已加',
    inDoubt: '待核实',
    open: '未加',
    before: '之前',
    after: '之后',
    knownOf: (count) => `「之前」和「之后」是这次运行已入账的 ${count}的合计。`,
    bar: (what, before, after) => `${what}：之前 ${before}，之后 ${after}`,
    largest: '变动最大的行',
    row: '行',
    member: '会员',
    spreadOf: (what) => `${what}：各数额的行数`,
    spreadRange: (from, to) => `${from} 至 ${to}`,
    spreadNote: '如果某个数额远离其他数额，请核对：多写一位数就会这样。',
  },
  actions: {
    created: '新建',
    updated: '更新',
    unchanged: '无需更改',
    topped_up: '已入账',
    credited_before: '之前的运行已入账',
    found: '已找到',
    upserted: '新建或更新',
  },
  notChanged: (column, rows) => `${column}：${rows}`,
  notChangedHint:
    'Kybio 不能更改已有会员的这些列。要把积分和余额调整为文件中的数值，请用 topup 和 pointTarget、balanceTarget 列。',
  days: {
    about: (perDay) => `该账号所有运行合计，每天最多 ${perDay} 次调用。`,
    aboutNoQuota: '该账号所有运行合计的每日调用次数。',
    weekdays: ['一', '二', '三', '四', '五', '六', '日'],
    calls: (count) => `${count} 次调用`,
    planned: (count) => `预计 ${count} 次调用`,
    finishes: (day, days, calls) => `还需约 ${calls} 次调用。如果每天继续，将于 ${day}完成（${days}）。`,
    legendUsed: '已调用',
    legendPlanned: '预计',
    legendFinish: '完成日',
    moreMonths: (count) => `另有 ${count} 个月`,
  },
  calls: {
    timeLine: '各时段的调用',
    first: '首次',
    again: '重发',
    perBar: (duration) => `每条 ${duration}`,
    timeLineNote: '每行最后一次调用，按收到答复的时间。分页读取和其他查询见下表。',
    endpoint: '调用',
    count: '次数',
    byName: {
      'customerOpenApi/add': 'Kybio：新建会员',
      'customerOpenApi/updateBaseInfo': 'Kybio：更新会员资料',
      'customerOpenApi/updateBalancePointByIncrement': 'Kybio：加积分与余额',
      'customerOpenApi/queryByNumber': 'Kybio：按会员号查询',
      'customerOpenApi/queryByUid': 'Kybio：按 ID 查询会员',
      'customerOpenApi/queryCustomerPages': 'Kybio：分页读取会员',
      'openApiLimitAccess/queryDailyAccessTimesLog': 'Kybio：查询当天的调用次数',
      'POST /customers': 'Wonder：新建或更新客户',
      'PUT /customers/:id': 'Wonder：更新客户',
      'GET /customers/ref/:id': 'Wonder：查询客户',
      'GET /customers': 'Wonder：分页读取客户',
    },
    total: (count, retried) => `共 ${count} 次调用${retried === '0' ? '' : `，其中 ${retried} 次为重发`}。`,
    lastPart: '这里只统计运行的最后一段；上面的日历统计全部。',
    none: '没有调用接口。',
  },
  columns: {
    read: '已使用',
    header: '文件中的列',
    field: '读作',
    firstValue: '第一行的值',
    unused: '未使用',
    unusedNone: '文件的每一列都已使用。',
    moneyLike: (columns) => `${columns}：看起来是金额或积分，但未使用。如果需要读取，请用 --map 指定对应的字段。`,
    unnamed: (count) => `${count} 个没有名称的列未使用。`,
    blank: '空',
  },
  settings: {
    place: '位置',
    input: '输入文件',
    result: '结果文件',
    fingerprint: '输入文件的 SHA-256',
    byName: {
      command: '命令',
      targets: '目标系统',
      mode: '方式',
      campaign: '活动',
      columns: '导出的字段',
      encoding: '编码',
      delimiter: '分隔符',
      headerRow: '表头所在行',
      sheet: '工作表',
      columnMap: '列映射',
      dateFormats: '日期格式',
      country: '电话的国家/地区',
      storeZone: '门店时区',
      lookup: '查找方式',
      changesCategory: '更改会员等级',
      onDuplicate: '重复的会员',
      skipInvalid: '跳过有误的行',
      skipsCredited: '跳过之前已入账的行',
      isAgain: '再加一次（--again）',
      readsBefore: '加之前先读取',
      repeatWindow: '多久之内相同数额视为同一笔',
      ignoresResults: '忽略结果列',
      rate: '速率',
      concurrency: '同时调用数',
      timeout: '单次调用时限',
      dailyQuota: '每日调用额度',
      reserve: '其中留给他人',
      waitsForQuota: '等到第二天继续',
      quotaZone: '额度的时区',
      maxErrors: '错误达到多少即停止',
    },
    on: '是',
    undoneBy: '撤销它的运行',
  },
  copy: '复制',
  copied: '已复制',
  masked: '姓名、电话等已打码。memberload report --show-personal 可显示全部。',
  shown: '本报告含有姓名、电话等个人信息，请像会员名单一样妥善保管。',
  made: (when, version) => `由 memberload ${version} 生成于 ${when}。`,
};

const IMPORT_MODES: Readonly<Record<string, string>> = {
  upsert: '没有的新建，不同的更新',
  create: '只新建',
  update: '只更新',
};

function outcomeOf({ state, done, read, isAllDone, left, resumeAt, exitCode }: Happened): string {
  const sofar = isAllDone ? `${read}全部完成` : `${read}中已完成 ${done} 行`;
  switch (state) {
    case 'running':
      return `正在运行或等待：${sofar}。`;
    case 'paused':
      return `${sofar}；当天的调用额度已用完，${left}等待${resumeAt === '' ? '' : `至 ${resumeAt}`}。`;
    case 'interrupted':
      return `${sofar}；运行被中断，${left}等待继续。`;
    case 'stopped':
      if (exitCode === 4) return `${sofar}；对方拒绝了账号凭证，${left}未发送。`;
      return `${sofar}；运行已停止，${left}未发送。`;
    case 'cancelled':
      return `${sofar}；其余已放弃，${left}未发送。`;
    case 'finished':
      return `${sofar}。`;
  }
}

function toDoOf({ toCorrect, inDoubt }: Happened): string {
  const correct = toCorrect === '' ? '' : `${toCorrect}需要改正。`;
  const doubt = inDoubt === '' ? '' : `${inDoubt}待核实，需要人工查看。`;
  return correct + doubt;
}
