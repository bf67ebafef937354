import type { Catalogue } from '../texts.ts';

export const doctor: Catalogue['doctor'] = {
  labels: { ok: '正常  ', warning: '注意  ', failed: '未通过', skipped: '未检查' },
  names: {
    settings: '设置',
    network: '网络',
    vendors: '账户',
    ledger: '账本',
    runs: '运行',
    'home folder': '主文件夹',
    'kybio key': 'Kybio 密钥',
    'kybio settings': 'Kybio 设置',
    'kybio signature': 'Kybio 签名',
    'kybio clock': 'Kybio 时钟',
    'kybio quota': 'Kybio 额度',
    'kybio repeats': 'Kybio 重复检查',
    'probe of repeats': '重复检查的试验',
    'wonder settings': 'Wonder 设置',
    'wonder signature': 'Wonder 签名',
    'wonder clock': 'Wonder 时钟',
  },
  line: (label, name, detail) => `${label}  ${name}：${detail}。`,
  callsMade: (count) => `共用了 ${count} 次调用。`,

  probeNeedsKybio: '--probe-repeat 需要 Kybio 的设置。',
  probeNeedsKybioHint: '请设置 KYBIO_BASE_URL 等，或加上 --sandbox。',
  configFile: (path) => (path === undefined ? '没有设置文件' : `读取自 ${path}`),
  noVendor: 'Kybio 和 Wonder 都没有设置',
  noVendorHint: '请设置 KYBIO_BASE_URL、KYBIO_APP_ID 和 KYBIO_APP_KEY，或加上 --sandbox 试用。',
  notProbed: '没有试验：请先看 Kybio 签名',
  notProbedHint: '那一项正常后，请再输入一次。',
  willProbe: (number) => `将给会员 ${number} 发送零增量。`,
  noLedger: '没有账本就无法计算调用次数',
  ledgerAtWork: (health, atWork) => `${health}。${atWork}`,
  othersAtWork: '另一个 memberload 正在工作',
  othersAtWorkHint: '等它结束后再输入一次。',
  cost: (kybio, wonder, probe) => {
    const parts = [
      kybio === undefined
        ? undefined
        : `Kybio ${kybio.least} 次（签名、时钟和额度一起；第一次没有告知额度时 ${kybio.most} 次）`,
      wonder === undefined ? undefined : `Wonder ${wonder} 次（回声测试）`,
      probe === undefined ? undefined : `--probe-repeat 为 Kybio ${probe.least} 或 ${probe.most} 次`,
    ].filter((part) => part !== undefined);
    return `检查设置、网络、主文件夹和账本不用调用。需要的调用：${parts.join('，') || '无'}。`;
  },
  tlsOff: 'NODE_TLS_REJECT_UNAUTHORIZED=0：不检查证书，中间任何人都能看到密钥和会员资料',
  tlsOffHint: '请取消这个变量。公司自己的证书机构，请把 NODE_EXTRA_CA_CERTS 设为它的证书（PEM）。',
  noProxy: '没有代理',
  proxy: (host) => `HTTPS_PROXY：调用经过 ${host}，本机除外`,
  proxyNotTo: (hosts) => `NO_PROXY：${hosts} 除外`,
  extraCertificates: (path) => `NODE_EXTRA_CA_CERTS：信任 ${path}`,
  together: (details) => details.join('；'),
  keyProblems: {
    appId: 'appId 不是 32 位十六进制数字（对方的示例都是）',
    ascii: '密钥中有空格或非 ASCII 字符',
    quotes: '密钥带有引号',
    same: '密钥与 appId 相同',
  },
  keyProblemsHint: '请从后台重新复制这两项。',
  runsSayIt: '运行时也会提示，但不会停止。',
  keyIsFine: 'appId 和密钥看起来没有问题',
  seeSettings: '请看 Kybio 设置',
  megabytesFree: (folder, megabytes) => `${folder}，剩余 ${megabytes} MB`,
  openToOthers: (detail, mode) => `${detail}，其他用户也能访问（权限 ${mode}）`,
  type: (command) => `请输入：${command}`,
  diskFull: '请腾出磁盘空间：写不了账本，运行就会停止。',
  diskNearlyFull: '运行大文件前，请先腾出磁盘空间。',
  ledgerDamaged: (place, problems) => `${place} 已损坏：${problems.join('；')}`,
  ledgerDamagedHint: '请用备份恢复。没有改动任何内容。',
  ledgerVersion: (version) => `版本 ${version}`,
  ledgerIntact: '完好',
  ledgerIs: (place, details, incrementCount) => `${place}，${details.join('，')}；记有 ${incrementCount} 笔入账`,
  runs: (runCount, isMore, unfinishedCount, inDoubtCount) =>
    `运行 ${runCount} 次${isMore ? '以上' : ''}，未完成 ${unfinishedCount} 次，待核实 ${inDoubtCount} 行`,
  decideThem: (runId) => `请逐行确认：memberload resolve ${runId}`,
  carryOn: (runId) => `继续请输入：memberload resume ${runId}`,
  ledgerIsNewest: '账本就是最新的，无需确认。',
  acceptLedger: (place) => `将把 ${place} 当作最新的。未完成的运行中，如果有行在这份副本之后已经发送，就会重复入账。`,
  ledgerAccepted: (place, incrementCount) => `从现在起，${place} 就是最新的，记有 ${incrementCount} 笔入账。`,
  nothingLearned: (why) => `没有得出结论：${why}`,
  nothingLearnedHint: '没有入账。请稍后再试，或换一个会员。',
  callsUsedUp: '当天的调用额度已用完',
  probeTomorrow: '没有得出结论。请明天再试。',
  learnedRefused: (code, said) =>
    `账户以代码 ${code} 拒绝重复（${said || '没有说明'}），并接受较早但没用过的时间；已记下，今后用来核实没有回复的入账`,
  learnedNewerOnly: '账户拒绝所有不晚于上次变动的时间；已记下：这不是重复检查，没有回复的入账要靠读取会员来核实',
  learnedAccepted: '账户接受重复；已记下：没有回复的入账要靠读取会员来核实',

  signatureRefused:
    '请检查 KYBIO_APP_ID 和 KYBIO_APP_KEY：两者要属于同一门店。如果无误，请把 kybio.signature 设为 v1、v3 或 both。',
  signatureSilent: '请检查 KYBIO_BASE_URL（写到 /openapi/v1 为止）和网络。',
  wonderRefused: '请检查 WONDER_APP_ID 和 WONDER_PRIVATE_KEY_FILE、wonder.signQuery 是否合适，以及下面的时钟。',
  wonderSilent: '请检查 WONDER_BASE_URL 和网络。',
  noCallsLeft: '按我们或对方的计数，当天的调用额度已用完',
  tryTomorrow: '请在 kybio.quotaZone 的午夜之后再输入一次；如果额度更高，请写更大的 --daily-quota。',
  accepted: '对方已接受',
  acceptedAndSaid: (said) => `对方已接受，并回复：${said}`,
  noDate: '回复中都没有 Date 标头',
  clockAgrees: '本机时钟与对方一致',
  clockOff: (seconds, isAhead, vendorTime) =>
    `本机时钟比对方${isAhead ? '快' : '慢'} ${seconds} 秒（对方是 ${vendorTime}）`,
  clockTooFarOff: '请校准时钟：相差这么多，签名会被拒绝。或设置 wonder.clockOffsetMs。',
  clockOffHint: '请校准时钟：dataChangeTime 和额度的日期都以它为准。',
  quotaNotTold: (said) => `对方没有告知：${said}`,
  setQuota: '请把 --daily-quota 设为购买的次数。',
  quotaAnswered: (said) => `对方回复：${said}。请把 --daily-quota 设为购买的次数。`,
  quotaPerDay: (limit, used) => `每天 ${limit} 次调用，按我们的计数今天已用 ${used} 次`,
  quotaNone: (used) => `对方没有告知这个 appId 的额度；按我们的计数今天已用 ${used} 次`,
  quotaUsed: (used, limit, day, counted, isLate) =>
    `${day} 的 ${limit} 次调用，对方计为已用 ${used} 次，我们计为 ${counted} 次${
      isLate ? '（对方可能计得较晚，或按另一个时区换日：kybio.quotaZone）' : ''
    }`,
  quotaHint: (dailyQuota, limit) =>
    `${dailyQuota === undefined ? '没有设置 --daily-quota' : `--daily-quota 是 ${dailyQuota}，超过了额度`}：请设为 ${limit}，运行会在对方拒绝之前暂停。`,
  repeatsRefused: (code) => `账户以 ${code} 拒绝重复的 dataChangeTime：没有回复的入账会自动核实`,
  repeatsAccepted: (isNewerOnly, codes) => {
    const what = isNewerOnly
      ? '账户拒绝所有不晚于上次变动的 dataChangeTime，这不是重复检查'
      : '账户接受重复的 dataChangeTime';
    return codes.length === 0
      ? `${what}：没有回复的入账要靠读取会员来核实`
      : `${what}。而 kybio.repeatCodes 写着 ${codes.join('、')}。`;
  },
  removeRepeatCodes: '请删除 kybio.repeatCodes，它没有用处。',
  repeatsUnknown: (codes) =>
    codes.length === 0
      ? '还不知道账户是否拒绝重复的 dataChangeTime'
      : `没有试验；kybio.repeatCodes 写着 ${codes.join('、')}，核实时以它为准。`,
  learnRepeats: '想知道请输入：memberload doctor --probe-repeat <会员号>',
  makeSureOfRepeats: '要确认请输入：memberload doctor --probe-repeat <会员号>',
};
