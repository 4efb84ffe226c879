// Search in the browser. Words and ranking are those of the command: catalog/search/tokens.py and catalog/search/ranking.py say how, and the
// vectors and queries of the tests hold the two equal.
(() => {
  const PARTICLES = 'のをはがにでとやへも'
  const PARTICLES_AT_ENDS = /^[のをはがにでとやへも]+|[のをはがにでとやへも]+$/g
  const ENOUGH_PAIRS = 0.7
  const LOOSE = 0.5
  const LONGEST_WORD = 12

  function fold(text) {
    let folded = ''
    for (const character of text.normalize('NFKC').toLowerCase()) {
      const code = character.codePointAt(0)
      if ((code >= 0x30a1 && code <= 0x30f6) || code === 0x30fd || code === 0x30fe) folded += String.fromCodePoint(code - 0x60)
      else folded += /[\p{L}\p{N}]/u.test(character) ? character : ' '
    }
    return folded.split(' ').filter(Boolean).join(' ')
  }

  const runs = folded => folded.match(/[a-z0-9]+|[^a-z0-9 ]+/g) ?? []
  // eslint-disable-next-line no-control-regex
  const isWord = run => /^[\x00-\x7f]*$/.test(run)

  function tokens(text) {
    return runs(fold(text)).flatMap(run => {
      if (isWord(run)) return [run]
      const letters = [...run]
      return letters.map((letter, place) => letter + (letters[place + 1] ?? ''))
    })
  }

  function build(index) {
    const groups = new Map()
    for (const group of index.groups) {
      for (const word of group) {
        const others = groups.get(word) ?? []
        groups.set(word, [...others, ...group.filter(other => other !== word && !others.includes(other))])
      }
    }
    const passedOver = new Set(index.passed_over)
    const prepared = index.documents.map(document => ({
      document,
      fields: index.fields.flatMap(([name, weight]) => {
        const value = document[name] ?? []
        const values = [...new Set((Array.isArray(value) ? value : [value]).map(fold).filter(Boolean))]
        return values.length ? [[weight, values]] : []
      }),
    }))
    let vocabulary = null
    let known = null

    function terms(query) {
      const whole = fold(query)
      if (groups.has(whole)) return [whole]
      const kept = whole.split(' ').filter(Boolean).map(term => {
        if (isWord(term)) return term
        const end = index.unsaid.find(said => term.endsWith(said) && [...term].length > [...said].length)
        return end ? term.slice(0, -end.length) : term
      })
      const said = kept.filter(term => !passedOver.has(term))
      const joined = said.join(' ')
      if (groups.has(joined)) return [joined]
      return said.length ? said : kept
    }

    function placeOf(term, text) {
      let place = text.indexOf(term)
      if (!isWord(term[0])) return place
      while (place > 0 && isWord(text[place - 1]) && text[place - 1] !== ' ') place = text.indexOf(term, place + 1)
      return place
    }

    function met(term, text) {
      if (term === text) return 1
      const place = placeOf(term, text)
      if (place < 0) return 0
      return (place === 0 ? 0.75 : 0.5) + 0.2 * [...term].length / [...text].length
    }

    function worthOfTerm(term, one) {
      let best = 0
      for (const [alternative, share] of [[term, 1], ...(groups.get(term) ?? []).map(other => [other, index.synonym])]) {
        for (const [weight, values] of one.fields) {
          for (const value of values) best = Math.max(best, share * weight * met(alternative, value))
        }
      }
      return best
    }

    function shareOfPairs(term, one) {
      const letters = [...term]
      if (isWord(term) || letters.length < 4) return 0
      const pairs = [...new Set(letters.slice(0, -1).map((letter, place) => letter + letters[place + 1]))]
      let best = 0
      for (const [weight, values] of one.fields) {
        for (const value of values) {
          const share = pairs.filter(pair => value.includes(pair)).length / pairs.length
          if (share >= ENOUGH_PAIRS) best = Math.max(best, LOOSE * weight * share * Math.min(1, letters.length / [...value].length))
        }
      }
      return best
    }

    function ranked(wanted, worth) {
      if (!wanted.length) return []
      const hits = []
      for (const one of prepared) {
        let sum = 0
        for (const term of wanted) {
          const value = worth(term, one)
          if (!value) { sum = 0; break }
          sum += value
        }
        if (sum) hits.push({ document: one.document, worth: sum * index.kinds[one.document.kind] })
      }
      return hits
    }

    function oneLetterApart(left, right) {
      if (left === right || Math.abs(left.length - right.length) > 1) return false
      let first = 0
      while (first < Math.min(left.length, right.length) && left[first] === right[first]) first += 1
      return left.slice(first + 1) === right.slice(first + 1) || left.slice(first) === right.slice(first + 1) ||
        left.slice(first + 1) === right.slice(first) ||
        (left.slice(first, first + 2) === [...right.slice(first, first + 2)].reverse().join('') && left.slice(first + 2) === right.slice(first + 2))
    }

    function corrected(wanted) {
      vocabulary ??= [...new Set(prepared.flatMap(one => one.fields.flatMap(([, values]) => values.flatMap(runs))))].filter(isWord).sort()
      return wanted.map(term => {
        if (!isWord(term) || term.length <= 3 || vocabulary.includes(term)) return term
        return vocabulary.find(word => oneLetterApart(term, word)) ?? term
      })
    }

    function cutToWords(wanted) {
      if (!known) {
        const said = index.groups.flat()
        for (const { document } of prepared) said.push(...[document.title, document.reading, ...(document.aliases ?? [])].map(value => fold(value ?? '')))
        known = new Set(said.filter(word => [...word].length >= 2 && [...word].length <= LONGEST_WORD && ![...word].some(isWord)))
      }
      const found = []
      let all = 0
      let covered = 0
      for (const run of wanted.flatMap(term => term.split(' '))) {
        if (isWord(run)) { found.push(run); continue }
        const letters = [...run]
        for (let place = 0; place < letters.length;) {
          let length = Math.min(LONGEST_WORD, letters.length - place)
          while (length > 1 && !known.has(letters.slice(place, place + length).join(''))) length -= 1
          if (length > 1) {
            found.push(letters.slice(place, place + length).join(''))
            all += length
            covered += length
          } else {
            all += PARTICLES.includes(letters[place]) ? 0 : 1
            length = 1
          }
          place += length
        }
      }
      return all && covered * 2 >= all ? [...new Set(found)] : []
    }

    function rankedBySome(wanted) {
      if (!wanted.length) return []
      return prepared.flatMap(one => {
        const values = wanted.map(term => worthOfTerm(term, one)).filter(Boolean)
        if (!values.length || values.length * 2 < wanted.length) return []
        const sum = values.reduce((left, right) => left + right, 0)
        return [{ document: one.document, worth: LOOSE * sum * values.length / wanted.length * index.kinds[one.document.kind] }]
      })
    }

    function cutToPieces(query) {
      const cut = query.normalize('NFKC').toLowerCase().matchAll(/([a-z0-9]+)|([ぁ-ゖ]+)|([ァ-ヺー]+|[^a-z0-9ぁ-ゖァ-ヺー\P{L}]+)/gu)
      return [...cut].flatMap(([, word, hiragana, other]) => {
        const piece = fold(word || hiragana?.replace(PARTICLES_AT_ENDS, '') || other || '')
        return [...piece].length > (word ? 0 : hiragana ? 3 : 1) && !passedOver.has(piece) ? [piece] : []
      })
    }

    function search(query) {
      const wanted = terms(query)
      let hits = ranked(wanted, worthOfTerm)
      if (!hits.length) hits = ranked(corrected(wanted), worthOfTerm)
      if (!hits.length) hits = ranked(cutToPieces(query), worthOfTerm)
      if (!hits.length) hits = ranked(wanted, shareOfPairs)
      if (!hits.length) hits = rankedBySome(cutToWords(wanted))
      const order = Object.keys(index.kinds)
      const rounded = hit => Math.round(hit.worth * 1e6)
      return hits.sort((left, right) => rounded(right) - rounded(left) ||
        order.indexOf(left.document.kind) - order.indexOf(right.document.kind) ||
        (left.document.is_closed ?? false) - (right.document.is_closed ?? false) ||
        (left.document.id < right.document.id ? -1 : 1))
    }

    // the values by which a document can be narrowed, by facet
    const facetsOf = document => ({ kind: [document.kind], ...index.facet_sets[document.facets] })
    const bears = (document, chosen) => Object.entries(chosen).every(([name, values]) => facetsOf(document)[name]?.some(value => values.includes(value)))

    function all() {
      const order = Object.keys(index.kinds)
      return index.documents.map(document => ({ document, worth: 0 })).sort((left, right) => order.indexOf(left.document.kind) - order.indexOf(right.document.kind))
    }

    return { search, terms, all, bears, facetsOf }
  }

  globalThis.daichoSearch = { fold, tokens, build }
  if (typeof document === 'undefined') return

  const form = document.querySelector('[data-search]')
  if (!form) return
  const text = JSON.parse(form.dataset.text)
  const english = form.dataset.language === 'en'
  const field = form.elements.q
  const status = document.querySelector('[data-status]')
  const list = document.querySelector('[data-results]')
  const more = document.querySelector('[data-more]')
  const narrow = document.querySelector('[data-narrow]')
  const clear = document.querySelector('[data-clear]')
  const boxes = [...narrow.querySelectorAll('input')]
  const lists = list.closest('div').querySelector(':scope > ul')
  const AT_A_TIME = 50
  const MOST_LETTERS = 160
  let index = null
  let shown = AT_A_TIME

  const asked = new URL(location.href).searchParams
  let loading = null
  function load() {
    loading ??= globalThis.daichoIndex ? Promise.resolve() : new Promise((resolve, reject) => {
      const script = document.createElement('script')
      script.src = form.dataset.search
      script.onload = resolve
      script.onerror = reject
      document.head.append(script)
    })
    return loading
  }

  function marked(where, value, wanted) {
    const folded = fold(value)
    const hit = wanted.find(term => folded.includes(term) && folded.length === value.length)
    if (!hit) { where.textContent = value; return }
    const place = folded.indexOf(hit)
    const mark = document.createElement('mark')
    mark.textContent = value.slice(place, place + hit.length)
    where.append(value.slice(0, place), mark, value.slice(place + hit.length))
  }

  function chosen() {
    const values = {}
    for (const box of boxes) if (box.checked) (values[box.name] ??= []).push(box.value)
    return values
  }

  // each value says how many it would give beside what is chosen of the other facets
  function count(found, values) {
    const counts = new Map()
    for (const name of new Set(boxes.map(box => box.name))) {
      const { [name]: own, ...others } = values
      for (const hit of found) {
        if (!index.bears(hit.document, others)) continue
        for (const value of index.facetsOf(hit.document)[name] ?? []) counts.set(`${name}=${value}`, (counts.get(`${name}=${value}`) ?? 0) + 1)
      }
    }
    for (const box of boxes) {
      const number = counts.get(`${box.name}=${box.value}`) ?? 0
      box.parentElement.querySelector('[data-count]').textContent = `(${number.toLocaleString()})`
      box.parentElement.classList.toggle('none', !number && !box.checked)
    }
  }

  const kindNames = Object.fromEntries(boxes.filter(box => box.name === 'kind').map(box => [box.value, box.nextElementSibling.firstChild.textContent.trim()]))

  function entry(hit, wanted) {
    const item = document.createElement('li')
    const link = document.createElement('a')
    link.href = form.dataset.pages + hit.page
    marked(link, (english ? hit.title_en : hit.title) || hit.id, wanted)
    const about = document.createElement('div')
    about.className = 'soft small'
    about.textContent = `${kindNames[hit.kind]} · ${hit.id}`
    const body = document.createElement('div')
    const said = (english ? hit.body_en : hit.body) ?? ''
    marked(body, said.length > MOST_LETTERS ? said.slice(0, MOST_LETTERS - 1) + '…' : said, wanted)
    item.append(link, about, body)
    return item
  }

  function show() {
    const query = field.value.trim()
    const values = chosen()
    const number = Object.values(values).flat().length
    index ??= build(globalThis.daichoIndex)
    const found = query ? index.search(query) : index.all()
    const hits = query || number ? found.filter(hit => index.bears(hit.document, values)) : []
    const wanted = query ? index.terms(query) : []
    count(found, values)
    clear.disabled = !number
    narrow.querySelector('[data-chosen]').textContent = number ? text.chosen.replace('{count}', number) : ''
    status.textContent = hits.length ? text.found.replace('{count}', hits.length.toLocaleString()) : !query && !number ? '' : found.length ? text.none_here : text.none
    lists.hidden = hits.length > 0
    list.replaceChildren(...hits.slice(0, shown).map(hit => entry(hit.document, wanted)))
    more.hidden = hits.length <= shown
    more.textContent = text.more.replace('{count}', Math.min(AT_A_TIME, hits.length - shown))
    const address = new URL(location.href)
    address.search = new URLSearchParams([...query ? [['q', query]] : [], ...boxes.filter(box => box.checked).map(box => [box.name, box.value])])
    history.replaceState(null, '', address)
  }

  async function run() {
    if (!globalThis.daichoIndex) status.textContent = text.loading
    try { await load() } catch { status.textContent = text.failed; return }
    show()
  }
  function begin() {
    shown = AT_A_TIME
    run()
  }

  field.value = asked.get('q') ?? ''
  for (const box of boxes) box.checked = asked.getAll(box.name).includes(box.value)
  narrow.hidden = false
  narrow.open = matchMedia('(min-width: 60rem)').matches
  form.addEventListener('submit', event => { event.preventDefault(); begin() })
  field.addEventListener('focus', () => load().catch(() => {}), { once: true })
  field.addEventListener('input', begin)
  for (const box of boxes) box.addEventListener('change', begin)
  clear.addEventListener('click', () => {
    for (const box of boxes) box.checked = false
    narrow.querySelector('summary').focus()
    begin()
  })
  more.addEventListener('click', () => {
    const first = shown
    shown += AT_A_TIME
    show()
    list.children[first]?.querySelector('a').focus()
  })
  if (field.value || boxes.some(box => box.checked)) begin()
})()
