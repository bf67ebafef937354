import type { Catalogue } from '../texts.ts';

const UNITS = { rows: '行', writes: '次寫入', records: '條記錄' } as const;

const FIELDS: Readonly<Record<string, string>> = { point: '積分', balance: '餘額' };

export const run: Catalogue['run'] = {
  begins: (runId, isCarriedOn, zone) =>
    `${isCarriedOn ? `繼續執行 ${runId}` : `開始執行 ${runId}`}。時間均為 ${zone} 時區。`,

  otherFlags: (runId, flags) =>
    `同一檔案未完成的執行 ${runId} 開始時的 ${flags.join('、')} 不同。執行只能按開始時的方式繼續。`,
  otherFlagsHint: (runId) =>
    `沒有傳送任何內容。要按原來的方式繼續：memberload resume ${runId}。要用這些選項重新開始：先 memberload runs cancel ${runId}，再輸入本命令。`,

  columnsRead: '讀取的欄：',
  columnsReadAre: (headers) => `讀取的欄：${headers.join('、')}。`,
  columnsUnused: (headers) => `沒有使用的欄：${headers.join('、')}。`,
  columnsUnnamed: (places) => `沒有欄名、因此沒有使用的欄：從左數第 ${places.join('、')} 欄。`,
  moneyUnused: (header) =>
    `注意：'${header}' 看起來是金額或積分，但沒有使用。如果需要讀取，請用 --map 指明對應的欄位。`,

  decidedAlready: (endedCount, totalCount, unit) =>
    `${totalCount} ${UNITS[unit]}中已有 ${endedCount} ${UNITS[unit]}有了結果。`,
  wasInDoubt: (rowNumber, runId) => `執行 ${runId} 的第 ${rowNumber} 行原為待核實，現已確認：已經入賬。`,
  resultNotRewritten: (runId, message) => `執行 ${runId} 的結果檔案沒有更新：${message}`,
  resultWentTo: (path, other) => `${path} 在執行期間被改動，已原樣保留。結果寫到了 ${other}。`,
  stopped: (detail) => `已停止：${detail}。`,
  resultFailed: (message) => `${message}已完成的部分都有記錄。`,
  writeElsewhere: (runId) => `要把結果寫到別處，請輸入：memberload resume ${runId} -o other.csv`,
  notSentQuota: (runId) => `還沒輪到這一行，當天的呼叫額度就用完了。繼續請輸入：memberload resume ${runId}`,
  notSentStopped: (runId) => `執行在這一行之前停止了。繼續請輸入：memberload resume ${runId}`,
  notSentGivenUp: (runId) => `執行 ${runId} 在這一行之前已放棄。`,

  countUnknown: (pageSize) => `還不知道一共有多少條：每 ${pageSize} 條用 1 次呼叫，至少 1 次。第一次匯出時會數清。`,

  resultGoesTo: (path, other) => `${path} 在執行寫入之後被改動，或屬於別的執行，已原樣保留。結果將寫到 ${other}。`,
  givenUpBy: (person) => `${person} 放棄了這次執行`,
  resultUnwritable: (runId) => `執行 ${runId} 的結果無法寫出：沒有保留輸入檔案的副本。`,

  planStopped: (detail) => `試執行已停止：${detail}。`,
  planStoppedHint: (why, back) =>
    `沒有寫入任何資料。${
      { quota: `額度恢復後${back === '' ? '' : `（${back}）`}`, interrupted: '要重新計劃', cause: '排除原因後' }[why]
    }，請重新輸入同一條命令。`,
  interrupted: '被中斷',

  rowsPruned: (runId) => `執行 ${runId} 已被 runs prune 清理：各行的情況已經查不到。`,
  rowsPrunedHint: '各行的結果請看它的結果檔案。',
  reportLacksRows: (why) => `報告中沒有各行的情況：${why}`,
  reportNotWritten: (why) => `報告沒有寫出：${why}`,

  noStageHere: (runId) => `執行 ${runId} 在這裡沒有輸入檔案的副本：副本在開始這次執行的 MEMBERLOAD_HOME 裡。`,
  noStageHereHint: (runId) =>
    `請在那裡執行這個命令。或放棄其餘的行：memberload runs cancel ${runId}，再在這裡重新執行檔案。已入賬的內容都有記錄，不會重複入賬。`,
  noStageEnded: (runId) => `執行 ${runId} 已結束，輸入檔案的副本已不在：無法重新產生結果。`,
  noStageEndedHint: (resultPath) => `它寫出的結果（在執行結束的那台電腦上）：${resultPath}`,
  noStage: (runId) => `執行 ${runId} 沒有輸入檔案的副本：它由舊版 memberload 開始，或副本已被刪除。`,
  noStageHint: (runId) =>
    `請放棄其餘的行：memberload runs cancel ${runId}，然後重新執行檔案。已入賬的都有記錄，不會再次入賬。`,

  undoOfNoTopup: (runId) => `執行 ${runId} 不是加積分餘額的執行：只有入賬才能撤銷。`,
  undoInDoubt: (runId, count) => `執行 ${runId} 有 ${count} 行待核實：還不知道該不該撤銷。`,
  undoInDoubtHint: (runId) => `沒有傳送任何資料。請先確認這些行：memberload resolve ${runId}`,
  nothingToUndo: (runId, areRowsNamed) =>
    `執行 ${runId} ${areRowsNamed ? '的這些行中' : ''}沒有可以撤銷的入賬：之前已經撤銷，或沒有為任何人入賬。`,
  nothingToUndoHint: (runId) => `沒有傳送任何資料。查看這次執行：memberload runs ${runId}`,
  undoUnfinished: (runId) => `沒有傳送任何資料。撤銷入賬的執行 ${runId} 還沒有完成。請繼續：memberload resume ${runId}`,
  undoPrice: (rowCount, runId, callsPerRow) =>
    `撤銷執行 ${runId} 的 ${rowCount} 行：每行最多 ${callsPerRow} 次呼叫，共 ${rowCount * callsPerRow} 次。其中一次用來在傳送前讀取會員。`,
  undoUnseen: '沒有事先查看會員：今天剩餘的呼叫不夠讀取並傳送全部。',
  undoWarning: (rowNumber, member, text) => `第 ${rowNumber} 行，會員 ${member}：${text}`,
  undoWarningsMore: (count) => `… 另有 ${count} 行也是這樣，全部寫在結果檔案的說明中。`,
  undoUnchanged: '入賬之後沒有會員的數額變動過，撤銷後也沒有會員低於零。',

  changedSince: (changes) =>
    `入賬之後有變動：${changes.map(({ name, after, now }) => `${FIELDS[name] ?? name} ${after}，現在是 ${now}`).join('；')}。`,
  belowZero: (left) =>
    `撤銷後會低於零：${left.map(({ name, left: amount }) => `${FIELDS[name] ?? name} ${amount}`).join('；')}。`,

  checkedAs: (kind) => `按 ${kind} 檢查。`,
  unknownKind: (headers, more) =>
    `從標題列看不出這是哪種檔案。現有的欄：${headers.join('、')}${more > 0 ? ` 等，另有 ${more} 欄` : ''}。`,
  unknownKindHint: '請用 --as 指明：members（會員）、customers（客戶）、topup（加積分餘額）或 lookups（查詢）。',
  wouldCredit: (rowCount, points, balance, hasInvalid) =>
    `${hasInvalid ? '檔案中有資料有誤的行，memberload topup 會拒絕；加上 --skip-invalid 則' : 'memberload topup '}將為 ${rowCount} 行入賬：共積分 ${points}、餘額 ${balance}。`,
  wouldSaveCustomers: (rowCount) => `memberload import --to wonder 將新增或更新 ${rowCount} 行。`,
  wouldLookUp: (rowCount, isForWonder) =>
    `memberload export${isForWonder ? ' --from wonder' : ''} 將查詢 ${rowCount} 行。`,
  wouldImport: (rowCount) => `memberload import 將新增或更新 ${rowCount} 行。`,
};
