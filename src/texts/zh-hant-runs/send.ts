import type { Catalogue } from '../texts.ts';

type Send = Catalogue['send'];
type Credit = Parameters<Send['skippedAsCredited']>[0];
type Reads = Parameters<Send['appliedByReads']>[0];

function tellCredit({ rowNumber, runId, isDone, member, points, balance, when }: Credit): string {
  const who = 'number' in member ? `會員編號 ${member.number}` : `customerUid ${member.customerUid}`;
  const done = isDone ? '已為' : '正在為';
  const open = isDone ? '' : '，還沒有結果';
  return `執行 ${runId} 第 ${rowNumber} 行${done}${who} 加積分 ${points}、餘額 ${balance}${when === '' ? '' : `（${when}）`}${open}`;
}

function tellReads({ before, reads }: Reads): string {
  const seen = reads.map(({ point, balance }) => `積分 ${point ?? '未知'}、餘額 ${balance ?? '未知'}`).join('，之後');
  return `之前為積分 ${before.point}、餘額 ${before.balance}；讀取為${seen}。`;
}

const LOOK = '請在後台核對這個會員';
const REPLAYED = `我們與 Kybio 之間可能有裝置在重播回覆。繼續傳送之前，${LOOK}。`;

export const send: Send = {
  row: (rowNumber, text) => `第 ${rowNumber} 行：${text}`,
  shutOut: (rowNumber, errorCode) => `第 ${rowNumber} 行：加積分餘額時收到 ${errorCode}，不是 Kybio 自己的回覆`,
  replayedTime: (rowNumber, runId) =>
    `回覆不可信：它的 dataChangeTime 屬於執行 ${runId} 第 ${rowNumber} 行。${REPLAYED}`,
  replayedValues: (rowNumber) => `回覆不可信：它的變動前數值是第 ${rowNumber} 行入賬之前的。${REPLAYED}`,
  repeatUnread: '因與另一次變動重複而被拒絕，又讀不到會員，無法確認。',
  repeatApplied: '已入賬一次：雖因重複被拒絕，但會員的數值正是之前的值加上這次的數額。',
  notSent: '未傳送：執行已停止。',
  timeTaken: (time, customerUid) =>
    `dataChangeTime：'${time}' 已用於會員 ${customerUid}，當時很可能已入賬。要再次入賬，請把該欄留空。`,
  memberWaits: (rowNumber, runId, isOtherRun) =>
    `等待中：${isOtherRun ? `執行 ${runId} ` : ''}第 ${rowNumber} 行為同一個會員入賬，尚待核實。請先處理它：memberload resolve ${runId}`,
  takenBack: (rowNumber, runId, undoRun) =>
    `等待中：執行 ${runId} 第 ${rowNumber} 行已入賬同樣的數額，而執行 ${undoRun} 正在撤回它。請先繼續那次執行：memberload resume ${undoRun}`,
  memberRepeated: (rowNumber, customerUid) =>
    `這與第 ${rowNumber} 行是同一個會員（customerUid ${customerUid}），只是寫法不同。請刪除其中一行，或用 --on-duplicate allow。`,
  skippedAsCredited: (credit) => `${tellCredit(credit)}，與這一行相同：已略過。`,
  creditedBefore: (credit, wayOn) =>
    `${tellCredit(credit)}，與這一行相同。沒有傳送任何資料。${
      {
        skip: '要略過這樣的行，請用 --skip-credited',
        resolve: `請先處理那一行：memberload resolve ${credit.runId}`,
        resume: `請先繼續那次執行：memberload resume ${credit.runId}`,
      }[wayOn]
    }；要區分不同的活動，請用 --campaign NAME；要再入賬一次，請用 --again。`,
  creditedOtherwise: (credit, identity) =>
    `${tellCredit(credit)}（${
      'reference' in identity ? `單號 '${identity.reference}'` : `活動 '${identity.campaign}'`
    }），數額與這一行不同。沒有傳送任何資料。請更正這一行，或換一個單號或活動名稱。`,

  lookingAgain: (rowCount, seconds) => `${rowCount} 行還沒有回覆，${seconds} 秒後再查一次（quietWindow）。`,
  repeatRefused: (errorCode) => `已入賬一次：對方拒絕了相同的 dataChangeTime（${errorCode}）。`,
  appliedNow: '沒有收到回覆，用相同的 dataChangeTime 再次傳送後入賬。',
  creditedTwice: `很可能入賬了兩次：對方再次接受了相同的 dataChangeTime，而且變動前的數值是第一次入賬之後的。這個帳戶並不拒絕重複（原記錄已清除，可用 memberload doctor --probe-repeat 重新測試）。${LOOK}，並退回其中一次。`,

  beforeUnknown: '不知道變動前的數值，讀取會員也無法判斷。',
  appliedByReads: (reads) => `沒有收到回覆；核對結果為已入賬一次：${tellReads(reads)}`,
  age: (ageMs) => {
    if (ageMs < 0) return '不知多久';
    const seconds = Math.round(ageMs / 1000);
    if (seconds < 120) return `${seconds} 秒`;
    if (seconds < 7200) return `${Math.round(seconds / 60)} 分鐘`;
    if (seconds < 172_800) return `${Math.round(seconds / 3600)} 小時`;
    return `${Math.round(seconds / 86_400)} 天`;
  },
  notAppliedSoFar: (reads, age, resolve) =>
    `目前沒有入賬：呼叫在 ${age}之前發出；${tellReads(reads)}對方仍可能稍後入賬。請過一會再核對：${resolve} --settle。確定沒有入賬，才再次傳送：${resolve} --resend`,
  readsTellNothing: (reads) => `無法判斷：${tellReads(reads)}${LOOK}。`,
  repeatContradicted: (errorCode, reads) =>
    `對方拒絕了相同的 dataChangeTime（${errorCode}），像是已入賬一次，但數值對不上：${tellReads(reads)}可能是收銀機後來改過數值，也可能那一秒是別人的改動，而這一筆沒有入賬。${LOOK}。`,
  sharedMember: `有兩行待核實的都為這個會員入賬，從數值看不出入賬的是哪一行。${LOOK}。`,

  ledgerGone:
    '執行期間 MEMBERLOAD_HOME 被刪除，已入賬會員的記錄也隨之遺失：不再傳送。請從備份還原該資料夾。沒有備份時請保留結果檔案，之後只執行結果檔案，不要再執行原來的檔案',
  outOfTouch: '這台機器與共享帳本失去聯繫太久，其他機器可能會繼續它的執行：不再傳送',
  decidedByOther: (by, decision, when) => `${by} 已在 ${when} 判定為 ${decision}；要改判，請加 --again`,
  changedMeanwhile: '它剛剛被別人改動；請再看一次',
  decidedApplied: (when) => `${when} 由人手確認：已入賬。`,
  decidedNotApplied: (when, resolve) =>
    `${when} 由人手確認：沒有入賬。要補入賬，請用原來的參數（包括 --campaign）再執行結果檔案，或輸入：${resolve} --resend`,
  mismatchUndecided: '對方入賬的內容與要求不符；請先核對會員，再用 --as 確認',
  otherInDoubt: (rowNumber, runId) => `執行 ${runId} 第 ${rowNumber} 行為同一個會員入賬，尚待核實；請先處理它`,
  otherCredited: (rowNumber, runId, what, isDone) => {
    const credited =
      what === 'same amounts'
        ? '為這個會員加過同樣的數額'
        : 'reference' in what
          ? `為單號 '${what.reference}' 入賬`
          : `為活動 '${what.campaign}' 給這個會員入賬`;
    return `執行 ${runId} 第 ${rowNumber} 行${isDone ? '已' : '已經或即將'}${credited}；如果這一行也要入賬，請加上 --again`;
  },
  memberUnread: '讀取不到會員',
  looksApplied:
    '會員現在的數值正是之前的值加上這次的數額，看來已經入賬；請用 --as applied 確認，或加上 --again 仍然傳送',
  resent: (when) => `${when} 由人手要求再次傳送。`,
  resentRefused: (when, errorCode) => `${when} 由人手要求再次傳送；因重複被拒絕（${errorCode}）：之前已入賬一次。`,
  resentUnsettled: (when, said) =>
    `${when} 由人手要求再次傳送；這第二次沒有入賬：${said}。第一次可能已入賬：這一行仍待核實。`,
  resentNotApplied: (when, said) => `${when} 由人手要求再次傳送；沒有入賬：${said}。`,

  probe: {
    lookupFailed: (said) => `查詢不到會員：${said}`,
    noMember: (number) => `沒有會員編號 '${number}'`,
    moved: '期間會員的積分或餘額變了，或無法再次讀取',
    firstNotApplied: (said) => `第一次加 0 沒有入賬：${said}`,
    secondUnanswered: (said) => `第二次沒有可信的回覆：${said}`,
    secondOtherwise: (said) => `第二次被拒絕，但代碼另有含義：${said}`,
    noFreeTime: (time) => `由 ${time} 往前一小時，每一秒這個會員都有變動`,
    notTwice: (second, third) => `第二次被拒絕（${second}），再來一次卻沒有：${third}`,
    earlierOtherwise: (said) => `用更早的 dataChangeTime 得到了不同的回覆：${said}`,
    newRefused: (errorCode, said) => `第二次被拒絕（${errorCode}），但換新的 dataChangeTime 也被拒絕：${said}`,
  },
};
