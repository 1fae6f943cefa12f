"""How reports look, on a screen and on paper."""

STYLE = """
:root{--ink:#1d2129;--soft:#5b6472;--line:#d8dce3;--wash:#f5f6f8;
--critical:#a40e26;--high:#b3470b;--medium:#806000;--low:#3d5a80;--good:#1d6b3a}
*{box-sizing:border-box}
html{color-scheme:light;-webkit-text-size-adjust:100%}
body{margin:0;background:#fff;color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.5rem 3rem}
header{border-bottom:2px solid var(--ink);padding-bottom:.8rem;margin-bottom:1.2rem}
h1{font-size:1.7rem;line-height:1.2;margin:0}
h2{font-size:1.2rem;line-height:1.3;margin:2rem 0 .5rem;padding-bottom:.2rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;line-height:1.35;margin:1.4rem 0 .3rem}
p{margin:.4rem 0 .7rem}
.subtitle{color:var(--soft);margin:.2rem 0 .6rem}
small,footer{color:var(--soft);font-size:.86em}
h3 small{font-weight:normal}
dl{display:grid;grid-template-columns:minmax(9.5rem,max-content) minmax(0,1fr);gap:.15rem 1rem;margin:.4rem 0 .8rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
code{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere;white-space:pre-wrap;
background:var(--wash);border-radius:3px;padding:.05em .25em;-webkit-box-decoration-break:clone;box-decoration-break:clone}
code span{display:inline-block;max-width:100%}
table{width:100%;border-collapse:collapse;table-layout:fixed;margin:.4rem 0 1rem;font-size:.92em}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th{text-align:left;font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--line);padding:.3rem .8rem .3rem 0;vertical-align:bottom}
td{vertical-align:top;border-bottom:1px solid var(--line);padding:.4rem .8rem .4rem 0;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
.number{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}
td.number+td:not(.number),th.number+th:not(.number){padding-left:.7rem}
.label{font-weight:600;overflow-wrap:normal}
h3 .label{text-transform:uppercase;font-size:.8em;letter-spacing:.04em;border:1.5px solid;border-radius:3px;padding:.05em .4em}
.label.critical,.figures .critical strong,.boxes>.critical .verdict{color:var(--critical)}
.label.high,.figures .high strong,.boxes>.high .verdict{color:var(--high)}
.label.medium,.figures .medium strong,.boxes>.medium .verdict{color:var(--medium)}
.label.low,.boxes>.low .verdict{color:var(--low)}
.label.info{color:var(--soft)}
.label.good,.figures .good strong,.boxes>.good .verdict{color:var(--good)}
.set-off{border-left:4px solid var(--line);background:var(--wash);padding:.5rem .8rem}
.set-off.critical{border-color:var(--critical)}.set-off.high{border-color:var(--high)}
.set-off.medium{border-color:var(--medium)}.set-off.good{border-color:var(--good)}
.figures{list-style:none;display:flex;flex-wrap:wrap;gap:.7rem;margin:1rem 0;padding:0}
.figures li{flex:1 1 6.5rem;border:1px solid var(--line);border-radius:6px;padding:.55rem .7rem;color:var(--soft);font-size:.86em;line-height:1.35}
.figures strong{display:block;font-size:1.65rem;line-height:1.15;color:var(--ink);font-variant-numeric:tabular-nums}
.sign-off{border:1px solid var(--line);border-radius:6px;padding:.7rem 1rem 1rem;break-inside:avoid}
.notes{height:5.5rem;background:repeating-linear-gradient(#fff 0 1.75rem,var(--line) 1.75rem 1.8rem)}
.fields{display:flex;gap:1.5rem;margin-top:2.6rem}
.field{flex:1;border-top:1px solid var(--ink);padding-top:.2rem;color:var(--soft);font-size:.86em}
.boxes{list-style:none;margin:.6rem 0;padding:0}
.boxes>li{display:flex;gap:.8rem;padding:.5rem 0;border-bottom:1px solid var(--line);break-inside:avoid}
.boxes>li>div{flex:1;min-width:0}
.tick{flex:none;width:1.05rem;height:1.05rem;border:1.6px solid var(--ink);border-radius:2px;margin-top:.2rem}
.boxes h2{display:inline;font-size:1rem;border:0;margin:0}
.verdict{display:inline;margin:0 0 0 .5rem;font-weight:600}
.boxes ul{margin:.15rem 0 0;padding-left:1.1rem;font-size:.9em}
.boxes ul li{overflow-wrap:anywhere}
footer{margin-top:2rem;padding-top:.6rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
@media(max-width:40rem){main{padding:1rem}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.4rem}table{font-size:.85em}.fields{flex-wrap:wrap}}
@page{size:auto;margin:16mm 15mm 18mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#5b6472}}
@page sheet{margin:11mm 13mm 13mm}
@media print{
html{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font-size:9.6pt;line-height:1.4}
main{max-width:none;padding:0}
h1{font-size:17pt}h2{font-size:12.5pt;margin-top:1.5rem}h3{font-size:10.5pt}
h2,h3{break-after:avoid}
dl{break-inside:avoid}
h3+dl{break-after:avoid}
thead{display:table-header-group}
tr,.figures li,.set-off,dt,dd{break-inside:avoid}
p{orphans:3;widows:3}
.figures strong{font-size:15pt}
.figures{gap:.45rem}
.one-page{page:sheet;font-size:8.6pt;line-height:1.25}
.one-page header{margin-bottom:.5rem;padding-bottom:.4rem}
.one-page .boxes>li{padding:.26rem 0}
.one-page code{line-height:1.15;padding:0 .25em}
.one-page .notes{height:1.9rem}
.one-page .sign-off{padding:.4rem 1rem .5rem}
.one-page .fields{margin-top:1.6rem}
.one-page footer{margin-top:.7rem}
.one-page .boxes h2{font-size:10pt}
.one-page dl{margin:.2rem 0}
}
"""
