// The preview of a dataset: reads the released Parquet file itself, by range requests, as much of it as is looked at.
import { asyncBufferFromUrl, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { executeSql } from 'squirreling'

const PAGE = 25
const MOST_MATCHES = 500
const MOST_EXPORTED = 100000

const root = document.querySelector('[data-preview]')
const text = JSON.parse(root.dataset.text)
const part = name => root.querySelector(`[data-part="${name}"]`)
const status = message => { part('status').textContent = message }
const number = value => Number(value).toLocaleString('ja-JP')

function shown(value) {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '')
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'object') return JSON.stringify(value, (_, inner) => typeof inner === 'bigint' ? inner.toString() : inner)
  return String(value)
}

async function openFile(address, bytes) {
  const file = await asyncBufferFromUrl({ url: address, byteLength: bytes })
  const metadata = await parquetMetadataAsync(file)
  return {
    file,
    metadata,
    rows: Number(metadata.num_rows),
    columns: parquetSchema(metadata).children.map(child => child.element.name),
    read: (rowStart, rowEnd, columns) => parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd, columns }),
    groups: () => {
      let start = 0
      return metadata.row_groups.map(group => {
        const from = start
        start += Number(group.num_rows)
        return [from, start]
      })
    },
  }
}

function fill(table, columns, labels, rows) {
  const head = document.createElement('tr')
  for (const column of columns) {
    const cell = document.createElement('th')
    cell.scope = 'col'
    cell.textContent = labels[column] ?? column
    cell.title = column
    head.append(cell)
  }
  table.tHead.replaceChildren(head)
  table.tBodies[0].replaceChildren(...rows.map(row => {
    const line = document.createElement('tr')
    for (const column of columns) {
      const cell = document.createElement('td')
      cell.textContent = shown(row[column])
      line.append(cell)
    }
    return line
  }))
}

function csv(columns, rows) {
  const quoted = value => /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
  const lines = [columns, ...rows.map(row => columns.map(column => shown(row[column])))]
  return '\ufeff' + lines.map(line => line.map(quoted).join(',')).join('\r\n') + '\r\n'
}

function save(name, content) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

const fold = value => shown(value).normalize('NFKC').toLowerCase()

// Rows whose column (or any column) contains the text: the searched columns of a row group are read first, its other columns only on a hit.
async function* matching(source, column, wanted, signal) {
  const needle = fold(wanted)
  for (const [from, to] of source.groups()) {
    if (signal.aborted) return
    const looked = await source.read(from, to, column ? [column] : undefined)
    const hits = looked.flatMap((row, index) => Object.values(row).some(value => fold(value).includes(needle)) ? [index] : [])
    const whole = hits.length && column ? await source.read(from, to) : looked
    for (const index of hits) yield whole[index]
    status(text.searched.replace('{done}', number(to)).replace('{all}', number(source.rows)))
  }
}

const lazily = source => ({
  numRows: source.rows,
  columns: source.columns,
  scan({ columns, signal }) {
    return {
      appliedWhere: false,
      appliedLimitOffset: false,
      async * rows() {
        const wanted = columns?.length ? columns : source.columns
        for (const [from, to] of source.groups()) {
          if (signal?.aborted) return
          for (const row of await source.read(from, to, columns?.length ? columns : undefined)) {
            const cells = Object.fromEntries(wanted.map(column => [column, async () => plain(row[column])]))
            yield { columns: wanted, cells }
          }
        }
      },
    }
  },
})

const plain = value => value instanceof Date ? shown(value) : value

async function start() {
  const labels = JSON.parse(root.dataset.labels)
  const table = part('rows')
  let source
  try {
    source = await openFile(root.dataset.file, Number(root.dataset.bytes))
  } catch (error) {
    status(`${text.unreadable} (${error.message})`)
    return
  }
  let first = 0
  let stop = new AbortController()
  let found = null

  async function page() {
    found = null
    const last = Math.min(first + PAGE, source.rows)
    fill(table, source.columns, labels, await source.read(first, last))
    status(text.range.replace('{from}', number(source.rows ? first + 1 : 0)).replace('{to}', number(last)).replace('{all}', number(source.rows)))
    part('back').disabled = first === 0
    part('on').disabled = last >= source.rows
  }

  async function filter() {
    stop.abort()
    stop = new AbortController()
    const column = part('column').value
    const wanted = part('wanted').value.trim()
    const address = new URL(location.href)
    address.searchParams.delete('column')
    address.searchParams.delete('contains')
    if (wanted) {
      if (column) address.searchParams.set('column', column)
      address.searchParams.set('contains', wanted)
    }
    history.replaceState(null, '', address)
    first = 0
    if (!wanted) return page()
    const signal = stop.signal
    const rows = []
    for await (const row of matching(source, column, wanted, signal)) {
      rows.push(row)
      if (rows.length === MOST_MATCHES) break
    }
    if (signal.aborted) return undefined
    found = rows
    fill(table, source.columns, labels, rows)
    part('back').disabled = part('on').disabled = true
    status((rows.length === MOST_MATCHES ? text.many : text.found).replace('{count}', number(rows.length)))
    return undefined
  }

  async function query() {
    const output = part('answer')
    const said = part('said')
    said.textContent = text.running
    try {
      const results = executeSql({ tables: { [root.dataset.table]: lazily(source) }, query: part('sql').value })
      const rows = []
      for await (const { cells } of results.rows()) {
        rows.push(Object.fromEntries(await Promise.all(Object.entries(cells).map(async ([name, cell]) => [name, await cell()]))))
        if (rows.length === MOST_MATCHES) break
      }
      fill(output, results.columns, labels, rows)
      said.textContent = (rows.length === MOST_MATCHES ? text.many : text.found).replace('{count}', number(rows.length))
    } catch (error) {
      fill(output, [], labels, [])
      said.textContent = error.message
    }
  }

  for (const column of source.columns) part('column').append(new Option(labels[column] ?? column, column))
  part('back').addEventListener('click', () => { first = Math.max(0, first - PAGE); page() })
  part('on').addEventListener('click', () => { first += PAGE; page() })
  part('filter').addEventListener('submit', event => { event.preventDefault(); filter() })
  part('stop').addEventListener('click', () => stop.abort())
  part('export').addEventListener('click', async () => {
    const rows = found ?? await source.read(0, Math.min(source.rows, MOST_EXPORTED))
    save(`${root.dataset.table}.csv`, csv(source.columns, rows))
  })
  part('query').addEventListener('submit', event => { event.preventDefault(); query() })
  part('body').hidden = false
  const asked = new URL(location.href).searchParams
  if (asked.has('contains')) {
    part('column').value = asked.get('column') ?? ''
    part('wanted').value = asked.get('contains')
    await filter()
  } else {
    await page()
  }
}

start()
