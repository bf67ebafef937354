import type { Catalogue } from '../texts.ts';

export const doctor: Catalogue['doctor'] = {
  labels: { ok: '正常  ', warning: '注意  ', failed: '未通過', skipped: '未檢查' },
  names: {
    settings: '設定',
    network: '網絡',
    vendors: '帳戶',
    ledger: '帳本',
    runs: '執行',
    'home folder': '主資料夾',
    'kybio key': 'Kybio 密鑰',
    'kybio settings': 'Kybio 設定',
    'kybio signature': 'Kybio 簽名',
    'kybio clock': 'Kybio 時鐘',
    'kybio quota': 'Kybio 額度',
    'kybio repeats': 'Kybio 重複檢查',
    'probe of repeats': '重複檢查的試驗',
    'wonder settings': 'Wonder 設定',
    'wonder signature': 'Wonder 簽名',
    'wonder clock': 'Wonder 時鐘',
  },
  line: (label, name, detail) => `${label}  ${name}：${detail}。`,
  callsMade: (count) => `共用了 ${count} 次呼叫。`,

  probeNeedsKybio: '--probe-repeat 需要 Kybio 的設定。',
  probeNeedsKybioHint: '請設定 KYBIO_BASE_URL 等，或加上 --sandbox。',
  configFile: (path) => (path === undefined ? '沒有設定檔案' : `讀取自 ${path}`),
  noVendor: 'Kybio 和 Wonder 都沒有設定',
  noVendorHint: '請設定 KYBIO_BASE_URL、KYBIO_APP_ID 和 KYBIO_APP_KEY，或加上 --sandbox 試用。',
  notProbed: '沒有試驗：請先看 Kybio 簽名',
  notProbedHint: '那一項正常後，請再輸入一次。',
  willProbe: (number) => `將給會員 ${number} 傳送零增量。`,
  noLedger: '沒有帳本就無法計算呼叫次數',
  ledgerAtWork: (health, atWork) => `${health}。${atWork}`,
  othersAtWork: '另一個 memberload 正在工作',
  othersAtWorkHint: '等它結束後再輸入一次。',
  cost: (kybio, wonder, probe) => {
    const parts = [
      kybio === undefined
        ? undefined
        : `Kybio ${kybio.least} 次（簽名、時鐘和額度一起；第一次沒有告知額度時 ${kybio.most} 次）`,
      wonder === undefined ? undefined : `Wonder ${wonder} 次（回聲測試）`,
      probe === undefined ? undefined : `--probe-repeat 為 Kybio ${probe.least} 或 ${probe.most} 次`,
    ].filter((part) => part !== undefined);
    return `檢查設定、網絡、主資料夾和帳本不用呼叫。需要的呼叫：${parts.join('，') || '無'}。`;
  },
  tlsOff: 'NODE_TLS_REJECT_UNAUTHORIZED=0：不檢查憑證，中間任何人都能看到密鑰和會員資料',
  tlsOffHint: '請取消這個變數。公司自己的憑證機構，請把 NODE_EXTRA_CA_CERTS 設為它的憑證（PEM）。',
  noProxy: '沒有代理',
  proxy: (host) => `HTTPS_PROXY：呼叫經過 ${host}，本機除外`,
  proxyNotTo: (hosts) => `NO_PROXY：${hosts} 除外`,
  extraCertificates: (path) => `NODE_EXTRA_CA_CERTS：信任 ${path}`,
  together: (details) => details.join('；'),
  keyProblems: {
    appId: 'appId 不是 32 位十六進制數字（對方的範例都是）',
    ascii: '密鑰中有空格或非 ASCII 字元',
    quotes: '密鑰帶有引號',
    same: '密鑰與 appId 相同',
  },
  keyProblemsHint: '請從後台重新複製這兩項。',
  runsSayIt: '執行時也會提示，但不會停止。',
  keyIsFine: 'appId 和密鑰看起來沒有問題',
  seeSettings: '請看 Kybio 設定',
  megabytesFree: (folder, megabytes) => `${folder}，剩餘 ${megabytes} MB`,
  openToOthers: (detail, mode) => `${detail}，其他用戶也能存取（權限 ${mode}）`,
  type: (command) => `請輸入：${command}`,
  diskFull: '請騰出磁碟空間：寫不了帳本，執行就會停止。',
  diskNearlyFull: '執行大檔案前，請先騰出磁碟空間。',
  ledgerDamaged: (place, problems) => `${place} 已損壞：${problems.join('；')}`,
  ledgerDamagedHint: '請用備份恢復。沒有改動任何內容。',
  ledgerVersion: (version) => `版本 ${version}`,
  ledgerIntact: '完好',
  ledgerIs: (place, details, incrementCount) => `${place}，${details.join('，')}；記有 ${incrementCount} 筆入賬`,
  runs: (runCount, isMore, unfinishedCount, inDoubtCount) =>
    `執行 ${runCount} 次${isMore ? '以上' : ''}，未完成 ${unfinishedCount} 次，待核實 ${inDoubtCount} 行`,
  decideThem: (runId) => `請逐行確認：memberload resolve ${runId}`,
  carryOn: (runId) => `繼續請輸入：memberload resume ${runId}`,
  ledgerIsNewest: '帳本就是最新的，無需確認。',
  acceptLedger: (place) => `將把 ${place} 當作最新的。未完成的執行中，如果有行在這份副本之後已經傳送，就會重複入賬。`,
  ledgerAccepted: (place, incrementCount) => `從現在起，${place} 就是最新的，記有 ${incrementCount} 筆入賬。`,
  nothingLearned: (why) => `沒有得出結論：${why}`,
  nothingLearnedHint: '沒有入賬。請稍後再試，或換一個會員。',
  callsUsedUp: '當天的呼叫額度已用完',
  probeTomorrow: '沒有得出結論。請明天再試。',
  learnedRefused: (code, said) =>
    `帳戶以代碼 ${code} 拒絕重複（${said || '沒有說明'}），並接受較早但沒用過的時間；已記下，今後用來核實沒有回覆的入賬`,
  learnedNewerOnly: '帳戶拒絕所有不晚於上次變動的時間；已記下：這不是重複檢查，沒有回覆的入賬要靠讀取會員來核實',
  learnedAccepted: '帳戶接受重複；已記下：沒有回覆的入賬要靠讀取會員來核實',

  signatureRefused:
    '請檢查 KYBIO_APP_ID 和 KYBIO_APP_KEY：兩者要屬於同一店舖。如果無誤，請把 kybio.signature 設為 v1、v3 或 both。',
  signatureSilent: '請檢查 KYBIO_BASE_URL（寫到 /openapi/v1 為止）和網絡。',
  wonderRefused: '請檢查 WONDER_APP_ID 和 WONDER_PRIVATE_KEY_FILE、wonder.signQuery 是否合適，以及下面的時鐘。',
  wonderSilent: '請檢查 WONDER_BASE_URL 和網絡。',
  noCallsLeft: '按我們或對方的計數，當天的呼叫額度已用完',
  tryTomorrow: '請在 kybio.quotaZone 的午夜之後再輸入一次；如果額度更高，請寫更大的 --daily-quota。',
  accepted: '對方已接受',
  acceptedAndSaid: (said) => `對方已接受，並回覆：${said}`,
  noDate: '回覆中都沒有 Date 標頭',
  clockAgrees: '本機時鐘與對方一致',
  clockOff: (seconds, isAhead, vendorTime) =>
    `本機時鐘比對方${isAhead ? '快' : '慢'} ${seconds} 秒（對方是 ${vendorTime}）`,
  clockTooFarOff: '請校準時鐘：相差這麼多，簽名會被拒絕。或設定 wonder.clockOffsetMs。',
  clockOffHint: '請校準時鐘：dataChangeTime 和額度的日期都以它為準。',
  quotaNotTold: (said) => `對方沒有告知：${said}`,
  setQuota: '請把 --daily-quota 設為購買的次數。',
  quotaAnswered: (said) => `對方回覆：${said}。請把 --daily-quota 設為購買的次數。`,
  quotaPerDay: (limit, used) => `每天 ${limit} 次呼叫，按我們的計數今天已用 ${used} 次`,
  quotaNone: (used) => `對方沒有告知這個 appId 的額度；按我們的計數今天已用 ${used} 次`,
  quotaUsed: (used, limit, day, counted, isLate) =>
    `${day} 的 ${limit} 次呼叫，對方計為已用 ${used} 次，我們計為 ${counted} 次${
      isLate ? '（對方可能計得較晚，或按另一個時區換日：kybio.quotaZone）' : ''
    }`,
  quotaHint: (dailyQuota, limit) =>
    `${dailyQuota === undefined ? '沒有設定 --daily-quota' : `--daily-quota 是 ${dailyQuota}，超過了額度`}：請設為 ${limit}，執行會在對方拒絕之前暫停。`,
  repeatsRefused: (code) => `帳戶以 ${code} 拒絕重複的 dataChangeTime：沒有回覆的入賬會自動核實`,
  repeatsAccepted: (isNewerOnly, codes) => {
    const what = isNewerOnly
      ? '帳戶拒絕所有不晚於上次變動的 dataChangeTime，這不是重複檢查'
      : '帳戶接受重複的 dataChangeTime';
    return codes.length === 0
      ? `${what}：沒有回覆的入賬要靠讀取會員來核實`
      : `${what}。而 kybio.repeatCodes 寫着 ${codes.join('、')}。`;
  },
  removeRepeatCodes: '請刪除 kybio.repeatCodes，它沒有用處。',
  repeatsUnknown: (codes) =>
    codes.length === 0
      ? '還不知道帳戶是否拒絕重複的 dataChangeTime'
      : `沒有試驗；kybio.repeatCodes 寫着 ${codes.join('、')}，核實時以它為準。`,
  learnRepeats: '想知道請輸入：memberload doctor --probe-repeat <會員編號>',
  makeSureOfRepeats: '要確認請輸入：memberload doctor --probe-repeat <會員編號>',
};
