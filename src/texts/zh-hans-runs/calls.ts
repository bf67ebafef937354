import type { Catalogue } from '../texts.ts';

export const calls: Catalogue['calls'] = {
  success: '成功',
  refused: (errorCode, words) => `被拒绝 ${errorCode}：${words || '没有说明'}`,
  unanswered: (errorCode, detail) => `没有可信的回复（${errorCode}：${detail}）`,
  notSent: (errorCode, detail) => `没有发出（${errorCode}：${detail}）`,

  noAnswers: (count, errorCode, detail) => `连续 ${count} 次调用没有回复；最后一次：${errorCode}，${detail}`,
  sameRefusals: (count, errorCode, words) => `连续 ${count} 次被拒绝，代码 ${errorCode}（${words || '没有说明'}）`,
  unknownRefusals: (count, errorCode, words) =>
    `连续 ${count} 次被拒绝，代码 ${errorCode}（${words || '没有说明'}）。如果它表示当天的调用额度已用完，请写进配置文件的 kybio.quotaCodes；如果表示调用太快，请写进 kybio.tooFastCodes 或 wonder.tooFastCodes`,
  badCredentials: (errorCode, words) => `对方返回 ${errorCode}（${words || '没有说明'}）`,

  vendorSaysUsedUp: '对方表示当天的调用额度已用完',
  answeredUsedUp: (errorCode) => `对方返回 ${errorCode}：当天的调用额度已用完`,
  usedUp: (used, dailyQuota, keptBack, ahead) =>
    `当天 ${dailyQuota} 次调用已用 ${used} 次${keptBack > 0 ? `，另预留 ${keptBack} 次` : ''}${
      ahead === undefined
        ? ''
        : `；现在时钟是 ${ahead.clockDay}，但之前时钟走快时已计到 ${ahead.day}，计数不会退回更早的日期`
    }`,

  badRate: (text) => `速率 ${text} 不能用。`,
  rateTooHigh: (text, max) => `速率 ${text} 超过每秒 ${max} 次调用。`,
  badRateHint: '请写每秒或每分钟的调用次数，例如 5/s、100/m、0.5/s，或写 unlimited。',

  tooManyErrors: (count, limit) =>
    `已有 ${count} 行出错，--max-errors 只允许 ${limit} 行。可用更大的 --max-errors 继续，或用 runs cancel 放弃其余的行，再更正文件`,

  logBroken: (path, why) => `日志 ${path} 无法再写入（${why}）。运行继续，不再写日志。`,
  logRefused: (path, why) => `日志不能写到 ${path}：${why}。`,
  logRefusedHint: '什么都没有发送。请用 --log 指定另一个文件。',
  logIsNoFile: '它不是普通文件',
  logIsOther: '文件已存在，而且不是 memberload 的日志',

  badUrl: '基础网址无法识别。',
  urlNotPlain: (host) => `${host} 的基础网址不是普通的 http(s) 网址。`,
  badUrlHint: '请写成 https://host/path 的形式，不带问号、用户名和密码。',
  badAppId: 'Wonder 的 AppID 含有凭证中不能使用的字符。',
  badAppIdHint: '请把 WONDER_APP_ID 设为 Wonder 后台显示的 AppID。',
  keyNotPem: 'Wonder 私钥不是 PEM 格式。',
  keyIsOther: (label) => `这不是 Wonder 私钥，而是 ${label}。`,
  keyEncrypted: 'Wonder 私钥有密码保护。',
  keyOfType: (type) => `Wonder 私钥的类型是 ${type}，不是 RSA。`,
  keyTooShort: (bits, min) => `Wonder 私钥只有 ${bits} 位，至少需要 ${min} 位。`,
  keyDamaged: 'Wonder 私钥已损坏：PEM 内容无法读取。',
  badKeyHint: '请把 WONDER_PRIVATE_KEY_FILE 设为这个 AppID 的 RSA 私钥文件（PEM，2048 或 4096 位，不加密）。',
};
