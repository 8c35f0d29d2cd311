/** Rules of the style sheet that only reality checks need. */
export const REALITY_STYLE = `
.key{display:flex;flex-wrap:wrap;gap:4px 26px;margin:0;font-size:14px;color:var(--soft)}
ul.plain li{overflow-wrap:anywhere}
main>section:first-child{margin-top:44px}
main>section:first-child>h3:first-of-type{margin-top:22px}
.alarm p{margin:0}.alarm p+p{margin-top:6px}
h4{margin:28px 0 2px;font-size:15px}
.checks{display:flex;flex-wrap:wrap;gap:6px;margin:0 0 8px;padding:0;list-style:none;font-size:13px;font-variant-numeric:tabular-nums}
.checks li{min-width:64px;padding:5px 9px;border-radius:6px;background:var(--raised);border-left:3px solid var(--good);color:var(--soft)}
.checks li.off{border-left-color:var(--bad);color:var(--bad);font-weight:600}
.checks b{display:block;font-weight:600;color:var(--ink)}
.origin{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:12px 28px;margin:22px 0}
.origin dt{color:var(--faint);font-size:13px}.origin dd{margin:0;font-size:14px;overflow-wrap:anywhere}
.facts{gap:12px 34px}
@media screen and (min-width:900px){.charts.three{grid-template-columns:repeat(3,minmax(0,1fr));gap:30px 28px}}
details{margin-top:18px}
`.trim();
