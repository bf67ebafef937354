import type { Catalogue } from '../texts.ts';

const UNITS = { rows: '行', writes: '次写入', records: '条记录' } as const;

export const progress: Catalogue['progress'] = {
  amount: (ended, unit) => `${ended} ${UNITS[unit]}`,
  amountOf: (ended, total, unit, percent) => `${ended} / ${total} ${UNITS[unit]}（${percent} %）`,
  line: (amount, items, finish) => `${amount}：${items.join('，')}。${finish}。`,
  done: (count) => `完成 ${count}`,
  failed: (count) => `失败 ${count}`,
  inDoubt: (count) => `待核实 ${count}`,
  invalid: (count) => `数据有误 ${count}`,
  left: (count) => `剩余 ${count}`,
  callsPerSecond: (calls, max) => `每秒 ${calls} 次调用${max === undefined ? '' : `（最多 ${max}）`}`,
  callsLeft: (left, quota) => `今天还剩 ${left} 次调用（共 ${quota} 次）`,
  retries: (count) => `重试 ${count}`,
  timeUnknown: '剩余时间：还不清楚',
  timeLeft: (time) => `剩余时间：约 ${time}`,
  doneBy: (when) => `预计 ${when} 完成`,
  seconds: (seconds) => `${seconds} 秒`,
  minutes: (minutes) => `${minutes} 分钟`,
  hours: (hours, minutes) => `${hours} 小时 ${minutes} 分`,
  days: (days, hours) => `${days} 天 ${hours} 小时`,

  waiting: (until, detail) => `等待至 ${until}：${detail}。`,
  waitingOnDay: (until, detail, day, days) =>
    `等待至 ${until}：${detail}。第 ${day} 天${days === undefined ? '' : `，共 ${days} 天`}。`,
};
