import type { Catalogue } from '../texts.ts';

export const commandHelp: Catalogue['commandHelp'] = {
  import: {
    about: '每行新增或更新一個會員或客戶（每行查詢 1 次，最多寫入 1 次）',
    examples: ['新增沒有的會員，更新不同的會員', '只新增：每行 1 次呼叫', '同時寫入兩邊'],
  },
  topup: {
    about: '為 Kybio 會員加積分和餘額，絕不重複（有 customerUid 的行 1 次呼叫，否則 2 次）',
    examples: ['在這個活動中，每個會員永遠只入賬一次', '數目對不上就拒絕檔案', '一天接一天地做完'],
  },
  export: {
    about: '查詢檔案的各行（每行 1 次呼叫），或用 --all 匯出所有人（每 100 個會員 1 次呼叫）',
    examples: ['為每行加上三個欄位', '所有人，可以再次匯入'],
  },
  validate: {
    about: '像執行時一樣檢查檔案：不用呼叫，不需要帳戶',
    examples: ['寫出 members.checked.csv'],
  },
  map: {
    about: '建議每一欄對應什麼，寫成 --map 用的對應檔案（不用呼叫）',
    examples: ['寫出 legacy.map.json；在終端機上會詢問不確定的欄'],
  },
  resume: {
    about: '按原來的設定繼續未完成的執行（預設：最近一次）',
    examples: ['最近一次未完成的執行', '所有未完成的執行，從最早的開始'],
  },
  runs: {
    about: '列出所有執行，或查看其中一次：設定、行數、呼叫、待核實的行（不用呼叫）',
    examples: ['最近的執行和每天的呼叫次數', '放棄其餘的行；待核實的行會保留', '清理已結束的執行；已入賬的仍然記得'],
  },
  resolve: {
    about: '加積分餘額中待核實的行：查看依據，記下您的結論（不用呼叫），重新傳送（每行 2 次呼叫）',
    examples: ['每個待核實的行已知的情況', '已經入賬：這一行完成', '沒有入賬：重新傳送'],
  },
  undo: {
    about: '撤銷一次加積分餘額，只能一次：對已入賬的行加相反的數額（每行 2 次呼叫）',
    examples: ['誰的數額之後變動過；不傳送任何資料', '這次執行入賬的所有行', '只撤銷這些行'],
  },
  report: {
    about: '寫出一次執行的 HTML 報告（預設：最近一次），執行中或等待時也可以（不用呼叫）',
    examples: ['最近一次執行：在結果旁邊寫出 <檔名>.report.html', '另一次執行，寫到另一個檔案'],
  },
  doctor: {
    about: '檢查設定、網絡、主資料夾、帳本、簽名、時鐘和額度（Kybio 1 或 2 次呼叫，Wonder 1 次）',
    examples: ['每項未通過的檢查都會說明怎麼辦', '沒有回覆的入賬能不能重發？（多 4 或 6 次呼叫）'],
  },
  schedule: {
    about: '顯示 cron、systemd 和 Windows 的設定，每天自動繼續未完成的執行（不用呼叫）',
    examples: ['每天，在額度恢復後十分鐘'],
  },
  sandbox: {
    about: '在本機執行一套 Kybio 和 Wonder 供試用，並顯示可貼上的設定',
    examples: ['二十次呼叫中有一次已生效卻沒有回覆'],
  },
  init: {
    about: '詢問帳戶，寫出設定檔案和密鑰檔案，並試用（您同意才會呼叫）',
    examples: ['這個資料夾的帳戶', '幾家店舖中的一家'],
  },
  template: {
    about: '供開始用的檔案：有各欄和一行例子（不用呼叫）',
    examples: ['Excel 檔案；工作表 columns 說明每一欄', '顯示 CSV'],
  },
  completion: {
    about: '顯示按 Tab 鍵自動補全命令和選項的指令碼（不用呼叫）',
    examples: ['指令碼，以及怎樣啟用'],
  },
};
