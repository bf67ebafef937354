import type { Catalogue } from '../texts.ts';

const UNITS = { rows: '行', writes: '次寫入', records: '條記錄' } as const;

export const progress: Catalogue['progress'] = {
  amount: (ended, unit) => `${ended} ${UNITS[unit]}`,
  amountOf: (ended, total, unit, percent) => `${ended} / ${total} ${UNITS[unit]}（${percent} %）`,
  line: (amount, items, finish) => `${amount}：${items.join('，')}。${finish}。`,
  done: (count) => `完成 ${count}`,
  failed: (count) => `失敗 ${count}`,
  inDoubt: (count) => `待核實 ${count}`,
  invalid: (count) => `資料有誤 ${count}`,
  left: (count) => `剩餘 ${count}`,
  callsPerSecond: (calls, max) => `每秒 ${calls} 次呼叫${max === undefined ? '' : `（最多 ${max}）`}`,
  callsLeft: (left, quota) => `今天還剩 ${left} 次呼叫（共 ${quota} 次）`,
  retries: (count) => `重試 ${count}`,
  timeUnknown: '剩餘時間：還不清楚',
  timeLeft: (time) => `剩餘時間：約 ${time}`,
  doneBy: (when) => `預計 ${when} 完成`,
  seconds: (seconds) => `${seconds} 秒`,
  minutes: (minutes) => `${minutes} 分鐘`,
  hours: (hours, minutes) => `${hours} 小時 ${minutes} 分`,
  days: (days, hours) => `${days} 天 ${hours} 小時`,

  waiting: (until, detail) => `等待至 ${until}：${detail}。`,
  waitingOnDay: (until, detail, day, days) =>
    `等待至 ${until}：${detail}。第 ${day} 天${days === undefined ? '' : `，共 ${days} 天`}。`,
};
