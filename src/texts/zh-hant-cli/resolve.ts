import type { Catalogue } from '../texts.ts';

const VERDICTS: Readonly<Record<string, string>> = { applied: '已經入賬', 'not-applied': '沒有入賬' };

const STATES: Readonly<Record<string, string>> = {
  done: '已經完成',
  failed: '已經失敗',
  invalid: '資料有誤',
  intent: '正在傳送',
  in_doubt: '待核實',
};

export const resolve: Catalogue['resolve'] = {
  resolveWhat: 'resolve 後面要寫執行編號。',
  noTopup: (runId) => `執行 ${runId} 不是加積分餘額的執行：只有入賬才會待核實。`,
  noTopupHint: (runId) => `如果還沒完成，繼續請輸入：memberload resume ${runId}`,
  pruned: (runId) => `執行 ${runId} 沒有待核實的行；各行的情況已被 runs prune 清理。`,
  whichRow: '用 --as 時要說明是哪一行。',
  whichRowHint: '請加上 --row N，幾行寫作 --row N,M，全部寫 --row all。',
  threeWays: '--as、--resend 和 --settle 是三種不同的做法。',
  threeWaysHint: '請只寫其中一個；--as not-applied 之後可以再單獨執行 --resend。',
  resultNotWritten: (why) => `結論已記下，但結果檔案沒有寫出：${why}`,
  notInDoubt: (row, runId, state) =>
    `執行 ${runId} 的第 ${row} 行${state === undefined ? '還沒有開始' : (STATES[state] ?? `的狀態是 ${state}`)}，無需確認。`,
  rowsInDoubt: (runId) => `待核實的行：memberload resolve ${runId}`,
  nothingToResend: '沒有確認為未入賬的行，所以沒有重發。請用 --row N 指明是哪一行。',
  notDecided: (row, why) => `第 ${row} 行保持原樣：${why}。`,
  notResent: (row, why) => `第 ${row} 行沒有傳送：${why}。`,
  willLook: (rowCount, callsPerRow) =>
    `再查看 ${rowCount} 行：每行最多 ${callsPerRow} 次呼叫，共 ${rowCount * callsPerRow} 次。`,
  willResend: (rowCount, callsPerRow, more) =>
    `重新傳送 ${rowCount} 行：每行 ${callsPerRow} 次呼叫，共 ${rowCount * callsPerRow} 次；再次沒有回覆的，每行最多再用 ${more} 次。`,
  creditedTwice: '其實已經入賬的，會重複入賬。',
  decided: (row, verdict, messages) => `第 ${row} 行：已確認${VERDICTS[verdict] ?? verdict}。${messages.join('')}`,
  noneInDoubt: (runId) => `執行 ${runId} 沒有待核實的行。`,

  lookAgain: (command) => `稍後讓程式再查看一次會員：${command}`,
  lookYourself: '請在後台查看每個會員，再輸入其中一條命令（幾行寫作 --row 3,7，全部寫 --row all）：',
  ways: {
    applied: '已經入賬一次，不傳送',
    notApplied: '沒有入賬，這一行記為失敗',
    resend: '沒有入賬，現在重新傳送',
  },

  row: (row, number, customerUid, points, balance, time) =>
    `第 ${row} 行：${number === '' ? `customerUid ${customerUid}` : `會員 ${number}（customerUid ${customerUid}）`}，積分 ${points}，餘額 ${balance}，dataChangeTime ${time}`,
  before: (values) => `之前：${values === undefined ? '不清楚' : `積分 ${values[0]}，餘額 ${values[1]}`}`,
  sent: (time) => `${time} 傳送`,
  backOffice: (member, points, balance, time) => {
    const amounts = [...(points === '' ? [] : [`積分 ${points}`]), ...(balance === '' ? [] : [`餘額 ${balance}`])];
    return `後台：開啟會員 ${member}，在由「API」產生的變動記錄中，尋找 ${time} 或稍後的${amounts.join('、')}。`;
  },
  noOutcome: (runId) => `沒有記下結果：程式提前結束了。memberload resume ${runId} 會查看這個會員。`,
  evidence: {
    read: (point, balance) => `讀取：積分 ${point ?? '不清楚'}，餘額 ${balance ?? '不清楚'}`,
    answer: (answer, data) => `對方回覆：${answer}${data === '' ? '' : ` ${data}`}`,
    repeat: (answer) => `原樣重發：${answer}`,
    decision: (verdict, by) => `人工確認${by === undefined ? '' : `（${by}）`}：${VERDICTS[verdict] ?? verdict}`,
    lateAnswer: (state, point, balance) =>
      `遲來的回覆（來自被視為已停止的程式）：${state}${point === undefined ? '' : `，積分 ${point}，餘額 ${balance ?? '不清楚'}`}`,
    resend: (detail) => `人工重新傳送：${detail}`,
  },
};
