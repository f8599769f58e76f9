import type { Page } from 'playwright-core'

/** Inputs without a label, buttons and links without a name, headings out of order, landmarks and languages missing. */
export function structure(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const outline = (element: Element) => element.outerHTML.slice(0, 90)
    const named = (element: Element) => (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() !== ''
    for (const input of document.querySelectorAll<HTMLInputElement>('input, select, textarea')) {
      if (input.getAttribute('aria-label') === null && (input.labels?.length ?? 0) === 0)
        found.push(`No label: ${outline(input)}`)
      const described = input.getAttribute('aria-describedby')
      if (described !== null && document.getElementById(described) === null) found.push(`Dangling: ${outline(input)}`)
    }
    for (const element of document.querySelectorAll('button, a, [role=img], nav, summary'))
      if (!named(element)) found.push(`No name: ${outline(element)}`)
    for (const table of document.querySelectorAll('table'))
      if ((table.caption?.textContent ?? '') === '') found.push(`No caption: ${outline(table)}`)
    let level = 0
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const own = Number(heading.tagName.slice(1))
      if (own > level + 1) found.push(`Heading skips a level: ${outline(heading)}`)
      level = own
    }
    if (document.querySelectorAll('h1').length !== 1) found.push('Not exactly one h1')
    if (document.querySelectorAll('main').length !== 1) found.push('Not exactly one main')
    if (document.documentElement.lang === '') found.push('No language')
    return found
  })
}

/** Text whose contrast with what is behind it is below 4.5:1 (WCAG 1.4.3), with the ratio. Disabled controls are exempt. */
export function contrast(page: Page): Promise<{ readonly checked: number; readonly low: string[] }> {
  return page.evaluate(() => {
    const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
    const light = (colour: string) => {
      const [r = 0, g = 0, b = 0] = numbers(colour).map(value => {
        const part = value / 255
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = (element: Element | null): string => {
      if (element === null) return 'rgb(255, 255, 255)'
      const colour = getComputedStyle(element).backgroundColor
      return numbers(colour)[3] === 0 ? behind(element.parentElement) : colour
    }
    const low: string[] = []
    let checked = 0
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some(
        node => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      )
      if (!own || !element.checkVisibility() || element.closest(':disabled, noscript, option') !== null) continue
      const pair = [light(getComputedStyle(element).color), light(behind(element))]
      const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
      checked += 1
      if (ratio < 4.5) low.push(`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 90)}`)
    }
    return { checked, low }
  })
}
