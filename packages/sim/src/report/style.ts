/** Style of the report: one column on a phone, two on a desk, the reader's light or dark. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f6f9; --card: #ffffff; --ink: #1c1d22; --muted: #5d6170; --grid: #d9dbe3;
  --without: #b4540a; --with: #0b7468; --third: #4a3fc4; }
@media (prefers-color-scheme: dark) { :root { --page: #131419; --card: #1c1e25; --ink: #ececf2; --muted: #a3a7b6;
  --grid: #3a3d49; --without: #f0994c; --with: #3cc7b5; --third: #a49bff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 1.2rem; margin: 36px 0 12px; }
h3 { font-size: 1rem; margin: 0 0 2px; }
p { margin: 0 0 12px; max-width: 72ch; }
.muted { color: var(--muted); }
.small { font-size: 0.875rem; }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.maps { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.card { background: var(--card); border: 1px solid var(--grid); border-radius: 10px; padding: 14px; min-width: 0; }
.card svg { width: 100%; height: auto; display: block; margin-top: 6px; }
.card img { width: 100%; height: auto; display: block; margin-top: 8px; border-radius: 4px; image-rendering: pixelated; }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
.tile { background: var(--card); border: 1px solid var(--grid); border-radius: 10px; padding: 12px 14px; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.94rem; }
th, td { text-align: right; padding: 7px 8px; border-bottom: 1px solid var(--grid); font-variant-numeric: tabular-nums; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 600; }
tbody th { font-weight: 500; }
td small, th small { display: block; color: var(--muted); font-weight: 400; }
.scale { height: 10px; border-radius: 5px; margin-top: 10px; }
.ends { display: flex; justify-content: space-between; }
.note { border-left: 4px solid var(--without); padding: 8px 12px; background: var(--card); margin: 0 0 8px; }
details { margin-top: 12px; }
pre { overflow-x: auto; font-size: 0.8rem; background: var(--card); border: 1px solid var(--grid); border-radius: 10px; padding: 12px; }
@media (max-width: 480px) { main { padding: 16px 12px 32px; } table { font-size: 0.86rem; } th, td { padding: 6px 5px; } }
`
