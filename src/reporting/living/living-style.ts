/** Rules of the style sheet for timelines and what else only reports of living clusters have. */
export const LIVING_STYLE = `
.timeline .controls{display:flex;flex-wrap:wrap;gap:8px 18px;align-items:center;margin:0 0 14px;font-size:13px}
.timeline .controls label{color:var(--soft)}
.timeline select{margin-left:4px;max-width:260px;padding:3px 6px;border:1px solid var(--line);border-radius:6px;background:var(--raised);color:var(--ink);font:inherit}
.chips{display:flex;flex-wrap:wrap;gap:6px}
.chips button,.why .step button{display:inline-flex;align-items:center;gap:7px;padding:2px 10px;border:1px solid var(--line);border-radius:99px;background:none;color:var(--ink);font:inherit;font-size:13px;cursor:pointer}
.chips button[aria-pressed=false]{color:var(--faint);text-decoration:line-through}
.chips button[aria-pressed=false] i{opacity:.3}
.panel-title .chips{gap:4px}.panel-title .chips button{padding:0 8px;font-size:12px}
.chips i,.panel-title i{display:inline-block;width:12px;height:3px;border-radius:2px;background:var(--c)}
.timeline button:focus-visible,.timeline select:focus-visible,.timeline input:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.stage{display:grid;grid-template-columns:minmax(0,1fr) 268px;gap:26px;align-items:start}
.panels{position:relative;min-width:0}
.panel{margin:0 0 6px}
.panel-title{position:relative;z-index:2;background:var(--paper);display:flex;flex-wrap:wrap;gap:0 14px;margin:0;padding-left:2px;font-size:12.5px;line-height:1.5;color:var(--soft);font-variant-numeric:tabular-nums}
.panel-title>b{color:var(--ink);font-weight:600}
.panel-title>span{display:flex;flex-wrap:wrap;gap:0 12px}
.panel-title .entry i{margin-right:6px;vertical-align:.22em}
.panel-title .entry b{display:inline-block;min-width:3.6ch;color:var(--ink);font-weight:500}
.panel-title .thin i{height:1px}
.plot{width:100%;min-height:44px;touch-action:pan-y}
.plot canvas{display:block}
.cursor{position:absolute;top:0;bottom:96px;width:1px;background:var(--ink);opacity:.45;pointer-events:none;z-index:1}
.scrub{display:flex;align-items:center;gap:12px;margin:2px 0 0;padding-left:84px;font-size:13px;font-variant-numeric:tabular-nums}
.scrub input{flex:1;min-width:0;accent-color:var(--accent)}
.scrub output{min-width:64px;text-align:right;color:var(--soft)}
.why{position:sticky;top:14px;max-height:calc(100vh - 28px);display:flex;flex-direction:column;padding:14px 16px;border:1px solid var(--line);border-radius:8px;background:var(--raised);font-size:13.5px;line-height:1.45}
.why .when{margin:0;color:var(--faint);font-size:12.5px}
.why h4{margin:2px 0 8px;font-size:15px;line-height:1.35;overflow-wrap:anywhere}
.why dl{margin:0}
.why dt{margin-top:8px;color:var(--faint);font-size:12px}
.why dd{margin:0;overflow-wrap:anywhere}
.why .formula{font:12.5px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.why .limit{color:var(--bad);font-weight:600}
.why .find{margin:12px 0 0}
.why .find input{width:100%;padding:4px 10px;border:1px solid var(--line);border-radius:99px;background:none;color:var(--ink);font:inherit;font-size:13px;box-sizing:border-box}
.why .step{display:flex;gap:8px;margin:12px 0 8px}
.why ol{flex:1 1 auto;min-height:90px;max-height:420px;margin:0;padding:8px 0 0;border-top:1px solid var(--line);overflow-y:auto;list-style:none;position:relative;font-size:12.5px}
.why li button{display:block;width:100%;padding:2px 4px;border:0;border-radius:4px;background:none;color:var(--soft);font:inherit;text-align:left;cursor:pointer;font-variant-numeric:tabular-nums}
.why li button b{color:var(--ink);font-weight:500}
.why li button:hover{background:var(--paper)}
.why li button[aria-pressed=true]{background:var(--paper);box-shadow:inset 2px 0 var(--accent)}
.charts.across{grid-template-columns:minmax(0,1fr)}
.promise{white-space:nowrap}
.grouped tbody:not(:last-child) tr:last-child>*{border-bottom-color:var(--line)}
.summary{max-width:46em;margin:0 0 14px}
.broken{color:var(--bad);font-weight:600}
.kept{color:var(--good)}
@media screen and (min-width:1320px){.timeline{width:1240px;margin-left:-112px}}
@media screen and (max-width:820px){.stage{grid-template-columns:minmax(0,1fr);gap:14px}.why{position:static;max-height:none}.why ol{max-height:200px}.scrub{padding-left:0}.timeline select{max-width:200px}}
@media print{.controls,.scrub,.why,.cursor{display:none}.stage{display:block}.timeline{margin-left:0;width:auto}.plot canvas{width:100%!important;height:auto!important}}
`.trim();
