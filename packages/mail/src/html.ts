import type { Words } from './catalogue.ts'
import { htmlOf, subjectOf } from './line.ts'
import { escapeHtml } from './text.ts'

const light = {
  paper: '#fcf9f5',
  card: '#ffffff',
  ink: '#231e19',
  muted: '#6e6862',
  line: '#e6e2dd',
  accent: '#2c6c47',
  onAccent: '#ffffff',
}
const dark = {
  paper: '#171411',
  card: '#1f1c19',
  ink: '#e7e4df',
  muted: '#98958e',
  line: '#2e2b27',
  accent: '#75be8f',
  onAccent: '#171411',
}

const fonts = {
  en: "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif",
  ja: "-apple-system,BlinkMacSystemFont,'Hiragino Sans','Yu Gothic UI','Noto Sans JP','Noto Sans CJK JP',Meiryo,sans-serif",
}

// Clients that know no `prefers-color-scheme` show the inline colours, which are the light ones.
const darkRules = `
.paper{background:${dark.paper}!important}
.card{background:${dark.card}!important;border-color:${dark.line}!important}
.ink,.ink strong{color:${dark.ink}!important}
.muted{color:${dark.muted}!important}
.rule{border-color:${dark.line}!important}
.plain{color:${dark.muted}!important}
.button{background:${dark.accent}!important}
.button a{color:${dark.onAccent}!important}`

/** The mail as one HTML page of tables and inline styles, as mail clients want it. */
export function pageOf(
  words: Words,
  page: { language: keyof typeof fonts; action: { link: string; button: string; hint: string } | null; footer: string },
): string {
  const font = `font-family:${fonts[page.language]}`
  const wrap = 'overflow-wrap:anywhere;word-break:break-word'
  const paragraph = (html: string) =>
    `<p class="ink" style="margin:0 0 14px;${font};font-size:16px;line-height:1.6;color:${light.ink};${wrap}">${html}</p>`
  const small = (html: string, margin: string) =>
    `<p class="muted" style="margin:${margin};${font};font-size:13px;line-height:1.55;color:${light.muted};${wrap}">${html}</p>`

  const { action } = page
  const button =
    action &&
    `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:26px 0 24px"><tr>
<td class="button" bgcolor="${light.accent}" style="border-radius:10px;background:${light.accent}"><a href="${escapeHtml(action.link)}" style="display:inline-block;padding:13px 24px;${font};font-size:16px;line-height:1.25;font-weight:600;color:${light.onAccent};text-decoration:none">${escapeHtml(action.button)}</a></td>
</tr></table>
${small(escapeHtml(action.hint), '0 0 4px')}
<p style="margin:0 0 24px;${font};font-size:13px;line-height:1.55;word-break:break-all"><a class="plain" href="${escapeHtml(action.link)}" style="color:${light.muted};text-decoration:underline">${escapeHtml(action.link)}</a></p>`

  return `<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escapeHtml(subjectOf(words.subject))}</title>
<style>
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.room{padding:28px 12px!important}.inner{padding:26px 22px!important}}
@media (prefers-color-scheme:dark){${darkRules}
}
</style>
</head>
<body class="paper" style="margin:0;padding:0;background:${light.paper}">
<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${light.paper}"><tr>
<td class="room" align="center" style="padding:48px 20px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;table-layout:fixed;text-align:left">
<tr><td class="ink" style="padding:0 2px 16px;font-family:Georgia,'Times New Roman',serif;font-size:18px;line-height:1.3;color:${light.ink}">Carrel</td></tr>
<tr><td class="card inner" style="padding:36px 40px;background:${light.card};border:1px solid ${light.line};border-radius:12px">
<h1 class="ink" style="margin:0 0 18px;${font};font-size:24px;line-height:1.3;font-weight:600;color:${light.ink};${wrap}">${htmlOf(words.heading)}</h1>
${words.lines.map((line) => paragraph(htmlOf(line))).join('\n')}
${button ?? ''}
<div class="rule" style="border-top:1px solid ${light.line};font-size:0;line-height:0;margin:${action ? '0' : '24px'} 0 0">&nbsp;</div>
${small(escapeHtml(words.unexpected), '14px 0 0')}
</td></tr>
<tr><td style="padding:16px 2px 0">${small(escapeHtml(page.footer), '0')}</td></tr>
</table>
</td>
</tr></table>
</body>
</html>
`
}
