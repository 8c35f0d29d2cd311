import { POLICY_COLOURS, RAMP } from './palette.ts';

const colours = (face: 'light' | 'dark'): string =>
  POLICY_COLOURS.map((colour, slot) => `--p${slot}:${colour[face]}`).join(';') +
  `;--ramp:linear-gradient(to right,${RAMP[face].join(',')})`;

const LIGHT = `--paper:#fff;--raised:#f7f8fa;--ink:#171b20;--soft:#5b6470;--faint:#8b94a0;--line:#e4e7eb;--accent:#0072b2;--edge:rgb(0 0 0/.16);--bad:#d55e00;--good:#009e73;${colours('light')}`;
const DARK = `--paper:#121519;--raised:#1a1f25;--ink:#e8ebee;--soft:#a3adb8;--faint:#7a8592;--line:#2c333b;--accent:#4aa8e8;--edge:rgb(255 255 255/.16);--bad:#f0803c;--good:#22bd90;${colours('dark')}`;

/** The report's style sheet: one column, quiet, tables that align, a dark face for screens and a plain one for paper. */
export const STYLE = `
:root{color-scheme:light;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:1080px;margin:0 auto;padding:0 32px}
header{padding-top:56px}
.eyebrow{margin:0 0 6px;color:var(--faint);font-size:13px;letter-spacing:.02em}
.title{margin:0 0 20px;font-size:20px;line-height:1.3;font-weight:600;color:var(--soft)}
h1{margin:0;font-size:22px;line-height:1.4;font-weight:600;letter-spacing:-.012em;text-wrap:pretty;overflow-wrap:anywhere}
.details{margin:14px 0 0;max-width:50em;font-size:17px;line-height:1.5;text-wrap:pretty}
.caveat{margin:14px 0 0;max-width:44em;color:var(--soft)}
.alarm{margin:22px 0 0;padding:12px 16px;border-left:3px solid var(--bad);background:var(--raised);border-radius:0 6px 6px 0}
.facts{display:flex;flex-wrap:wrap;gap:12px 44px;margin:36px 0 0;padding:20px 0 0;border-top:1px solid var(--line)}
.facts div{min-width:64px}
.facts dt{color:var(--faint);font-size:13px}
.facts dd{margin:0;font-size:20px;font-weight:600;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
section{margin-top:64px}
.cell>h2{margin:0 0 8px;padding-top:28px;border-top:2px solid var(--ink);font-size:24px;letter-spacing:-.01em;line-height:1.25}
.cell>h2 span{color:var(--faint);font-weight:400}
.lead{margin:0 0 4px;font-size:19px;line-height:1.45;max-width:40em;font-weight:500}
.chosen{padding:1px 6px;border-radius:4px;background:var(--raised);border:1px solid var(--line);color:var(--bad);font-size:12px;white-space:nowrap}
.features{table-layout:fixed}
.features th:first-child{width:15%}
.features td{font-size:12.5px;line-height:1.4;overflow-wrap:anywhere}
.has{font-size:15px}
.has.yes{color:var(--good)}
.has.partly,.has.outside{color:var(--accent)}
.has.no{color:var(--faint)}
h3{margin:52px 0 4px;font-size:18px;line-height:1.3;letter-spacing:-.005em}
.how{margin:0 0 16px;max-width:46em;color:var(--soft);font-size:14px}
.scroll{overflow-x:auto;margin:0 -8px;padding:0 8px;background:linear-gradient(to right,var(--paper) 40%,transparent) 0 0/36px 100% no-repeat local,linear-gradient(to left,var(--paper) 40%,transparent) 100% 0/36px 100% no-repeat local,linear-gradient(to right,var(--edge),transparent) 0 0/14px 100% no-repeat scroll,linear-gradient(to left,var(--edge),transparent) 100% 0/14px 100% no-repeat scroll;scrollbar-width:thin}
table{width:100%;border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
th,td{padding:9px 14px 9px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:baseline}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:500;font-size:12.5px;line-height:1.3;vertical-align:bottom}
tbody th{font-weight:500;max-width:24em;overflow-wrap:break-word}
.short{white-space:nowrap}
tbody tr:last-child>*{border-bottom-color:transparent}
.n{text-align:right;white-space:nowrap}
thead .n{white-space:normal}
.wide{width:24%;min-width:120px;vertical-align:middle!important}
.soft{color:var(--soft)}.faint{color:var(--faint)}
.best td,.best th{font-weight:650}
.swatch{display:inline-block;flex:none;width:18px;height:4px;border-radius:2px;margin-right:9px;vertical-align:.22em;background:var(--c)}
.swatch.d1{background:repeating-linear-gradient(to right,var(--c) 0 5px,transparent 5px 7px)}
.swatch.d2{background:repeating-linear-gradient(to right,var(--c) 0 2px,transparent 2px 4px)}
.swatch.d3{background:repeating-linear-gradient(to right,var(--c) 0 6px,transparent 6px 8px,var(--c) 8px 10px,transparent 10px 12px)}
.track{position:relative;display:block;height:16px}
.track i{position:absolute;display:block}
.track .zero{top:-9px;bottom:-9px;width:1px;background:var(--line)}
.track .bar{top:4px;height:8px;background:var(--c);opacity:.32;border-radius:0 2px 2px 0}
.track .span{top:7px;height:2px;background:var(--c)}
.track .dot{top:4px;width:8px;height:8px;margin-left:-4px;border-radius:50%;background:var(--c)}
.verdict{min-width:9em}
.verdict.worse{color:var(--bad)}.verdict.best{color:var(--good)}
.matrix td{padding:9px 10px;border-bottom:2px solid var(--paper);border-left:2px solid var(--paper)}
.matrix tbody th{border-bottom-color:transparent}
.matrix thead th{padding:9px 10px;white-space:normal;max-width:96px}
.matrix .n{min-width:72px}
.matrix thead th:first-child{padding-left:0}
.matrix .shade{background:color-mix(in srgb,var(--bad) calc(var(--s)*1%),var(--raised))}
.matrix .top{background:color-mix(in srgb,var(--good) 22%,var(--raised));font-weight:650}
.people{display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:14px 40px;margin:0;padding:0;list-style:none}
.people li{padding:12px 0 6px;border-top:1px solid var(--line)}
.people b{font-weight:600}
.people p{margin:4px 0 0;font-size:14px;color:var(--soft)}
.people .sign{display:inline-block;width:1.1em;font-weight:700}
.plus .sign{color:var(--good)}.minus .sign{color:var(--bad)}
.legend{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:6px;margin:0 -6px 10px;padding:8px 0;background:var(--paper)}
.legend button{display:inline-flex;align-items:center;padding:3px 10px 3px 8px;border:1px solid transparent;border-radius:99px;background:none;color:var(--ink);font:inherit;font-size:13px;cursor:pointer}
.legend button:hover{background:var(--raised)}
.legend button:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.legend button[aria-pressed=true]{border-color:var(--line);background:var(--raised);font-weight:600}
.legend.dim button[aria-pressed=false]{opacity:.5}
.charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:34px 44px}
.charts.heat{grid-template-columns:repeat(3,minmax(0,1fr));gap:26px 28px}
figure{margin:0;min-width:0;break-inside:avoid}
figcaption{margin:0 0 8px;font-size:14px;font-weight:600}
figcaption small{display:block;font-size:12.5px;font-weight:400;color:var(--soft)}
.chart{width:100%;min-height:var(--h)}
.chart svg,.chart canvas{display:block;max-width:100%}
.one{grid-column:1/-1}
.scale{display:inline-flex;align-items:center;gap:8px;font-size:12.5px;color:var(--soft)}
.scale i{width:120px;height:9px;border-radius:2px;background:var(--ramp)}
.tip{position:fixed;z-index:9;pointer-events:none;max-width:260px;padding:7px 10px;border-radius:6px;background:var(--ink);color:var(--paper);font-size:12.5px;line-height:1.4;font-variant-numeric:tabular-nums;box-shadow:0 3px 14px rgb(0 0 0/.22)}
.tip b{display:block;font-weight:600}
pre{margin:0;padding:14px 16px;overflow-x:auto;border-radius:6px;background:var(--raised);font:13px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
code{font:.92em ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
details{margin-top:14px}
summary{cursor:pointer;color:var(--soft);font-size:14px}
summary:hover{color:var(--ink)}
details>*+*{margin-top:10px}
ul.plain{margin:6px 0;padding-left:1.1em;color:var(--soft);font-size:14px}
footer{margin-top:72px;padding-top:18px;padding-bottom:56px;border-top:1px solid var(--line);color:var(--faint);font-size:13px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
@media screen and (max-width:720px){
main,header,footer{padding-left:18px;padding-right:18px}
header{padding-top:32px}.title{margin-bottom:14px;font-size:17px}
h1{font-size:19px}.details{font-size:15px}.lead{font-size:17px}
section{margin-top:44px}h3{margin-top:40px}
.facts{gap:12px 28px}.facts dd{font-size:17px}
.charts,.charts.heat{grid-template-columns:minmax(0,1fr);gap:28px}
.charts.heat{grid-template-columns:repeat(2,minmax(0,1fr));gap:20px 14px}
.scroll{margin:0 -18px;padding:0 18px}
.wide{min-width:64px;width:auto}
.narrow-off{display:none}.short{white-space:normal}tbody th,tbody th+td:not(.n):not(.wide){min-width:8em}.verdict{min-width:0}
th,td{padding-right:10px}
table{font-size:13px}
.scroll tbody th:first-child,.scroll thead th:first-child,.scroll td.narrow-off:first-child+th{position:sticky;left:-18px;background:var(--paper)}
}
@media print{
@page{margin:16mm 14mm}
body{font-size:10.5pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
main,header,footer{max-width:none;padding:0}
header{padding-top:0}h1{font-size:17pt}.details{font-size:11pt}
section{margin-top:26pt}h3{margin-top:22pt}
h2,h3,.how{break-after:avoid}tr,li{break-inside:avoid}
.legend{position:static;break-after:avoid}.scale{break-after:avoid}.charts{break-before:avoid}.legend button{border:0}.tip{display:none}
.scroll{overflow:visible}table{font-size:8.5pt}th,td{padding:5pt 8pt 5pt 0}.matrix th,.matrix td{padding:4pt}.matrix .n{min-width:0}thead th{font-size:7.5pt}.wide{min-width:110px}
.charts{grid-template-columns:repeat(2,minmax(0,1fr))}.chart{min-height:0}
.chart svg,.chart canvas{height:auto!important;width:100%!important}
.charts{gap:16pt 20pt}
pre{white-space:pre-wrap}
details:not([open])>*:not(summary){display:none}
}
`.trim();
