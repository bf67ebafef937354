import type { Catalogue } from '../texts.ts';

export const intake: Catalogue['intake'] = {
  row: (rowNumber, lineNumber, message) => `第 ${rowNumber} 行（檔案第 ${lineNumber} 行），${message}`,

  expectedRows: (expected, actual) => `--expect-rows 是 ${expected}，而檔案要入賬的有 ${actual} 行`,
  expectedAmount: (flag, expected, actual) => `${flag} 是 ${expected}，而檔案合計為 ${actual}`,
  totalsDiffer: (differences) => `檔案與預期不符：${differences.join('；')}。`,
  totalsDifferHint: '沒有傳送任何資料。請確認檔案正確、完整、沒有改動過。',
  repeatedRows: (count, rowCount, first) => `${rowCount} 行中有 ${count} 行的會員或單號與其他行重複。${first.join('')}`,
  repeatedRowsHint: (areMembersAllowed, checking) =>
    areMembersAllowed
      ? `沒有傳送任何資料。每個單號請只保留一行（用 ${checking} 可全部列出），或每行用自己的單號。`
      : `沒有傳送任何資料。每個會員、每個單號請只保留一行（用 ${checking} 可全部列出），或用 --on-duplicate allow 讓會員的每一行都入賬。`,
  invalidRows: (count, rowCount, first) => `${rowCount} 行中有 ${count} 行不能入賬。${first.join('')}`,
  invalidRowsHint: (checking) =>
    `沒有傳送任何資料。請更正這些行（用 ${checking} 可全部列出），或用 --skip-invalid 只為其他行入賬。`,

  doneByHand: (rowCount, rowNumber) =>
    `警告：${rowCount} 行標為 done，卻沒有 result_action，而 memberload 會在每個 done 的行寫上它。首先是第 ${rowNumber} 行。這樣的行會略過。如果它沒有傳送過，請清空它的 result_status。`,
  campaignAlike: (rowCount, campaign, other) =>
    `警告：有 ${rowCount} 行的會員和數額與活動 '${other}' 已入賬的相同，而 '${campaign}' 是另一個活動。如果兩個名稱指同一次活動，請立即停止，並改用 --campaign '${other}'。`,
  changedAfterCredit: (rowCount, rowNumber, credit) =>
    `警告：有 ${rowCount} 行標為已完成，但行內的會員或數額與當時入賬的不同。第 ${rowNumber} 行：執行 ${credit.runId} 為${
      credit.number === '' ? ` customerUid ${credit.customerUid} ` : `會員 ${credit.number} `
    }入賬積分 ${credit.points}，餘額 ${credit.balance}。這樣的行會略過。請還原結果檔案原來的內容；如果現在的內容也要入賬，請清空該行的 result_status。`,
  notDone: (rowCount, rowNumber, origin) =>
    `警告：有 ${rowCount} 行標為已完成，但行內所寫的執行記錄的是另一種結果。第 ${rowNumber} 行：見 memberload runs ${origin.runId} 的第 ${origin.rowNumber} 行。這樣的行會略過。請用 memberload result ${origin.runId} 重寫結果檔案；要入賬，請清空該行的 result_status。`,
  takenBackSince: (rowCount, rowNumber, credit) =>
    `警告：有 ${rowCount} 行標為已完成，但之後已被 undo 撤回。第 ${rowNumber} 行：執行 ${credit.runId} 曾為${
      credit.number === '' ? ` customerUid ${credit.customerUid} ` : `會員 ${credit.number} `
    }入賬。這樣的行會略過。要再次入賬，請清空該行的 result_status。`,
  creditedBefore: (count, rowCount, runs, moreRuns, firstRow) => {
    const told = runs.map(({ runId, when, creditedCount, unsentCount, takenBackCount }) => {
      const what = [
        creditedCount > 0 ? `已入賬 ${creditedCount} 行` : '',
        unsentCount > 0 ? `還有 ${unsentCount} 行未入賬或待核實` : '',
        takenBackCount > 0 ? `正在撤回其中 ${takenBackCount} 行` : '',
      ].filter(Boolean);
      return `${when} 的執行 ${runId} ${what.join('，')}`;
    });
    if (moreRuns > 0) told.push(`另有 ${moreRuns} 次執行`);
    return `${rowCount} 行中有 ${count} 行，之前已為同一會員加過同樣的數額：${told.join('；')}。第一處是第 ${firstRow} 行。`;
  },
  creditedBeforeHint: (open, skipsAlready) => {
    const first =
      open === undefined
        ? ''
        : open.hasEnded
          ? `請先處理待核實的行：memberload resolve ${open.runId}。`
          : `請先繼續未完成的執行：memberload resume ${open.runId}。`;
    const skip = skipsAlready ? '' : '只為其他行入賬，請加上 --skip-credited。';
    return `沒有傳送任何資料。${first}${skip}如果這是另一次活動，請用 --campaign NAME 命名。要全部再入賬一次，請加上 --again。`;
  },
  creditedOtherwise: (identity, rowNumber, runId, { points, balance }) =>
    `${
      'reference' in identity ? `單號 '${identity.reference}'` : `活動 '${identity.campaign}'`
    } 已按別的數額或為別的會員入賬：執行 ${runId} 第 ${rowNumber} 行（積分 ${points}，餘額 ${balance}）。請更正這一行，或給它自己的單號。`,

  otherResult: (rowNumber, forText, resultFor) =>
    `第 ${rowNumber} 行是 '${forText}' 的結果，而這次執行是 '${resultFor}'：別的命令、別的系統、別的店舖或沙盒做過的事，在這裏不算數。`,
  resultOfNothing: (rowNumber) =>
    `第 ${rowNumber} 行寫着已完成，卻沒有寫在哪裏完成（result_for 為空）：別的命令、別的系統、別的店舖或沙盒做過的事，在這裏不算數。`,
  otherResultHint:
    '沒有傳送任何資料。請在原來的地方執行這個結果檔案。要把它的所有行當作普通資料傳送，請加上 --ignore-results。',
  interrupted: '檢查檔案時中斷了，沒有傳送任何資料。',
  interruptedHint: '請重新輸入同一條命令。',

  scratchFailed: (folder, why) => `${folder} 中用來查找重複會員的暫存檔無法讀寫：${why}。`,
  scratchFailedHint: '沒有傳送任何資料。請騰出磁碟空間，或把 TMPDIR 設為另一個資料夾，再重新輸入命令。',

  usedMapping: (path) => `之前讀取過同樣標題列的檔案，當時用了對應檔。要用同樣的方式讀取，請加上：--map ${path}`,
  strippedResult: (columns) => `這個檔案是之前執行的結果，但缺少 ${columns.join(' 和 ')} 欄：無法知道哪些行已完成。`,
  strippedResultHint: '沒有傳送任何資料。請使用原來的結果檔案。要把它的所有行當作普通資料，請加上 --ignore-results。',
};
