/** The page's one style sheet. Colours are named by what they mean; dark and print change the colours alone. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--ink:#1c2128;--soft:#57606a;--line:#d8dee4;--track:#e9ecef;--accent:#0b62b5;--link:#0a5aa8;--code:#f0f2f4;
--done:#1f8a52;--invalid:#b45f06;--failed:#c62f2f;--in_doubt:#7c3fb5;--not_sent:#8b95a1;--base:#9fb3c8;--red:#b3201f;--redink:#fff}
@media (prefers-color-scheme:dark){:root{--page:#0e1217;--card:#171d24;--ink:#e7ebef;--soft:#a3aebb;--line:#2d3640;--track:#26303a;--accent:#5aa9f5;--link:#7dbcfa;--code:#222a33;
--done:#3fb57a;--invalid:#e39a3c;--failed:#f0706c;--in_doubt:#bb8cf0;--not_sent:#7d8996;--base:#58708a;--red:#d03733;--redink:#fff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"PingFang SC","PingFang TC","Microsoft YaHei","Microsoft JhengHei","Noto Sans CJK SC",sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 20px 48px}
h1{font-size:1.75rem;line-height:1.25;margin:.35rem 0 .4rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;line-height:1.3;margin:0 0 .8rem}
h3{font-size:1rem;line-height:1.35;margin:0 0 .3rem;overflow-wrap:anywhere}
p{margin:0 0 .7rem}p:last-child{margin-bottom:0}
a{color:var(--link)}
.skip{position:absolute;left:-9999px}.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 12px;z-index:1}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.kicker{display:flex;flex-wrap:wrap;align-items:center;gap:8px;color:var(--soft);font-size:.875rem}
.place{display:inline-block;border:1px solid var(--line);background:var(--card);color:var(--ink);border-radius:999px;padding:2px 12px;font-weight:600}
.place.sandbox{background:var(--red);border-color:var(--red);color:var(--redink);letter-spacing:.06em}
.state{border-radius:999px;padding:2px 10px;border:1px solid currentColor}
.lead{font-size:1.1rem;max-width:60rem}
.meta{display:flex;flex-wrap:wrap;gap:4px 22px;color:var(--soft);font-size:.875rem;margin:0}
.meta div{display:flex;gap:6px}.meta dt{font-weight:400}.meta dd{margin:0;color:var(--ink);font-variant-numeric:tabular-nums}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px 22px;margin-top:18px}
header.top{margin-bottom:6px}
svg{display:block;overflow:visible}
.bar{border-radius:8px;overflow:hidden}.count,.pair{border-radius:3px}
.fill-done{fill:var(--done)}.fill-invalid{fill:var(--invalid)}.fill-failed{fill:var(--failed)}.fill-in_doubt{fill:var(--in_doubt)}.fill-not_sent{fill:var(--not_sent)}
.fill-accent{fill:var(--accent)}.fill-base{fill:var(--base)}.track{fill:var(--track)}.gap{fill:var(--card)}
.grid{stroke:var(--line)}.axis{stroke:var(--soft)}
.tick{fill:var(--soft);font-size:12px;paint-order:stroke;stroke:var(--card);stroke-width:4px;font-variant-numeric:tabular-nums}
.legend{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px 18px;margin:16px 0 0;padding:0;list-style:none}
.legend li{display:grid;grid-template-columns:14px 1fr;gap:0 9px;align-items:baseline}
.legend b{display:block;font-size:1.35rem;line-height:1.2;font-variant-numeric:tabular-nums}
.legend .off{opacity:1}.legend .off b{color:var(--soft);font-weight:400}
.dot{width:12px;height:12px;border-radius:4px;display:inline-block}
.dot.done,.edge-done{background:var(--done)}.dot.invalid{background:var(--invalid)}.dot.failed{background:var(--failed)}.dot.in_doubt{background:var(--in_doubt)}.dot.not_sent{background:var(--not_sent)}.dot.accent{background:var(--accent)}.dot.base{background:var(--base)}
.soft{color:var(--soft);font-size:.875rem}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:14px}
.card{border:1px solid var(--line);border-left:5px solid var(--soft);border-radius:10px;padding:14px 16px;min-width:0;break-inside:avoid}
.card.invalid{border-left-color:var(--invalid)}.card.failed{border-left-color:var(--failed)}.card.in_doubt{border-left-color:var(--in_doubt)}.card.not_sent{border-left-color:var(--not_sent)}
.card header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:2px 14px;align-items:baseline}.card header h3{flex:1 1 60%;min-width:0}
.card header b{font-size:1.05rem;white-space:nowrap;font-variant-numeric:tabular-nums}
.card dl{margin:.5rem 0 0;display:grid;gap:.45rem}
.card dt{font-size:.8rem;color:var(--soft)}
.card dd{margin:0;overflow-wrap:anywhere}
blockquote{margin:0;padding:8px 12px;background:var(--code);border-radius:8px;overflow-wrap:anywhere}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Cascadia Mono","DejaVu Sans Mono","Liberation Mono","Noto Sans Mono CJK SC",monospace;font-size:.9em;overflow-wrap:anywhere}
.command{display:flex;align-items:stretch;gap:8px;margin:.3rem 0 .8rem}
.command code{flex:1;min-width:0;background:var(--code);border-radius:8px;padding:8px 12px;white-space:pre-wrap;user-select:all}.command code span{display:inline-block;max-width:100%}
.command button{display:none;font:inherit;font-size:.875rem;border:1px solid var(--line);background:var(--card);color:var(--ink);border-radius:8px;padding:4px 14px;min-width:5.2em;cursor:pointer}
.js .command button{display:inline-block}
.steps .command:last-child{margin-bottom:0}.steps p{margin:.2rem 0 .2rem}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.82rem;padding:6px 10px 6px 0;border-bottom:1px solid var(--line);vertical-align:bottom}
td{padding:7px 10px 7px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
tr:last-child td,tbody tr:last-child th{border-bottom:0}th.num,td.num{padding-right:0;padding-left:10px}
tbody th{color:var(--ink);font-size:.95rem}
.wide{overflow-wrap:normal}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:22px 34px}
.two>*{min-width:0}
.spread td{padding:3px 10px 3px 0;border:0;vertical-align:middle}.spread td:first-child{white-space:nowrap;width:1%}.spread td.num{width:1%}
.chips{display:flex;flex-wrap:wrap;gap:8px;padding:0;margin:0;list-style:none}
.chips li{border:1px solid var(--line);border-radius:999px;padding:3px 12px;overflow-wrap:anywhere}
.plot{display:flex;gap:6px}.plot .scale{flex:none}.plot .columns{min-width:0;flex:1}
.doubts{display:grid;gap:14px}.doubt{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:6px 28px}.doubt header{grid-column:1/-1}.doubt .command{margin:.15rem 0 .5rem}.doubt .command code{padding:5px 10px;font-size:.8rem}.doubt .steps .command:last-child{margin-bottom:0}.steps p{font-size:.92rem}
.months{display:flex;flex-wrap:wrap;gap:22px}
.month{border-collapse:separate;border-spacing:3px;width:auto;table-layout:fixed;min-width:0;flex:0 1 400px}
.month caption{text-align:left;font-weight:600;padding:0 0 4px 3px}
.month th{border:0;padding:2px 0;text-align:center}
.month td{border:0;border-radius:6px;background:var(--track);height:46px;width:50px;padding:3px 5px;font-size:.75rem;line-height:1.25;overflow-wrap:normal}
.month td.none{background:none}
.month td b{display:block;font-size:.8rem;font-variant-numeric:tabular-nums}
.month td.used{background:var(--accent);color:var(--card)}
.month td.plan{background:none;border:2px dashed var(--accent);padding:1px 3px}
.month td.finish{border:2px solid var(--done);background:none;padding:1px 3px}
.month td.finish.used{background:var(--accent)}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:.7rem 0 0}.key span{display:inline-flex;gap:7px;align-items:center}
.box{width:14px;height:14px;border-radius:4px;display:inline-block}.box.used{background:var(--accent)}.box.plan{border:2px dashed var(--accent)}.box.finish{border:2px solid var(--done)}
.note{border-left:4px solid var(--invalid);padding-left:12px}
.largest{margin-top:1.2rem}.notchanged{margin-top:.9rem}
.evidence{margin:.2rem 0 0;padding:0;list-style:none;font-size:.92rem}
.evidence time{color:var(--soft);font-variant-numeric:tabular-nums;margin-right:.5em}
footer{color:var(--soft);font-size:.875rem;margin-top:22px}
@media (max-width:640px){main{padding:18px 12px 36px}section{padding:16px 14px}h1{font-size:1.4rem}.legend{grid-template-columns:repeat(2,minmax(0,1fr))}
.stack thead{position:absolute;clip-path:inset(50%);height:1px;width:1px;overflow:hidden}.stack tr{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:2px 12px;border-bottom:1px solid var(--line);padding:8px 0}.stack tr:last-child{border:0}.stack td,.stack tbody th{border:0;padding:0}.stack tbody th{grid-column:1/-1}.stack td.num{text-align:left;padding:0;white-space:normal}.stack td::before{content:attr(data-label);display:block;font-size:.8rem;color:var(--soft);white-space:normal}.stack td.full{grid-column:1/-1}
.doubt{grid-template-columns:minmax(0,1fr)}.month{border-spacing:2px;flex:1 1 100%;width:100%}.month td{width:auto;height:42px;padding:2px 3px;font-size:.66rem}.month td.plan,.month td.finish{padding:0 1px}}
@page{margin:14mm}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--track:#e6e6e6;--accent:#0b62b5;--link:#000;--code:#f2f2f2;--done:#1f8a52;--invalid:#b45f06;--failed:#c62f2f;--in_doubt:#7c3fb5;--not_sent:#8b95a1;--base:#9fb3c8;--red:#b3201f;--redink:#fff}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}main{max-width:none;padding:0}body{font-size:11pt}section{border:0;border-top:1px solid var(--line);border-radius:0;padding:12px 0;margin-top:10px}h2,h3{break-after:avoid}tr,.card,.month,svg{break-inside:avoid}.command button,.js .command button,.skip{display:none}}
`;

/** Copies a command. Without it the command is still selected by a click. */
export const SCRIPT = `(()=>{document.documentElement.classList.add('js');document.addEventListener('click',e=>{const b=e.target.closest('.command button');if(!b)return;const c=b.previousElementSibling;const done=()=>{const t=b.textContent;b.textContent=b.dataset.done;setTimeout(()=>{b.textContent=t},1500)};const select=()=>{const r=document.createRange();r.selectNodeContents(c);const s=getSelection();s.removeAllRanges();s.addRange(r);if(document.execCommand('copy'))done()};if(navigator.clipboard)navigator.clipboard.writeText(c.textContent).then(done,select);else select()})})()`;
